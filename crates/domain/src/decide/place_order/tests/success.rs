//! What an order writes.

use crate::amount::Money;
use crate::answer::{Answer, Decision, Quote};
use crate::command::{PlaceOrder, PutProduct};
use crate::decide::testing::*;
use crate::event::EventKind;
use crate::ledger::EntryKind;
use crate::time::Timestamp;

#[test]
fn an_order_takes_stock_coupon_and_money_together_and_writes_its_histories() {
    let mut shop = Shop::new();
    shop.given_user(1, 1_000);
    shop.given_product(1, 100, 5);
    shop.given_product(2, 30, 5);
    let coupon_id = Some(shop.given_coupon(campaign(23), 1));
    shop.at(NOW + 7);
    let (entries, events) = (
        shop.set.journal.entries.len(),
        shop.set.journal.events.len(),
    );
    let placed = shop.placed(PlaceOrder {
        coupon_id,
        expected_total: Some(money(237)),
        ..order(1, &[(1, 2), (2, 2)])
    });

    assert_eq!(placed.user_id, user(1));
    assert_eq!(placed.coupon_id, coupon_id);
    assert_eq!(
        [placed.subtotal, placed.discount, placed.total].map(Money::get),
        [260, 23, 237]
    );
    assert_eq!(placed.balance_after, money(763));
    assert_eq!(placed.created_at, Timestamp::from_micros(NOW + 7));
    assert_eq!(placed.cancellation, None);
    assert_eq!(placed.lines[0].name.as_ref(), "product 1");

    let buyer = shop.set.users.get(&user(1)).unwrap().unwrap();
    assert_eq!((buyer.balance, buyer.paid), (money(763), money(237)));
    for (id, stock) in [(1, 3), (2, 3)] {
        let product = shop.set.products.get(&product_id(id)).unwrap().unwrap();
        assert_eq!((product.stock, product.sold), (units(stock), units(2)));
    }
    let journal = &shop.set.journal;
    assert_eq!(
        (journal.entries.len(), journal.events.len()),
        (entries + 1, events + 1)
    );
    let entry = journal.entries.last().unwrap();
    assert_eq!((entry.kind, entry.amount.get()), (EntryKind::Payment, -237));
    assert_eq!((entry.user_id, entry.order_id), (user(1), Some(placed.id)));
    assert_eq!(
        (entry.balance_after, entry.created_at),
        (money(763), placed.created_at)
    );
    let event = journal.events.last().unwrap();
    assert_eq!((event.kind, &event.order), (EventKind::OrderPaid, &placed));
    assert_eq!(event.time, placed.created_at);
    assert_eq!(journal.placed, std::slice::from_ref(&placed));
    assert_eq!(shop.set.orders.get(&placed.id).unwrap(), Some(&placed));
    assert!(
        placed.id.0 < entry.id.0 && entry.id.0 < event.id.0,
        "ids rise"
    );
}

#[test]
fn best_seller_figures_are_by_hour_and_before_discounts() {
    let mut shop = Shop::new();
    shop.given_user(1, 1_000);
    shop.given_product(1, 100, 9);
    let coupon_id = Some(shop.given_coupon(campaign(50), 1));
    let first = shop.placed(PlaceOrder {
        coupon_id,
        ..order(1, &[(1, 2)])
    });
    shop.placed(order(1, &[(1, 1)]));
    shop.at(NOW + 3_600_000_000);
    let later = shop.now.hour();
    shop.placed(order(1, &[(1, 1)]));
    // A cancel takes them back from the hour of the order, not from its own.
    shop.done(cancel(first.id, false));
    let sale = |hour| {
        let sale = shop.set.journal.sales[&(hour, product_id(1))];
        (sale.quantity.get(), sale.amount.get())
    };
    assert_eq!(sale(first.created_at.hour()), (1, 100));
    assert_eq!(sale(later), (1, 100));
}

#[test]
fn an_order_keeps_name_and_price_of_its_time() {
    let mut shop = Shop::new();
    shop.given_user(1, 1_000);
    shop.given_product(1, 100, 9);
    let placed = shop.placed(order(1, &[(1, 2)]));
    shop.done(PutProduct {
        name: "renamed".into(),
        ..product(1, 999, 0)
    });
    let kept = shop.set.orders.get(&placed.id).unwrap().unwrap();
    assert_eq!(
        (kept.lines[0].name.as_ref(), kept.lines[0].unit_price),
        ("product 1", money(100))
    );
    assert_eq!(shop.stock(1), 7, "a put leaves the stock alone");
}

#[test]
fn a_quote_is_the_very_decision_and_keeps_nothing() {
    let mut shop = Shop::new();
    shop.given_user(1, 300);
    shop.given_product(1, 100, 5);
    shop.given_product(2, 7, 0);
    let coupon_id = Some(shop.given_coupon(campaign(30), 1));
    let table = [
        order(1, &[(1, 2)]),
        PlaceOrder {
            coupon_id,
            ..order(1, &[(1, 3)])
        },
        order(1, &[(1, 4), (2, 1), (9, 1)]),
        order(9, &[(1, 1)]),
    ];
    for wanted in table {
        let quote = shop.quote(&wanted);
        assert_eq!(shop.quote(&wanted), quote, "asked twice");
        let mut copy = Shop {
            set: shop.set.clone(),
            now: shop.now,
            ids: shop.ids.clone(),
        };
        let Quote {
            subtotal,
            discount,
            total,
            balance,
            rejections,
        } = quote;
        match copy.send(wanted, None) {
            Decision::Rejected(decided) => assert_eq!(decided, rejections),
            Decision::Done(Answer::OrderPlaced(order)) => {
                assert_eq!(rejections, []);
                let decided = (
                    Some(order.subtotal),
                    Some(order.discount),
                    Some(order.total),
                );
                assert_eq!(decided, (subtotal, discount, total));
                let after = balance.and_then(|balance| balance.checked_sub(order.total));
                assert_eq!(Some(order.balance_after), after);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((shop.stock(1), shop.balance(1)), (5, 300));
}
