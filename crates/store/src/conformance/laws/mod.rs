//! The laws of a shop, computed anew from everything that can be read. This
//! knows neither the engine's audit nor its SQL, so it can contradict both.

mod catalogue;
mod events;
mod money;

use std::collections::HashSet;
use std::sync::Arc;

use jumun_domain::{Money, Order};

use super::snapshot::Snapshot;

/// Panics on the first law that does not hold.
pub(super) fn check(shop: &Snapshot) {
    orders_are_whole(shop);
    for user in &shop.users {
        money::ledger_sums_to_the_balance(user);
        money::orders_are_paid_and_refunded_once(user);
    }
    for product in &shop.products {
        catalogue::stock_is_conserved(shop, product);
    }
    for campaign in &shop.campaigns {
        catalogue::coupons_are_numbered(shop, campaign);
    }
    catalogue::coupons_are_used_by_one_paid_order(shop);
    catalogue::best_sellers_are_the_sums_of_the_orders(shop);
    events::one_an_order_and_one_a_cancel(shop);
}

/// The list of all orders is that of all users, and every order adds up.
fn orders_are_whole(shop: &Snapshot) {
    assert!(
        shop.orders.is_sorted_by(|a, b| a.id < b.id),
        "all orders are oldest first"
    );
    let mut of_users: Vec<Arc<Order>> = Vec::new();
    for user in &shop.users {
        let id = user.user.id;
        assert!(
            user.orders.is_sorted_by(|a, b| a.id > b.id),
            "orders of {id} are newest first"
        );
        assert!(
            user.orders.iter().all(|it| it.user_id == id),
            "orders of {id} are its own"
        );
        let coupons_fall = user.coupons.is_sorted_by(|a, b| a.coupon.id > b.coupon.id);
        assert!(coupons_fall, "coupons of {id} are newest first");
        assert!(
            user.coupons.iter().all(|it| it.coupon.user_id == id),
            "coupons of {id}"
        );
        of_users.extend(user.orders.iter().cloned());
    }
    of_users.sort_by_key(|it| it.id);
    assert_eq!(
        shop.orders, of_users,
        "all orders against the users' own lists"
    );

    for order in &shop.orders {
        let id = order.id;
        let mut named = HashSet::new();
        for line in &order.lines {
            assert!(named.insert(line.product_id), "{id} has one line a product");
            assert_eq!(
                Some(line.amount),
                line.unit_price.times(line.quantity),
                "a line of {id}"
            );
            assert!(
                line.discount >= Money::ZERO && line.discount <= line.amount,
                "{id}"
            );
        }
        assert_eq!(
            total(order, |line| line.amount),
            order.subtotal.get(),
            "lines of {id}"
        );
        assert_eq!(
            total(order, |line| line.discount),
            order.discount.get(),
            "discounts of {id}"
        );
        assert_eq!(
            order.subtotal.checked_sub(order.discount),
            Some(order.total),
            "{id}"
        );
    }
}

fn total(order: &Order, of: impl Fn(&jumun_domain::Line) -> Money) -> i64 {
    order.lines.iter().map(|line| of(line).get()).sum()
}
