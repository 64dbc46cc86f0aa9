//! The laws of conservation, checked on what is committed and on nothing else.

use jumun_domain::{EntryKind, EventKind, Order};

use crate::engine::Database;
use crate::model::MAX;

/// Every law, over the whole database.
pub(crate) fn check(database: &Database) {
    money(database);
    stock(database);
    coupons(database);
    orders(database);
    events(database);
    sales(database);
    purchases(database);
    ids(database);
}

fn money(database: &Database) {
    for user in database.users.values() {
        let mut balance = 0;
        for entry in database.entries.iter().filter(|it| it.user_id == user.id) {
            balance += i128::from(entry.amount.get());
            assert_eq!(i128::from(entry.balance_after.get()), balance, "{entry:?}");
        }
        let standing = database
            .orders
            .values()
            .filter(|it| it.cancellation.is_none());
        let mine = standing.filter(|it| it.user_id == user.id);
        let paid: i128 = mine.map(|it| i128::from(it.total.get())).sum();
        assert_eq!(
            i128::from(user.balance.get()),
            balance,
            "the ledger of {user:?}"
        );
        assert_eq!(
            i128::from(user.paid.get()),
            paid,
            "the paid orders of {user:?}"
        );
        assert!(balance >= 0 && balance + paid <= MAX, "{user:?}");
    }
}

fn stock(database: &Database) {
    for product in database.products.values() {
        let mut adjustments = database
            .adjustments
            .iter()
            .filter(|it| it.product_id == product.id)
            .peekable();
        assert!(
            adjustments.peek().is_some_and(|it| it.opening),
            "the first is the opening stock"
        );
        let mut openings = 0;
        let mut on_hand = 0;
        for adjustment in adjustments {
            openings += i32::from(adjustment.opening);
            on_hand += i128::from(adjustment.delta.get());
        }
        assert_eq!(openings, 1, "{product:?}");
        let mut sold = 0;
        for order in database.orders.values() {
            let lines = order
                .lines
                .iter()
                .filter(|line| line.product_id == product.id);
            let pieces: i128 = lines.map(|line| i128::from(line.quantity.get())).sum();
            match &order.cancellation {
                None => {
                    sold += pieces;
                    on_hand -= pieces;
                }
                Some(cancellation) if !cancellation.restocked => on_hand -= pieces,
                Some(_) => {}
            }
        }
        assert_eq!(i128::from(product.stock.get()), on_hand, "{product:?}");
        assert_eq!(i128::from(product.sold.get()), sold, "{product:?}");
        assert!(on_hand >= 0 && on_hand + sold <= MAX, "{product:?}");
    }
}

fn coupons(database: &Database) {
    for coupon in database.coupons.values() {
        let standing = database
            .orders
            .values()
            .filter(|it| it.cancellation.is_none());
        let naming: Vec<_> = standing
            .filter(|it| it.coupon_id == Some(coupon.id))
            .collect();
        let used: Vec<_> = coupon
            .used
            .iter()
            .map(|used| (used.order_id, used.at))
            .collect();
        let named: Vec<_> = naming.iter().map(|it| (it.id, it.created_at)).collect();
        assert_eq!(
            used, named,
            "used, and by the one paid order that names it: {coupon:?}"
        );
        assert!(
            naming.iter().all(|it| it.user_id == coupon.user_id),
            "{coupon:?}"
        );
        let held = database.holders.get(&(coupon.campaign_id, coupon.user_id));
        assert_eq!(held, Some(&coupon.id), "one a user");
    }
    assert_eq!(database.holders.len(), database.coupons.len());
    for campaign in database.campaigns.values() {
        let issued = database
            .coupons
            .values()
            .filter(|it| it.campaign_id == campaign.id);
        let mut sequences: Vec<_> = issued.map(|it| it.sequence.get()).collect();
        sequences.sort_unstable();
        assert!(
            sequences.iter().copied().eq(1..=campaign.issued.get()),
            "{campaign:?}"
        );
        assert!(campaign.issued <= campaign.quantity, "{campaign:?}");
    }
}

fn orders(database: &Database) {
    for order in database.orders.values() {
        let amounts: i128 = order
            .lines
            .iter()
            .map(|line| i128::from(line.amount.get()))
            .sum();
        let discounts: i128 = order
            .lines
            .iter()
            .map(|line| i128::from(line.discount.get()))
            .sum();
        let [subtotal, discount, total] =
            [order.subtotal, order.discount, order.total].map(|it| i128::from(it.get()));
        assert_eq!(
            (amounts, discounts),
            (subtotal, discount),
            "the lines of {order:?}"
        );
        assert_eq!(subtotal - discount, total, "{order:?}");
        assert!(
            order
                .lines
                .iter()
                .all(|it| !it.discount.is_negative() && it.discount <= it.amount)
        );
        let mut moved = database
            .entries
            .iter()
            .filter(|it| it.order_id == Some(order.id));
        let payment = moved.next().expect("a payment");
        assert_eq!(
            (payment.kind, payment.amount),
            (EntryKind::Payment, order.total.negated())
        );
        assert_eq!(payment.balance_after, order.balance_after);
        let refund = moved.next().map(|it| (it.kind, it.amount));
        let owed = order
            .cancellation
            .as_ref()
            .map(|_| (EntryKind::Refund, order.total));
        assert_eq!(refund, owed, "{order:?}");
        assert_eq!(moved.count(), 0, "{order:?}");
    }
}

/// One event an order and one a cancel, each with the order as it was then.
fn events(database: &Database) {
    let cancelled = database
        .orders
        .values()
        .filter(|it| it.cancellation.is_some())
        .count();
    assert_eq!(database.events.len(), database.orders.len() + cancelled);
    for order in database.orders.values() {
        let told: Vec<(EventKind, Order)> = database
            .events
            .iter()
            .filter(|event| event.order.id == order.id)
            .map(|event| (event.kind, event.order.as_ref().clone()))
            .collect();
        let mut expected = vec![(EventKind::OrderPaid, order.as_placed())];
        if order.cancellation.is_some() {
            expected.push((EventKind::OrderCancelled, order.as_ref().clone()));
        }
        assert_eq!(told, expected);
    }
}

fn sales(database: &Database) {
    for ((hour, product_id), sale) in &database.sales {
        let (mut quantity, mut amount, mut ever) = (0, 0, 0);
        for order in database
            .orders
            .values()
            .filter(|it| it.created_at.hour() == *hour)
        {
            for line in order
                .lines
                .iter()
                .filter(|line| line.product_id == *product_id)
            {
                ever += i128::from(line.amount.get());
                if order.cancellation.is_none() {
                    quantity += i128::from(line.quantity.get());
                    amount += i128::from(line.amount.get());
                }
            }
        }
        assert_eq!(
            i128::from(sale.quantity.get()),
            quantity,
            "{hour:?} {product_id}"
        );
        // Beyond the range the amounts before discounts are held at its end.
        if ever <= MAX {
            assert_eq!(
                i128::from(sale.amount.get()),
                amount,
                "{hour:?} {product_id}"
            );
        }
    }
}

fn purchases(database: &Database) {
    for (pair, count) in &database.purchases {
        assert_eq!(*count, database.bought(*pair), "the purchases of {pair:?}");
    }
}

/// Ids rise in the order of decision, over all histories together.
fn ids(database: &Database) {
    let entries: Vec<_> = database.entries.iter().map(|it| it.id).collect();
    let events: Vec<_> = database.events.iter().map(|it| it.id).collect();
    let adjustments: Vec<_> = database.adjustments.iter().map(|it| it.id).collect();
    let changes: Vec<_> = database.changes.iter().map(|it| it.id).collect();
    assert!(changes.is_sorted_by(|a, b| a < b), "{changes:?}");
    assert!(entries.is_sorted_by(|a, b| a < b), "{entries:?}");
    assert!(events.is_sorted_by(|a, b| a < b), "{events:?}");
    assert!(adjustments.is_sorted_by(|a, b| a < b), "{adjustments:?}");
}
