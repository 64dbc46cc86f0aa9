//! How many pieces one user may buy.

use crate::amount::Units;
use crate::decide::testing::*;

/// Two users with money; product 1 with this limit.
fn shop(limit: Option<i64>) -> Shop {
    let mut shop = Shop::new();
    shop.given_user(1, 10_000);
    shop.given_user(2, 10_000);
    shop.done(limited(1, 10, 100, limit));
    shop
}

#[test]
fn a_limit_counts_all_paid_orders_of_one_user() {
    let mut shop = shop(Some(5));
    shop.placed(order(1, &[(1, 2)]));
    shop.placed(order(1, &[(1, 1)]));
    let exceeded = ["purchase-limit-exceeded 1: 3 and 3 of 5"];
    assert_eq!(shop.rejected(order(1, &[(1, 3)])), exceeded);
    shop.placed(order(1, &[(1, 2)]));
    shop.placed(order(2, &[(1, 5)]));
}

#[test]
fn a_cancel_gives_the_limit_back_with_and_without_restock() {
    for restock in [true, false] {
        let mut shop = shop(Some(5));
        let first = shop.placed(order(1, &[(1, 4)]));
        assert_eq!(
            shop.rejected(order(1, &[(1, 2)])),
            ["purchase-limit-exceeded 1: 4 and 2 of 5"]
        );
        shop.done(cancel(first.id, restock));
        shop.placed(order(1, &[(1, 5)]));
    }
}

#[test]
fn what_is_bought_while_a_limit_is_away_counts_when_it_is_back() {
    let mut shop = shop(Some(5));
    shop.placed(order(1, &[(1, 2)]));
    shop.done(limited(1, 10, 0, None));
    let free = shop.placed(order(1, &[(1, 20)]));
    shop.done(limited(1, 10, 0, Some(25)));
    assert_eq!(
        shop.rejected(order(1, &[(1, 4)])),
        ["purchase-limit-exceeded 1: 22 and 4 of 25"]
    );
    shop.done(limited(1, 10, 0, None));
    shop.done(cancel(free.id, true));
    shop.done(limited(1, 10, 0, Some(5)));
    assert_eq!(
        shop.rejected(order(1, &[(1, 4)])),
        ["purchase-limit-exceeded 1: 2 and 4 of 5"]
    );
    shop.placed(order(1, &[(1, 3)]));
}

#[test]
fn what_was_bought_before_the_first_limit_counts() {
    let mut shop = shop(None);
    shop.placed(order(1, &[(1, 4)]));
    shop.done(limited(1, 10, 0, Some(5)));
    assert_eq!(
        shop.rejected(order(1, &[(1, 2)])),
        ["purchase-limit-exceeded 1: 4 and 2 of 5"]
    );
    shop.placed(order(1, &[(1, 1)]));
}

#[test]
fn a_limit_below_what_was_bought_refuses_the_next_piece_only() {
    let mut shop = shop(None);
    let kept = shop.placed(order(1, &[(1, 4)]));
    shop.done(limited(1, 10, 0, Some(1)));
    assert_eq!(
        shop.rejected(order(1, &[(1, 1)])),
        ["purchase-limit-exceeded 1: 4 and 1 of 1"]
    );
    shop.done(cancel(kept.id, true));
    shop.placed(order(1, &[(1, 1)]));
}

#[test]
fn a_limit_at_the_end_of_the_range_is_exceeded_by_what_lies_beyond() {
    let max = Units::MAX.get();
    let mut shop = shop(Some(max));
    shop.done(limited(1, 1, 0, Some(max)));
    shop.placed(order(1, &[(1, 1)]));
    let expected = [
        format!("out-of-stock 1: {max} of 99"),
        format!("purchase-limit-exceeded 1: 1 and {max} of {max}"),
        format!("insufficient-balance {max} of 9999"),
    ];
    assert_eq!(shop.rejected(order(1, &[(1, max)])), expected);
}
