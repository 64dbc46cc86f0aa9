//! Ids that rise, within a run and over restarts.

use jumun_domain::IdempotencyKey;
use uuid::Uuid;

use super::expect;
use super::fixtures::{adjust_stock, cancel, charge, place, plain};
use super::snapshot::all_events;
use super::trial::Trial;

/// Every kind of id that one round of commands mints, in the order of its answers.
async fn round(trial: &Trial) -> Vec<Uuid> {
    let user = trial.user(0).await;
    let product = trial.product(10, 10).await;
    let campaign = trial.campaign(5, 5).await;
    let no_key: Option<&IdempotencyKey> = None;
    let charged = expect::entry(trial.done_with(charge(user, 100), no_key).await);
    let adjusted = expect::adjustment(trial.done(adjust_stock(product, 1)).await);
    let coupon = trial.coupon(campaign.id, user).await;
    let order = trial.order(user, &[(product, 1)]).await;
    trial.done(cancel(order.id)).await;
    let refund = trial.snapshot().await.user(user).entries[0].id;
    vec![
        charged.id.0,
        adjusted.id.0,
        coupon.id.0,
        order.id.0,
        refund.0,
    ]
}

pub(super) async fn ids_rise_from_answer_to_answer_and_over_restarts(trial: &Trial) {
    const RESTARTS: usize = 3;
    let mut ids = Vec::new();
    for _ in 0..RESTARTS {
        ids.extend(round(trial).await);
        ids.extend(round(trial).await);
        trial.restart().await;
    }
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:#?}");
    for id in ids {
        assert_eq!(
            (id.get_version_num(), id.get_variant()),
            (7, uuid::Variant::RFC4122),
            "{id}"
        );
    }
    let events = all_events(trial.store().as_ref()).await;
    assert!(
        events.is_sorted_by(|a, b| a.event.id < b.event.id),
        "event ids rise"
    );
    let sequences: Vec<_> = events.iter().map(|it| it.sequence).collect();
    assert_eq!(
        sequences,
        (1..=4 * RESTARTS as u64).collect::<Vec<_>>(),
        "over restarts too"
    );
}

pub(super) async fn ids_of_one_burst_are_all_different(trial: &Trial) {
    const ORDERS: usize = 300;
    let users = trial.users(ORDERS / 10, 1_000).await;
    let product = trial.product(1, 10_000).await;
    let orders = (0..ORDERS).map(|index| plain(place(users[index % users.len()], &[(product, 1)])));
    let decisions = trial.at_once(orders.collect()).await;
    let mut ids: Vec<_> = expect::done(&decisions)
        .into_iter()
        .map(|it| expect::order(it).id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), ORDERS);
}

pub(super) async fn campaigns_go_on_being_numbered_over_restarts(trial: &Trial) {
    let mut numbers = Vec::new();
    for _ in 0..3 {
        numbers.push(trial.campaign(1, 1).await.id.get());
        trial.restart().await;
        numbers.push(trial.campaign(1, 1).await.id.get());
    }
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
}
