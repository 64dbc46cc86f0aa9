//! Merged lines, and arithmetic at the ends of the range.

use crate::amount::{Money, Units};
use crate::command::{AdjustStock, PlaceOrder};
use crate::decide::testing::*;

const MAX: i64 = Money::MAX.get();

#[test]
fn lines_of_one_product_are_one_line_where_it_was_first_named() {
    let mut shop = Shop::new();
    shop.given_user(1, 10_000);
    shop.given_product(1, 10, 9);
    shop.given_product(2, 100, 9);
    let placed = shop.placed(order(1, &[(2, 1), (1, 2), (2, 3), (1, 4)]));
    let lines: Vec<_> = placed
        .lines
        .iter()
        .map(|it| {
            (
                it.product_id.get(),
                it.quantity.get(),
                it.unit_price.get(),
                it.amount.get(),
            )
        })
        .collect();
    assert_eq!(lines, [(2, 4, 100, 400), (1, 6, 10, 60)]);
    assert_eq!((placed.subtotal, placed.total), (money(460), money(460)));
    assert_eq!((shop.stock(1), shop.stock(2)), (3, 5));

    // Neither line alone is short or over the limit, together they are.
    shop.done(limited(1, 10, 0, Some(8)));
    let expected = [
        "out-of-stock 1: 4 of 3",
        "purchase-limit-exceeded 1: 6 and 4 of 8",
    ];
    assert_eq!(shop.rejected(order(1, &[(1, 2), (1, 2)])), expected);
}

#[test]
fn arithmetic_out_of_range_is_a_failed_validation_alone_at_the_line_that_caused_it() {
    let half = (MAX + 1) / 2;
    // Users 8 and products 7 to 9 are unknown, so there would be more to tell.
    let table: &[(&[(i64, i64)], &str)] = &[
        (&[(1, 1), (2, MAX)], "validation-failed /items/1/quantity"),
        (
            &[(1, MAX), (2, 1), (1, 1)],
            "validation-failed /items/2/quantity",
        ),
        (
            &[(9, MAX), (9, 1), (8, 1)],
            "validation-failed /items/1/quantity",
        ),
        (
            &[(9, 1), (2, half), (7, 1)],
            "validation-failed /items/1/quantity",
        ),
        (&[(2, 1), (2, half)], "validation-failed /items/0/quantity"),
        (&[(1, half), (3, half)], "validation-failed /items"),
    ];
    for (items, expected) in table {
        let mut shop = Shop::new();
        shop.given_product(1, 1, 5);
        shop.given_product(2, 2, 5);
        shop.given_product(3, 1, 5);
        let mut wanted = order(8, items);
        wanted.expected_total = Some(money(0));
        assert_eq!(shop.rejected(wanted), [*expected], "{items:?}");
    }
}

#[test]
fn the_largest_order_there_can_be_is_paid_and_refunded() {
    let mut shop = Shop::new();
    shop.given_user(1, MAX);
    shop.given_product(1, 1, MAX);
    let placed = shop.placed(order(1, &[(1, MAX)]));
    assert_eq!(
        (placed.total, placed.balance_after),
        (Money::MAX, Money::ZERO)
    );
    assert_eq!(shop.rejected(charge(1, 1)), ["validation-failed /amount"]);
    let delivery = AdjustStock::new(product_id(1), 1, None).unwrap();
    assert_eq!(shop.rejected(delivery), ["validation-failed /delta"]);
    shop.done(cancel(placed.id, true));
    assert_eq!((shop.balance(1), shop.stock(1)), (MAX, MAX));
}

#[test]
fn a_charge_that_would_leave_no_room_for_a_refund_is_refused() {
    let mut shop = Shop::new();
    shop.given_user(1, MAX);
    shop.given_product(1, 100, 9);
    let placed = shop.placed(order(1, &[(1, 1)]));
    assert_eq!(shop.rejected(charge(1, 1)), ["validation-failed /amount"]);
    shop.done(cancel(placed.id, true));
    assert_eq!(shop.balance(1), MAX);
}

#[test]
fn a_refund_fits_after_charges_up_to_the_limit() {
    let mut shop = Shop::new();
    shop.given_user(1, 500);
    shop.given_product(1, 100, 9);
    let first = shop.placed(order(1, &[(1, 2)]));
    let second = shop.placed(order(1, &[(1, 3)]));
    shop.done(charge(1, MAX - 500));
    assert_eq!(shop.rejected(charge(1, 1)), ["validation-failed /amount"]);
    shop.done(cancel(first.id, true));
    assert_eq!(shop.rejected(charge(1, 1)), ["validation-failed /amount"]);
    shop.done(cancel(second.id, false));
    assert_eq!(shop.balance(1), MAX);
}

#[test]
fn returned_pieces_fit_after_deliveries_up_to_the_limit() {
    let deliver = |delta| AdjustStock::new(product_id(1), delta, None).unwrap();
    let mut shop = Shop::new();
    shop.given_user(1, 500);
    shop.given_product(1, 100, 5);
    let kept = shop.placed(order(1, &[(1, 2)]));
    let returned = shop.placed(order(1, &[(1, 3)]));
    shop.done(deliver(MAX - 5));
    assert_eq!(shop.rejected(deliver(1)), ["validation-failed /delta"]);
    // What was not put back leaves room for a delivery in its stead.
    shop.done(cancel(kept.id, false));
    shop.done(deliver(2));
    assert_eq!(shop.rejected(deliver(1)), ["validation-failed /delta"]);
    shop.done(cancel(returned.id, true));
    assert_eq!(shop.stock(1), Units::MAX.get());
}

#[test]
fn a_total_of_zero_is_a_payment_of_zero() {
    let mut shop = Shop::new();
    shop.given_user(1, 0);
    shop.given_product(1, 0, 5);
    shop.given_product(2, 100, 5);
    let free = shop.placed(order(1, &[(1, 2)]));
    let coupon_id = Some(shop.given_coupon(campaign(100), 1));
    let covered = shop.placed(PlaceOrder {
        coupon_id,
        ..order(1, &[(2, 1), (1, 1)])
    });
    for order in [&free, &covered] {
        assert_eq!(
            (order.total, order.balance_after),
            (Money::ZERO, Money::ZERO)
        );
        let paid: Vec<_> = shop
            .set
            .journal
            .entries
            .iter()
            .filter(|it| it.order_id == Some(order.id))
            .collect();
        assert_eq!((paid.len(), paid[0].amount), (1, Money::ZERO));
    }
    shop.done(cancel(covered.id, true));
    assert_eq!(shop.balance(1), 0);
}
