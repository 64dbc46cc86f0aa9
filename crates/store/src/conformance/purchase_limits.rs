//! `maxPerUser` while orders, cancels and the limit itself change at once.

use jumun_domain::{Answer, ProductId, Rejection, Request, UserId};

use super::expect;
use super::fixtures::{cancel, place, plain, put_limited, units};
use super::trial::Trial;

/// What a limit of one piece says the user has bought, by being exceeded.
async fn bought(trial: &Trial, product: ProductId, user: UserId) -> i64 {
    trial.done(put_limited(product, 1, 0, Some(1))).await;
    match trial
        .rejected(place(user, &[(product, 2)]))
        .await
        .as_slice()
    {
        [Rejection::PurchaseLimitExceeded { bought, .. }] => bought.get(),
        other => panic!("the limit of one piece stands in the way of two, but: {other:?}"),
    }
}

pub(super) async fn a_limit_holds_against_orders_at_once(trial: &Trial) {
    const USERS: usize = 10;
    const ORDERS_EACH: usize = 12;
    const LIMIT: i64 = 5;
    let users = trial.users(USERS, 1_000).await;
    let product = trial.fresh_product_id();
    trial
        .done(put_limited(product, 1, 10_000, Some(LIMIT)))
        .await;
    let orders = (0..USERS * ORDERS_EACH)
        .map(|index| plain(place(users[index % USERS], &[(product, 1)])))
        .collect();
    let decisions = trial.at_once(orders).await;
    assert_eq!(expect::done(&decisions).len(), USERS * LIMIT as usize);
    for rejections in expect::rejections(&decisions) {
        let full = Rejection::PurchaseLimitExceeded {
            product_id: product,
            limit: units(LIMIT),
            bought: units(LIMIT),
            requested: units(1),
        };
        assert_eq!(rejections, [full]);
    }
}

pub(super) async fn orders_that_came_with_their_product_are_counted_by_a_later_limit(
    trial: &Trial,
) {
    const ROUNDS: usize = 20;
    const ORDERS: usize = 8;
    for _ in 0..ROUNDS {
        let user = trial.user(1_000).await;
        let product = trial.fresh_product_id();
        // The first order finds no product; most of the others wait behind it
        // together with the product's creation, and are decided with it.
        let mut requests = vec![plain(place(user, &[(product, 1)])); ORDERS];
        requests.insert(1, plain(put_limited(product, 1, 1_000, None)));
        let decisions = trial.at_once(requests).await;
        let paid = expect::done(&decisions).len() - 1;
        assert_eq!(bought(trial, product, user).await, paid as i64);
    }
}

pub(super) async fn a_limit_set_among_running_orders_counts_them_all(trial: &Trial) {
    const ROUNDS: usize = 6;
    const ORDERS: usize = 40;
    const LIMIT: i64 = 5;
    for round in 0..ROUNDS {
        let user = trial.user(1_000).await;
        let product = trial.product(1, 1_000).await;
        // Some orders before there is any limit: those count too.
        for _ in 0..round {
            trial.order(user, &[(product, 1)]).await;
        }
        let mut requests: Vec<Request> = vec![plain(place(user, &[(product, 1)])); ORDERS];
        requests.insert(
            round * ORDERS / ROUNDS,
            plain(put_limited(product, 1, 0, Some(LIMIT))),
        );
        let decisions = trial.at_once(requests).await;
        let placed = expect::done(&decisions).len() as i64 - 1 + round as i64;
        assert!(
            placed >= LIMIT,
            "{placed} placed, fewer than the limit allows"
        );
        for rejections in expect::rejections(&decisions) {
            let [Rejection::PurchaseLimitExceeded { bought, .. }] = rejections else {
                panic!("only the limit stands in the way: {rejections:?}");
            };
            assert_eq!(
                bought.get(),
                placed,
                "after the limit is reached nothing is added"
            );
        }
        assert_eq!(self::bought(trial, product, user).await, placed);
    }
}

pub(super) async fn a_limit_that_comes_and_goes_leaves_no_gap_in_the_count(trial: &Trial) {
    let user = trial.user(1_000).await;
    let product = trial.product(1, 1_000).await;
    let kept = trial.order(user, &[(product, 2)]).await;
    // Set, lifted, set again: (limit, pieces bought under it).
    for (limit, pieces) in [(Some(9), 3), (None, 4), (Some(12), 1), (None, 1)] {
        trial.done(put_limited(product, 1, 0, limit)).await;
        trial.order(user, &[(product, pieces)]).await;
    }
    assert_eq!(bought(trial, product, user).await, 11);
    trial.restart().await;
    trial.done(cancel(kept.id)).await;
    assert_eq!(bought(trial, product, user).await, 9);
}

pub(super) async fn orders_and_cancels_at_once_never_exceed_a_limit(trial: &Trial) {
    const ROUNDS: usize = 4;
    const LIMIT: i64 = 6;
    let user = trial.user(10_000).await;
    let product = trial.fresh_product_id();
    trial
        .done(put_limited(product, 1, 10_000, Some(LIMIT)))
        .await;
    for _ in 0..ROUNDS {
        let paid: Vec<_> = trial
            .snapshot()
            .await
            .orders
            .into_iter()
            .filter(|it| it.cancellation.is_none())
            .collect();
        let mut requests = vec![plain(place(user, &[(product, 2)])); 20];
        requests.extend(paid.iter().map(|it| plain(cancel(it.id))));
        let decisions = trial.at_once(requests).await;
        let answers = expect::done(&decisions);
        let cancels = answers
            .iter()
            .filter(|it| matches!(it, Answer::OrderCancelled(_)));
        assert_eq!(cancels.count(), paid.len(), "every cancel is done");
        let row = trial.store().product(product).await.unwrap().unwrap();
        assert!(
            row.sold <= units(LIMIT),
            "{} pieces in paid orders",
            row.sold
        );
    }
    let sold = trial
        .store()
        .product(product)
        .await
        .unwrap()
        .unwrap()
        .sold
        .get();
    assert_eq!(bought(trial, product, user).await, sold);
}
