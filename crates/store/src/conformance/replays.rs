//! A request sent again under its key: the first answer again, and no second effect.

use std::sync::Arc;

use jumun_domain::{Answer, Command, Decision, IdempotencyKey, Rejection, Request};

use super::expect::{self, same_answer};
use super::fixtures::{
    adjust_balance, adjust_stock, cancel, charge, create_campaign, issue, key, keyed, place,
    place_with, put_product,
};
use super::trial::Trial;

/// Expects the first answer again and an unchanged shop.
async fn replayed(trial: &Trial, request: &Request, first: &Answer) {
    let before = trial.snapshot().await;
    match trial.decide(request.clone()).await {
        Decision::Replayed(again) => {
            assert!(
                same_answer(first, &again),
                "first {first:?}, then {again:?}"
            );
        }
        other => panic!("{:?} was done before, but: {other:?}", request.command),
    }
    assert_eq!(trial.snapshot().await, before, "a replay changed something");
}

/// Each command that a key protects, under a key of its own, and another
/// command that the same key must be refused for.
pub(super) async fn keyed_commands(trial: &Trial) -> Vec<(Request, Command)> {
    let user = trial.user(10_000).await;
    let product = trial.product(100, 50).await;
    let (campaign, other) = (trial.campaign(30, 5).await, trial.campaign(30, 5).await);
    let first = trial.order(user, &[(product, 1)]).await;
    let second = trial.order(user, &[(product, 2)]).await;
    vec![
        (keyed(charge(user, 500), "charge"), charge(user, 501)),
        (
            keyed(adjust_balance(user, -50), "balance"),
            adjust_balance(user, -51),
        ),
        (
            keyed(adjust_stock(product, 5), "stock"),
            adjust_stock(product, 6),
        ),
        (
            keyed(create_campaign(100, 5), "campaign"),
            create_campaign(100, 6),
        ),
        (
            keyed(issue(campaign.id, user), "coupon"),
            issue(other.id, user),
        ),
        (
            keyed(place(user, &[(product, 1)]), "order"),
            place(user, &[(product, 2)]),
        ),
        (keyed(cancel(first.id), "cancel"), cancel(second.id)),
    ]
}

fn key_of(request: &Request) -> Option<IdempotencyKey> {
    request.idempotency.as_ref().map(|it| it.key.clone())
}

pub(super) async fn every_keyed_command_is_done_once_and_answered_again(trial: &Trial) {
    let mut answered = Vec::new();
    for (request, other) in keyed_commands(trial).await {
        let first = trial
            .done_with(request.command.clone(), key_of(&request).as_ref())
            .await;
        replayed(trial, &request, &first).await;
        reused(trial, &request, other).await;
        answered.push((request, first));
    }
    for (request, first) in &answered {
        replayed(trial, request, first).await;
    }
    trial.restart().await;
    for (request, first) in &answered {
        replayed(trial, request, first).await;
    }
}

/// Expects another request under a used key to be refused and to change nothing.
async fn reused(trial: &Trial, request: &Request, other: Command) {
    let before = trial.snapshot().await;
    let decision = trial
        .decide(Request::new(other.clone(), key_of(request)))
        .await;
    assert_eq!(
        decision,
        Decision::Rejected(vec![Rejection::IdempotencyKeyReused]),
        "{other:?}"
    );
    assert_eq!(
        trial.snapshot().await,
        before,
        "{other:?} under a used key changed something"
    );
}

pub(super) async fn a_replay_comes_before_every_other_rule(trial: &Trial) {
    let user = trial.user(100).await;
    let product = trial.product(100, 1).await;
    let request = keyed(place(user, &[(product, 1)]), "order");
    let first = trial
        .done_with(request.command.clone(), Some(&key("order")))
        .await;
    // No stock, no money and another price: the order could not be placed again.
    trial.done(put_product(product, 900, 0)).await;
    replayed(trial, &request, &first).await;
    reused(trial, &request, place(user, &[(product, 5)])).await;
}

pub(super) async fn an_order_is_answered_again_as_paid_though_cancelled_since(trial: &Trial) {
    let user = trial.user(1_000).await;
    let product = trial.product(100, 5).await;
    let placing = keyed(place(user, &[(product, 2)]), "place");
    let placed = trial
        .done_with(placing.command.clone(), Some(&key("place")))
        .await;
    let order = expect::order(placed.clone());
    let cancelling = keyed(cancel(order.id), "cancel");
    let cancelled = trial
        .done_with(cancelling.command.clone(), Some(&key("cancel")))
        .await;
    assert!(matches!(&cancelled, Answer::OrderCancelled(it) if it.cancellation.is_some()));
    for _ in 0..2 {
        replayed(trial, &placing, &placed).await;
        replayed(trial, &cancelling, &cancelled).await;
        trial.restart().await;
    }
}

pub(super) async fn a_coupon_is_answered_again_as_new_though_used_since(trial: &Trial) {
    let user = trial.user(1_000).await;
    let product = trial.product(100, 5).await;
    let campaign = trial.campaign(10, 3).await;
    let taking = keyed(issue(campaign.id, user), "take");
    let taken = trial
        .done_with(taking.command.clone(), Some(&key("take")))
        .await;
    let Answer::Coupon {
        coupon,
        created: true,
        ..
    } = &taken
    else {
        panic!("{taken:?}")
    };
    assert_eq!(coupon.used, None);
    trial
        .done(place_with(user, &[(product, 1)], coupon.id))
        .await;
    for _ in 0..2 {
        replayed(trial, &taking, &taken).await;
        trial.restart().await;
    }
}

pub(super) async fn a_held_coupon_is_answered_again_as_it_was_then(trial: &Trial) {
    let user = trial.user(1_000).await;
    let product = trial.product(100, 5).await;
    let campaign = trial.campaign(10, 3).await;
    let coupon = trial.coupon(campaign.id, user).await;
    let asking = |text| keyed(issue(campaign.id, user), text);

    let mut answers = Vec::new();
    let mut ask = async |text| {
        let answer = trial
            .done_with(issue(campaign.id, user), Some(&key(text)))
            .await;
        let Answer::Coupon {
            coupon,
            created: false,
            ..
        } = &answer
        else {
            panic!("{answer:?}")
        };
        let used = coupon.used;
        answers.push((asking(text), answer));
        used
    };
    assert_eq!(ask("while-available").await, None);
    let order = expect::order(
        trial
            .done(place_with(user, &[(product, 1)], coupon.id))
            .await,
    );
    assert_eq!(
        ask("while-used").await.map(|it| it.order_id),
        Some(order.id)
    );
    trial.done(cancel(order.id)).await;
    assert_eq!(ask("when-unused-again").await, None);
    let later = expect::order(
        trial
            .done(place_with(user, &[(product, 1)], coupon.id))
            .await,
    );
    assert_eq!(
        ask("used-again").await.map(|it| it.order_id),
        Some(later.id)
    );

    for _ in 0..2 {
        for (request, first) in &answers {
            replayed(trial, request, first).await;
        }
        trial.restart().await;
    }
}

pub(super) async fn a_rejected_request_is_decided_afresh_under_its_key(trial: &Trial) {
    let user = trial.user(0).await;
    let product = trial.product(100, 5).await;
    let request = keyed(place(user, &[(product, 1)]), "order");
    for _ in 0..2 {
        let decision = trial.decide(request.clone()).await;
        assert!(matches!(decision, Decision::Rejected(_)), "{decision:?}");
    }
    // The key is still free, for another request too.
    trial
        .done_with(charge(user, 300), Some(&key("charge")))
        .await;
    let first = trial
        .done_with(request.command.clone(), Some(&key("order")))
        .await;
    replayed(trial, &request, &first).await;
}

pub(super) async fn requests_without_a_key_are_done_each_time(trial: &Trial) {
    let user = trial.user(1_000).await;
    let product = trial.product(100, 5).await;
    for _ in 0..2 {
        trial.done(charge(user, 10)).await;
        trial.done(place(user, &[(product, 1)])).await;
    }
    let shop = trial.snapshot().await;
    assert_eq!(shop.orders.len(), 2);
    assert_eq!(shop.user(user).user.balance, super::fixtures::money(820));
}

pub(super) async fn an_order_is_found_by_its_key_as_it_is_now(trial: &Trial) {
    let (user, other) = (trial.user(1_000).await, trial.user(1_000).await);
    let product = trial.product(100, 5).await;
    let first = trial
        .done_with(place(user, &[(product, 1)]), Some(&key("first")))
        .await;
    let second = trial
        .done_with(place(user, &[(product, 2)]), Some(&key("second")))
        .await;
    trial.done_with(charge(user, 1), Some(&key("charge"))).await;
    let (first, second) = (expect::order(first), expect::order(second));
    let second = trial
        .done_with(cancel(second.id), Some(&key("cancel")))
        .await;
    let second = expect::order(second);
    for _ in 0..2 {
        let store = trial.store();
        let found = async |user, text: &str| store.order_by_key(user, key(text)).await.unwrap();
        assert_eq!(found(user, "first").await, Some(first.clone()));
        assert_eq!(
            found(user, "second").await.map(Arc::unwrap_or_clone),
            Some((*second).clone())
        );
        // Keys of other commands, of no command, and of another user.
        for text in ["charge", "cancel", "third", "firs", "first2"] {
            assert_eq!(found(user, text).await, None, "{text}");
        }
        assert_eq!(found(other, "first").await, None);
        trial.restart().await;
    }
}
