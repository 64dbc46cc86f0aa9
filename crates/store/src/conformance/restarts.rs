//! What was answered is there after a restart, and a close answers what it took.

use jumun_domain::Decision;

use super::expect;
use super::fixtures::{
    cancel, charge, keyed, money, place, place_with, plain, put_limited, register,
};
use super::trial::Trial;
use crate::{Fault, Readiness, Store};

/// A shop in which every kind of row is there in every state.
async fn furnish(trial: &Trial) {
    let user = trial.user(10_000).await;
    trial.done(register(user, Some("Min-ji"))).await;
    let product = trial.fresh_product_id();
    trial.done(put_limited(product, 100, 50, Some(40))).await;
    trial.done(super::fixtures::adjust_stock(product, -3)).await;
    trial.done(super::fixtures::adjust_balance(user, -7)).await;
    let campaign = trial.campaign(30, 5).await;
    let coupon = trial.coupon(campaign.id, user).await;
    trial
        .done(place_with(user, &[(product, 2)], coupon.id))
        .await;
    let cancelled = trial.order(user, &[(product, 1)]).await;
    trial.done(cancel(cancelled.id)).await;
    trial.order(user, &[(product, 3)]).await;
}

pub(super) async fn a_restart_keeps_everything(trial: &Trial) {
    for _ in 0..3 {
        furnish(trial).await;
        let before = trial.snapshot().await;
        let pinned = trial.store().shop().clone();
        trial.restart().await;
        assert_eq!(trial.snapshot().await, before);
        assert_eq!(*trial.store().shop(), pinned);
        assert_eq!(trial.store().readiness().await, Readiness::Ready);
    }
}

pub(super) async fn a_restart_without_any_change_between_changes_nothing(trial: &Trial) {
    furnish(trial).await;
    let before = trial.snapshot().await;
    for _ in 0..3 {
        trial.restart().await;
    }
    assert_eq!(trial.snapshot().await, before);
}

pub(super) async fn an_order_can_be_cancelled_after_a_restart(trial: &Trial) {
    let user = trial.user(1_000).await;
    let product = trial.product(100, 5).await;
    let campaign = trial.campaign(30, 1).await;
    let coupon = trial.coupon(campaign.id, user).await;
    let order = trial
        .done(place_with(user, &[(product, 2)], coupon.id))
        .await;
    trial.restart().await;
    trial.done(cancel(expect::order(order).id)).await;
    trial.restart().await;
    trial
        .done(place_with(user, &[(product, 5)], coupon.id))
        .await;
}

pub(super) async fn a_closed_store_refuses_and_is_closed_twice_for_nothing(trial: &Trial) {
    let user = trial.user(100).await;
    let before = trial.snapshot().await;
    let closed = trial.store();
    closed.close().await;
    closed.close().await;
    let fault = closed.execute(plain(charge(user, 1))).await.unwrap_err();
    assert!(
        !matches!(fault, Fault::Indeterminate(_)),
        "surely nothing was done: {fault}"
    );
    assert_ne!(closed.readiness().await, Readiness::Ready);
    trial.reopen().await;
    assert_eq!(trial.snapshot().await, before);
}

pub(super) async fn a_close_in_the_middle_answers_or_refuses_each_request(trial: &Trial) {
    const REQUESTS: usize = 200;
    const CLOSED_AFTER: usize = 60;
    let user = trial.user(0).await;
    let store = trial.store();
    let send = |index: usize| {
        let (store, request) = (
            store.clone(),
            keyed(charge(user, 1), format!("charge-{index}")),
        );
        tokio::spawn(async move { store.execute(request).await })
    };
    let mut tasks: Vec<_> = (0..CLOSED_AFTER).map(send).collect();
    // The rest arrives while the store closes.
    let closing = tokio::spawn({
        let store = store.clone();
        async move { store.close().await }
    });
    tasks.extend((CLOSED_AFTER..REQUESTS).map(send));
    let mut done = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(Decision::Done(_)) => done += 1,
            Ok(other) => panic!("a charge is done or refused: {other:?}"),
            Err(Fault::Overloaded | Fault::Determinate(_)) => {}
            Err(fault) => panic!("a close knows what it has done: {fault}"),
        }
    }
    closing.await.unwrap();
    trial.reopen().await;
    let row = trial.store().user(user).await.unwrap().unwrap();
    assert_eq!(
        row.balance,
        money(done),
        "what was acknowledged, and nothing else"
    );
    // Under the same keys the rest is done, and none is done twice.
    let again = (0..REQUESTS).map(|index| keyed(charge(user, 1), format!("charge-{index}")));
    trial.at_once(again.collect()).await;
    let row = trial.store().user(user).await.unwrap().unwrap();
    assert_eq!(row.balance, money(REQUESTS as i64));
}

pub(super) async fn a_burst_is_all_there_after_a_restart(trial: &Trial) {
    const ORDERS: usize = 200;
    let users = trial.users(20, 1_000).await;
    let product = trial.product(1, 10_000).await;
    let orders = (0..ORDERS).map(|index| plain(place(users[index % users.len()], &[(product, 1)])));
    let answered = expect::done(&trial.at_once(orders.collect()).await);
    trial.restart().await;
    let store = trial.store();
    assert_eq!(answered.len(), ORDERS);
    for order in answered.into_iter().map(expect::order) {
        assert_eq!(found(store.as_ref(), &order).await, Some(order));
    }
}

async fn found(
    store: &dyn Store,
    order: &jumun_domain::Order,
) -> Option<std::sync::Arc<jumun_domain::Order>> {
    store.order(order.id).await.unwrap()
}
