//! What stands in the way of an order: each thing, all at once, in order.

use std::sync::Arc;

use uuid::Uuid;

use crate::amount::Money;
use crate::campaign::Discount;
use crate::command::{CreateCampaign, PlaceOrder, PutProduct};
use crate::decide::testing::*;
use crate::id::CouponId;
use crate::rejection::{CouponFault, Rejection};

/// User 1 holds 1,000. Product 1: 5 at 100. Product 2 is not for sale. Product
/// 3 is sold out. Product 4: at most 2 a user, of which user 1 has one.
fn shop() -> Shop {
    let mut shop = Shop::new();
    shop.given_user(1, 1_010);
    shop.given_product(1, 100, 5);
    shop.done(PutProduct {
        active: false,
        ..product(2, 100, 5)
    });
    shop.given_product(3, 100, 0);
    shop.done(limited(4, 10, 5, Some(2)));
    shop.placed(order(1, &[(4, 1)]));
    shop
}

fn unknown_coupon() -> Option<CouponId> {
    Some(CouponId(Uuid::from_u128(7)))
}

fn check(order: PlaceOrder, expected: &[&str]) {
    let mut shop = shop();
    let quoted: Vec<_> = shop.quote(&order).rejections.iter().map(words).collect();
    assert_eq!(quoted, expected, "the quote of {order:?}");
    assert_eq!(shop.rejected(order.clone()), expected, "{order:?}");
}

#[test]
fn each_thing_that_stands_in_the_way_is_told_with_its_figures() {
    let table: Vec<(PlaceOrder, &str)> = vec![
        (order(8, &[(1, 1)]), "user-not-found 8"),
        (order(1, &[(9, 1)]), "product-not-found 9"),
        (order(1, &[(2, 1)]), "product-not-for-sale 2"),
        (order(1, &[(3, 1)]), "out-of-stock 3: 1 of 0"),
        (order(1, &[(1, 6)]), "out-of-stock 1: 6 of 5"),
        (
            order(1, &[(4, 2)]),
            "purchase-limit-exceeded 4: 1 and 2 of 2",
        ),
        (
            PlaceOrder {
                coupon_id: unknown_coupon(),
                ..order(1, &[(1, 1)])
            },
            "invalid-coupon NOT_FOUND",
        ),
        (order(1, &[(1, 1), (9, 1)]), "product-not-found 9"),
        (
            PlaceOrder {
                expected_total: Some(money(99)),
                ..order(1, &[(1, 1)])
            },
            "price-changed 99 is 100",
        ),
    ];
    for (order, expected) in table {
        check(order, &[expected]);
    }
}

#[test]
fn a_balance_short_by_one_is_told_and_one_that_just_covers_is_enough() {
    let mut shop = Shop::new();
    shop.given_user(1, 299);
    shop.given_product(1, 100, 9);
    let order = order(1, &[(1, 3)]);
    assert_eq!(
        shop.rejected(order.clone()),
        ["insufficient-balance 300 of 299"]
    );
    shop.done(charge(1, 1));
    assert_eq!(shop.placed(order).balance_after, Money::ZERO);
}

#[test]
fn everything_in_the_way_is_told_at_once_in_the_documented_order() {
    // Named in the opposite order; within a rule the order of the request counts.
    let mut wanted = order(1, &[(4, 900), (3, 2), (1, 6), (2, 9)]);
    wanted.coupon_id = unknown_coupon();
    wanted.expected_total = Some(money(1));
    check(
        wanted,
        &[
            "product-not-for-sale 2",
            "out-of-stock 4: 900 of 4",
            "out-of-stock 3: 2 of 0",
            "out-of-stock 1: 6 of 5",
            "out-of-stock 2: 9 of 5",
            "purchase-limit-exceeded 4: 1 and 900 of 2",
            "invalid-coupon NOT_FOUND",
            "insufficient-balance 10700 of 1000",
            "price-changed 1 is 10700",
        ],
    );
}

#[test]
fn an_unknown_product_leaves_minimum_balance_and_price_unjudged() {
    let mut wanted = order(1, &[(9, 1), (8, 1), (2, 1), (1, 600)]);
    wanted.coupon_id = unknown_coupon();
    wanted.expected_total = Some(money(1));
    check(
        wanted,
        &[
            "product-not-found 9",
            "product-not-found 8",
            "product-not-for-sale 2",
            "out-of-stock 1: 600 of 5",
            "invalid-coupon NOT_FOUND",
        ],
    );

    let mut shop = shop();
    let dear = CreateCampaign {
        minimum_subtotal: Some(Money::MAX),
        ..campaign(5)
    };
    let coupon_id = Some(shop.given_coupon(dear, 1));
    let unknown = PlaceOrder {
        coupon_id,
        ..order(1, &[(9, 1), (1, 1)])
    };
    assert_eq!(shop.rejected(unknown), ["product-not-found 9"]);
    let known = PlaceOrder {
        coupon_id,
        ..order(1, &[(1, 1)])
    };
    assert_eq!(shop.rejected(known), ["invalid-coupon MINIMUM_NOT_MET"]);
}

#[test]
fn an_unknown_user_leaves_only_the_balance_unjudged() {
    let mut wanted = order(8, &[(2, 1), (3, 1)]);
    wanted.coupon_id = unknown_coupon();
    wanted.expected_total = Some(money(1));
    check(
        wanted,
        &[
            "user-not-found 8",
            "product-not-for-sale 2",
            "out-of-stock 3: 1 of 0",
            "invalid-coupon NOT_FOUND",
            "price-changed 1 is 200",
        ],
    );
}

#[test]
fn with_an_invalid_coupon_balance_and_price_are_judged_without_discount() {
    let mut shop = Shop::new();
    shop.given_user(1, 50);
    shop.given_user(2, 0);
    shop.given_product(1, 100, 5);
    let foreign = shop.given_coupon(campaign(60), 2);
    let wanted = PlaceOrder {
        coupon_id: Some(foreign),
        expected_total: Some(money(40)),
        ..order(1, &[(1, 1)])
    };
    let expected = [
        "invalid-coupon NOT_OWNER",
        "insufficient-balance 100 of 50",
        "price-changed 40 is 100",
    ];
    assert_eq!(shop.rejected(wanted), expected);

    // The same with the user's own coupon is affordable and as expected.
    let own = shop.given_coupon(campaign(60), 1);
    let wanted = PlaceOrder {
        coupon_id: Some(own),
        expected_total: Some(money(40)),
        ..order(1, &[(1, 1)])
    };
    assert_eq!(shop.placed(wanted).total, money(40));
}

#[test]
fn an_invalid_coupon_is_named_by_its_id() {
    let mut shop = shop();
    let wanted = PlaceOrder {
        coupon_id: unknown_coupon(),
        ..order(1, &[(1, 1)])
    };
    let rejections = shop.quote(&wanted).rejections;
    let reason = CouponFault::NotFound;
    assert_eq!(
        rejections,
        [Rejection::InvalidCoupon {
            coupon_id: unknown_coupon(),
            reason
        }]
    );
}

#[test]
fn a_quote_tells_what_is_known_and_nothing_of_what_is_not() {
    let figures = |order: &PlaceOrder, shop: &mut Shop| {
        let it = shop.quote(order);
        [it.subtotal, it.discount, it.total, it.balance].map(|figure| figure.map(Money::get))
    };
    let mut shop = shop();
    let percent = CreateCampaign {
        discount: Discount::Percent {
            percent: 10,
            max_amount: None,
        },
        name: Arc::from("tenth"),
        ..campaign(1)
    };
    let coupon_id = Some(shop.given_coupon(percent, 1));
    let overflow = order(1, &[(1, Money::MAX.get())]);
    let table = [
        (
            order(1, &[(1, 2)]),
            [Some(200), Some(0), Some(200), Some(1_000)],
        ),
        (
            PlaceOrder {
                coupon_id,
                ..order(1, &[(1, 2)])
            },
            [Some(200), Some(20), Some(180), Some(1_000)],
        ),
        (
            PlaceOrder {
                coupon_id,
                ..order(1, &[(9, 2)])
            },
            [None, None, None, Some(1_000)],
        ),
        (order(8, &[(1, 2)]), [Some(200), Some(0), Some(200), None]),
        (overflow, [None; 4]),
    ];
    for (order, expected) in table {
        assert_eq!(figures(&order, &mut shop), expected, "{order:?}");
    }
}
