//! What sells best: by pieces, cancels left out, within a window of hours.

use jumun_domain::{Hour, ProductId};

use super::fixtures::{cancel, cancel_without_restock, put_limited};
use super::snapshot::beginning;
use super::trial::Trial;

/// More than there are products in these cases.
const ALL: usize = 50;

async fn sold(trial: &Trial, since: Hour, limit: usize) -> Vec<(ProductId, i64, i64)> {
    let told = trial.store().best_sellers(since, limit).await.unwrap();
    told.into_iter()
        .map(|it| (it.product_id, it.quantity.get(), it.amount.get()))
        .collect()
}

pub(super) async fn best_sellers_are_by_pieces_then_by_the_smaller_id(trial: &Trial) {
    let user = trial.user(1_000_000).await;
    let mut products = Vec::new();
    for price in [10, 500, 1, 7, 3] {
        products.push(trial.product(price, 100).await);
    }
    let [a, b, c, d, never] = products[..] else {
        unreachable!("five products")
    };
    trial.order(user, &[(d, 4), (a, 2)]).await;
    trial.order(user, &[(b, 4), (c, 9)]).await;
    trial.order(user, &[(a, 2)]).await;
    let expected = [(c, 9, 9), (a, 4, 40), (b, 4, 2_000), (d, 4, 28)];
    assert_eq!(
        sold(trial, beginning(), ALL).await,
        expected,
        "never sold: {never}"
    );
    for limit in 1..=expected.len() {
        assert_eq!(
            sold(trial, beginning(), limit).await,
            expected[..limit],
            "the first {limit}"
        );
    }
}

pub(super) async fn cancelled_orders_are_no_sales(trial: &Trial) {
    let user = trial.user(1_000_000).await;
    let (tea, cup) = (trial.product(10, 100).await, trial.product(5, 100).await);
    let first = trial.order(user, &[(tea, 5), (cup, 1)]).await;
    let second = trial.order(user, &[(tea, 1), (cup, 2)]).await;
    assert_eq!(
        sold(trial, beginning(), ALL).await,
        [(tea, 6, 60), (cup, 3, 15)]
    );
    trial.done(cancel(first.id)).await;
    assert_eq!(
        sold(trial, beginning(), ALL).await,
        [(cup, 2, 10), (tea, 1, 10)]
    );
    trial.done(cancel_without_restock(second.id)).await;
    assert_eq!(
        sold(trial, beginning(), ALL).await,
        [],
        "nothing is sold any more"
    );
}

pub(super) async fn best_sellers_are_named_as_they_are_now_and_valued_as_they_were(trial: &Trial) {
    let user = trial.user(1_000_000).await;
    let product = trial.fresh_product_id();
    trial.done(put_limited(product, 10, 100, None)).await;
    trial.order(user, &[(product, 1)]).await;
    let renamed =
        jumun_domain::PutProduct::new(product, "new name", 1_000, None, false, None).unwrap();
    trial.done(jumun_domain::Command::PutProduct(renamed)).await;
    let told = trial.store().best_sellers(beginning(), ALL).await.unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!((&*told[0].name, told[0].amount.get()), ("new name", 10));
}

pub(super) async fn a_window_begins_with_its_hour(trial: &Trial) {
    let user = trial.user(1_000_000).await;
    let product = trial.product(10, 100).await;
    let first = trial.order(user, &[(product, 1)]).await.created_at.hour();
    let last = trial.order(user, &[(product, 2)]).await.created_at.hour();
    // The clock may turn an hour between the two.
    let in_last = if first == last { 3 } else { 2 };
    let table = [
        (last.earlier(-1), 0),
        (last, in_last),
        (first, 3),
        (first.earlier(1), 3),
    ];
    for (since, quantity) in table {
        let told: i64 = sold(trial, since, ALL).await.iter().map(|it| it.1).sum();
        assert_eq!(told, quantity, "since hour {}", since.get());
    }
}
