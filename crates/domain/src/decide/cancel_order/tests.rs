use uuid::Uuid;

use super::*;
use crate::command::PlaceOrder;
use crate::decide::testing::*;
use crate::id::OrderId;
use crate::time::Timestamp;

/// User 1 with 1,000; product 1: 9 at 100; product 2: 9 at 30.
fn shop() -> Shop {
    let mut shop = Shop::new();
    shop.given_user(1, 1_000);
    shop.given_product(1, 100, 9);
    shop.given_product(2, 30, 9);
    shop
}

fn cancelled(shop: &mut Shop, command: CancelOrder) -> Arc<Order> {
    match shop.done(command) {
        Answer::OrderCancelled(order) => order,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_cancel_pays_back_and_puts_the_pieces_back_if_asked() {
    for (restock, stocks) in [(true, [9, 9]), (false, [7, 8])] {
        let mut shop = shop();
        let placed = shop.placed(order(1, &[(1, 2), (2, 1)]));
        shop.at(NOW + 3);
        let (entries, events) = (
            shop.set.journal.entries.len(),
            shop.set.journal.events.len(),
        );
        let command = CancelOrder::new(placed.id, Some("broken"), restock).unwrap();
        let order = cancelled(&mut shop, command);

        let cancellation = order.cancellation.clone().unwrap();
        assert_eq!(cancellation.at, Timestamp::from_micros(NOW + 3));
        assert_eq!(cancellation.reason.as_deref(), Some("broken"));
        assert_eq!(cancellation.restocked, restock);
        assert_eq!(
            order.as_placed(),
            *placed,
            "nothing else of the order changes"
        );
        assert_eq!(shop.set.orders.get(&placed.id).unwrap(), Some(&order));
        assert_eq!(shop.balance(1), 1_000);
        assert_eq!([shop.stock(1), shop.stock(2)], stocks);
        let user = shop.set.users.get(&user(1)).unwrap().unwrap();
        assert_eq!(user.paid, money(0));
        for id in [1, 2] {
            let product = shop.set.products.get(&product_id(id)).unwrap().unwrap();
            assert_eq!(product.sold, units(0));
        }

        let journal = &shop.set.journal;
        assert_eq!(
            (journal.entries.len(), journal.events.len()),
            (entries + 1, events + 1)
        );
        let entry = journal.entries.last().unwrap();
        assert_eq!(
            (entry.kind, entry.amount),
            (EntryKind::Refund, placed.total)
        );
        assert_eq!(
            (entry.order_id, entry.balance_after),
            (Some(placed.id), money(1_000))
        );
        assert_eq!(entry.reason.as_deref(), Some("broken"));
        let event = journal.events.last().unwrap();
        assert_eq!(
            (event.kind, &event.order),
            (EventKind::OrderCancelled, &order)
        );
        assert_eq!(journal.cancelled, [order]);
    }
}

#[test]
fn a_second_cancel_and_an_unknown_order_are_rejected() {
    let mut shop = shop();
    let placed = shop.placed(order(1, &[(1, 2)]));
    shop.done(cancel(placed.id, false));
    for restock in [false, true] {
        assert_eq!(
            shop.rejected(cancel(placed.id, restock)),
            ["order-not-cancellable"]
        );
    }
    let unknown = OrderId(Uuid::from_u128(1));
    assert_eq!(shop.rejected(cancel(unknown, true)), ["order-not-found"]);
}

#[test]
fn a_cancel_refunds_what_was_paid_whatever_the_price_is_now() {
    let mut shop = shop();
    let placed = shop.placed(order(1, &[(1, 2)]));
    shop.done(product(1, 999, 0));
    shop.done(cancel(placed.id, true));
    assert_eq!(shop.balance(1), 1_000);
}

#[test]
fn a_cancel_returns_the_coupon_which_is_judged_again_when_next_used() {
    let mut shop = shop();
    let coupon_id = shop.given_coupon(campaign(50), 1);
    let with_coupon = || PlaceOrder {
        coupon_id: Some(coupon_id),
        ..order(1, &[(1, 1)])
    };
    let first = shop.placed(with_coupon());
    assert_eq!(
        shop.rejected(with_coupon()),
        ["invalid-coupon ALREADY_USED"]
    );

    // Returned after its date, it is unused but expired.
    let until = campaign(50).valid_until.as_micros();
    shop.at(until).done(cancel(first.id, true));
    assert_eq!(
        shop.balance(1),
        1_000,
        "what was paid comes back, not the subtotal"
    );
    let refund = shop.set.journal.entries.last().map(|entry| entry.amount);
    assert_eq!(refund, Some(money(50)));
    assert_eq!(
        shop.set.coupons.get(&coupon_id).unwrap().unwrap().used,
        None
    );
    assert_eq!(shop.rejected(with_coupon()), ["invalid-coupon EXPIRED"]);

    // Back in date it can be used by one more order.
    let second = shop.at(until - 1).placed(with_coupon());
    let used = shop
        .set
        .coupons
        .get(&coupon_id)
        .unwrap()
        .unwrap()
        .used
        .unwrap();
    assert_eq!(used.order_id, second.id);
}

#[test]
fn the_cancel_of_an_earlier_order_leaves_the_coupon_of_a_later_one_used() {
    let mut shop = shop();
    let coupon_id = shop.given_coupon(campaign(50), 1);
    let plain = shop.placed(order(1, &[(1, 1)]));
    let with_coupon = shop.placed(PlaceOrder {
        coupon_id: Some(coupon_id),
        ..order(1, &[(1, 1)])
    });
    shop.done(cancel(plain.id, true));
    let coupon = shop.set.coupons.get(&coupon_id).unwrap().unwrap();
    assert_eq!(coupon.used.map(|used| used.order_id), Some(with_coupon.id));
}
