//! Orders up to the mark, each beside its payment and its event.

use std::collections::{HashMap, HashSet};

use jumun_domain::{EventKind, Order};
use jumun_store::Law;
use rusqlite::params;

use super::histories::{self, History};
use super::marks::{Marks, read_marks};
use super::sums::Sums;
use super::{Audit, CHUNK};
use crate::rows::{collect, event, order, payment};
use crate::storage::StorageError;

/// An order, the coupon its row names, and who used that coupon, all read in
/// one snapshot.
struct Row {
    key: i64,
    order: Order,
    coupon_key: Option<i64>,
    coupon_used_by: Option<i64>,
}

/// Checks every order up to the mark and adds it to the sums.
pub(super) fn check(
    audit: &mut Audit<'_>,
    marks: &Marks,
    sums: &mut Sums,
    history: &History,
) -> Result<(), StorageError> {
    let mut payments = Payments {
        after: -1,
        last: marks.entry,
    };
    let mut events = PaidEvents {
        after: 0,
        last: marks.event,
    };
    let mut later = Vec::new();
    let mut after = -1;
    loop {
        let rows = read_chunk(audit, after, marks.order)?;
        let Some(end) = rows.last().map(|row| row.key) else {
            break;
        };
        let paid = payments.up_to_order(audit, end)?;
        let told = events.up_to_order(audit, end)?;
        for row in &rows {
            check_amounts(audit, row);
            check_payment(audit, row, paid.get(&row.key));
            check_event(audit, row, told.get(&row.key).copied().unwrap_or(0));
            check_coupon(audit, row);
            if check_cancel(audit, row, history) {
                later.push((row.key, row.order.id, row.order.total.get()));
            }
            add(sums, row, history);
        }
        check_orphans(audit, &rows, &paid, &told);
        audit.advance(rows.len());
        after = end;
    }
    // What is left names orders after the last one.
    let paid = payments.up_to_order(audit, i64::MAX)?;
    let told = events.up_to_order(audit, i64::MAX)?;
    check_orphans(audit, &[], &paid, &told);
    check_later(audit, marks, &later)
}

fn read_chunk(audit: &Audit<'_>, after: i64, last: i64) -> Result<Vec<Row>, StorageError> {
    let mut statement = audit.connection.prepare_cached(&format!(
        "SELECT {}, coupons.used_by FROM orders
         LEFT JOIN coupons ON coupons.key = orders.coupon_key
         WHERE orders.key > ?1 AND orders.key <= ?2 ORDER BY orders.key LIMIT ?3",
        order::COLUMNS
    ))?;
    collect(
        statement.query(params![after, last, CHUNK as i64])?,
        |row| {
            Ok(Row {
                key: row.get(0)?,
                order: order::decode(row)?.order,
                coupon_key: row.get(4)?,
                coupon_used_by: row.get(order::COLUMN_COUNT)?,
            })
        },
    )
}

/// A payment or an event without an order.
fn check_orphans(
    audit: &mut Audit<'_>,
    rows: &[Row],
    paid: &HashMap<i64, Payment>,
    told: &HashMap<i64, u32>,
) {
    let known: HashSet<i64> = rows.iter().map(|row| row.key).collect();
    for key in paid.keys().filter(|key| !known.contains(key)) {
        audit
            .law(Law::Orders)
            .broken(format!("order key {key}"), "is paid and is not there");
    }
    for key in told.keys().filter(|key| !known.contains(key)) {
        audit
            .law(Law::Events)
            .broken(format!("order key {key}"), "has an event and is not there");
    }
}

fn check_amounts(audit: &mut Audit<'_>, row: &Row) {
    let order = &row.order;
    let report = audit.law(Law::Orders);
    report.checked += 1;
    let lines: i64 = order.lines.iter().map(|line| line.amount.get()).sum();
    let discounts: i64 = order.lines.iter().map(|line| line.discount.get()).sum();
    let (subtotal, discount) = (order.subtotal.get(), order.discount.get());
    if lines != subtotal || discounts != discount || discount < 0 || discount > subtotal {
        report.broken(
            format!("order {}", order.id),
            format!("lines {lines} - {discounts}, order {subtotal} - {discount}"),
        );
    }
}

fn check_payment(audit: &mut Audit<'_>, row: &Row, payment: Option<&Payment>) {
    let order = &row.order;
    let expected = Payment {
        count: 1,
        user_id: order.user_id.get(),
        amount: -order.total.get(),
        balance_after: order.balance_after.get(),
        created_at: order.created_at.as_micros(),
    };
    if payment != Some(&expected) {
        let found = payment.map_or_else(|| "no payment".to_owned(), |it| format!("{it:?}"));
        audit.law(Law::Orders).broken(
            format!("order {}", order.id),
            format!("ledger has {found}, not {expected:?}"),
        );
    }
}

fn check_event(audit: &mut Audit<'_>, row: &Row, count: u32) {
    let report = audit.law(Law::Events);
    report.checked += 1;
    if count != 1 {
        report.broken(
            format!("order {}", row.order.id),
            format!("{count} events of its payment"),
        );
    }
}

fn check_coupon(audit: &mut Audit<'_>, row: &Row) {
    if row.coupon_key.is_none() || row.order.cancellation.is_some() {
        return;
    }
    let report = audit.law(Law::Coupons);
    report.checked += 1;
    if row.coupon_used_by != Some(row.key) {
        report.broken(
            format!("order {}", row.order.id),
            "is paid and names a coupon that is not used by it",
        );
    }
}

/// A cancelled order has one refund of its total and one event, one that is
/// not cancelled none. `true` for one that was cancelled after the marks.
fn check_cancel(audit: &mut Audit<'_>, row: &Row, history: &History) -> bool {
    let refund = history.refunds.get(&row.key).copied();
    let told = history.cancel_events.get(&row.key).copied().unwrap_or(0);
    let cancelled = row.order.cancellation.is_some();
    if refund.is_none() && told == 0 {
        return cancelled;
    }
    let subject = format!("order {}", row.order.id);
    if !cancelled || refund != Some((1, row.order.total.get())) {
        audit.law(Law::Orders).broken(
            subject.clone(),
            format!("cancelled: {cancelled}, refunds (count, sum): {refund:?}"),
        );
    }
    if told != 1 {
        audit
            .law(Law::Events)
            .broken(subject, format!("{told} events of its cancel"));
    }
    false
}

/// Orders that were cancelled while the audit ran: their refund and event lie
/// after the marks.
fn check_later(
    audit: &mut Audit<'_>,
    marks: &Marks,
    later: &[(i64, jumun_domain::OrderId, i64)],
) -> Result<(), StorageError> {
    if later.is_empty() {
        return Ok(());
    }
    let now = read_marks(&audit.connection)?;
    let history = histories::read_later(audit, marks, &now)?;
    for (key, id, total) in later {
        let refund = history.refunds.get(key).copied();
        if refund != Some((1, *total)) {
            audit.law(Law::Orders).broken(
                format!("order {id}"),
                format!("cancelled, refunds (count, sum): {refund:?}"),
            );
        }
        let told = history.cancel_events.get(key).copied().unwrap_or(0);
        if told != 1 {
            audit.law(Law::Events).broken(
                format!("order {id}"),
                format!("{told} events of its cancel"),
            );
        }
    }
    Ok(())
}

/// Adds an order as it was at the marks: cancelled only if its refund is known.
fn add(sums: &mut Sums, row: &Row, history: &History) {
    let order = &row.order;
    let cancelled = history.refunds.contains_key(&row.key);
    let restocked = cancelled
        && order
            .cancellation
            .as_ref()
            .is_some_and(|cancellation| cancellation.restocked);
    if let Some(user) = sums.users.get_mut(&order.user_id.get())
        && !cancelled
    {
        user.orders += order.total.get();
    }
    for line in &order.lines {
        let quantity = line.quantity.get();
        let product = sums.products.entry(line.product_id.get()).or_default();
        product.placed += quantity;
        if cancelled {
            product.cancelled += quantity;
        }
        if restocked {
            product.restocked += quantity;
        }
        if !cancelled
            && let Some(purchase) = sums
                .purchases
                .get_mut(&(line.product_id.get(), order.user_id.get()))
        {
            purchase.1 += quantity;
        }
    }
}

/// The PAYMENT entries of one order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Payment {
    count: u32,
    user_id: i64,
    amount: i64,
    balance_after: i64,
    created_at: i64,
}

/// Walks the PAYMENT entries beside the orders: both rise together, since an
/// order and its entry are minted one after the other.
struct Payments {
    after: i64,
    last: i64,
}

impl Payments {
    /// The payments of all orders up to the key `order`.
    fn up_to_order(
        &mut self,
        audit: &Audit<'_>,
        order: i64,
    ) -> Result<HashMap<i64, Payment>, StorageError> {
        let mut found: HashMap<i64, Payment> = HashMap::new();
        loop {
            let chunk = payment::read(&audit.connection, (self.after, self.last), CHUNK)?;
            if chunk.is_empty() {
                return Ok(found);
            }
            for payment in chunk {
                if payment.order_key > order {
                    return Ok(found);
                }
                self.after = payment.key();
                let paid = Payment {
                    count: 1,
                    user_id: payment.user_id,
                    amount: payment.amount,
                    balance_after: payment.balance_after,
                    created_at: payment.created_at,
                };
                found
                    .entry(payment.order_key)
                    .and_modify(|it| it.count += 1)
                    .or_insert(paid);
            }
        }
    }
}

/// Walks the events of paid orders beside the orders, likewise.
struct PaidEvents {
    after: i64,
    last: i64,
}

impl PaidEvents {
    /// How many events each order up to the key `order` has.
    fn up_to_order(
        &mut self,
        audit: &Audit<'_>,
        order: i64,
    ) -> Result<HashMap<i64, u32>, StorageError> {
        let mut found: HashMap<i64, u32> = HashMap::new();
        loop {
            let chunk = event::read(&audit.connection, (self.after, self.last), CHUNK)?;
            if chunk.is_empty() {
                return Ok(found);
            }
            for event in chunk {
                if event.kind == EventKind::OrderPaid {
                    if event.order_key > order {
                        return Ok(found);
                    }
                    *found.entry(event.order_key).or_default() += 1;
                }
                self.after = event.sequence;
            }
        }
    }
}
