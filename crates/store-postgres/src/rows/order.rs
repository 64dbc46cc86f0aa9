//! Rows of `orders`, lines included.

use std::sync::Arc;

use jumun_domain::{Cancellation, CouponId, Order, OrderId, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Decoder, Result, lines};
use crate::pipeline::Pipeline;

macro_rules! columns {
    () => {
        "orders.order_id, orders.user_id, orders.subtotal, orders.discount, \
         orders.balance_after, orders.created_at, orders.coupon_id, orders.lines::text, \
         orders.cancelled_at, orders.cancel_reason, orders.restocked"
    };
}
pub(crate) use columns;

macro_rules! insert {
    () => {
        "INSERT INTO orders (order_id, user_id, subtotal, discount, balance_after, created_at, \
         coupon_id, lines, previous, cancelled_at, cancel_reason, restocked) \
         SELECT order_id, user_id, subtotal, discount, balance_after, created_at, coupon_id, \
         lines::json, previous, cancelled_at, cancel_reason, restocked \
         FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], \
         $6::bigint[], $7::uuid[], $8::text[], $9::uuid[], $10::bigint[], $11::text[], \
         $12::boolean[]) \
         AS it (order_id, user_id, subtotal, discount, balance_after, created_at, coupon_id, \
         lines, previous, cancelled_at, cancel_reason, restocked)"
    };
}

/// How many columns `columns!` names: where those of a join begin.
pub(crate) const COLUMN_COUNT: usize = 11;

/// Locks orders in the order of their ids.
pub(crate) const LOCK: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM orders WHERE order_id = ANY($1) ORDER BY order_id FOR UPDATE"
);

/// Reads orders.
pub(crate) const FIND: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM orders WHERE order_id = ANY($1)"
);

/// Reads a page of all orders, oldest first.
pub(crate) const PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM orders WHERE order_id > $1 ORDER BY order_id LIMIT $2"
);

/// Adds orders as they were placed.
pub(crate) const INSERT: &str = insert!();

/// Changes orders that are there and locked: only the cancellation of an order
/// is ever written later.
pub(crate) const CANCEL: &str = concat!(
    insert!(),
    " ON CONFLICT (order_id) DO UPDATE SET cancelled_at = excluded.cancelled_at, \
     cancel_reason = excluded.cancel_reason, restocked = excluded.restocked"
);

pub(crate) fn decode(row: &Row) -> Result<Order> {
    let row = Decoder::new(row, "orders");
    let subtotal = row.money(2)?;
    let discount = row.money(3)?;
    let cancellation = match row.optional_time(8)? {
        None => None,
        Some(at) => Some(Cancellation {
            at,
            reason: row.optional_text(9)?,
            restocked: row.get(10)?,
        }),
    };
    Ok(Order {
        id: OrderId(row.get(0)?),
        user_id: row.id(1, UserId::new)?,
        lines: lines::decode(row.get(7)?)?,
        coupon_id: row.get::<Option<Uuid>>(6)?.map(CouponId),
        subtotal,
        discount,
        total: subtotal.saturating_sub(discount),
        balance_after: row.money(4)?,
        created_at: row.time(5)?,
        cancellation,
    })
}

/// Sends the insert of `orders`, each with the one its user placed before it.
///
/// # Errors
///
/// When lines cannot be written as JSON, which does not happen.
pub(crate) fn insert(pipeline: &mut Pipeline<'_>, orders: &[(&Order, Option<Uuid>)]) -> Result<()> {
    send(pipeline, INSERT, orders)
}

/// Sends the update of all of `orders`, which were cancelled.
///
/// # Errors
///
/// As of [`insert`].
pub(crate) fn cancel(pipeline: &mut Pipeline<'_>, orders: &[Arc<Order>]) -> Result<()> {
    // The chain they are in is not changed.
    let orders: Vec<_> = orders.iter().map(|it| (it.as_ref(), None)).collect();
    send(pipeline, CANCEL, &orders)
}

fn send(
    pipeline: &mut Pipeline<'_>,
    sql: &'static str,
    orders: &[(&Order, Option<Uuid>)],
) -> Result<()> {
    if orders.is_empty() {
        return Ok(());
    }
    let column =
        |of: fn(&Order) -> i64| -> Vec<i64> { orders.iter().map(|(it, _)| of(it)).collect() };
    let cancellations = || orders.iter().map(|(it, _)| it.cancellation.as_ref());
    let ids: Vec<Uuid> = orders.iter().map(|(it, _)| it.id.0).collect();
    let coupons: Vec<Option<Uuid>> = orders
        .iter()
        .map(|(it, _)| it.coupon_id.map(|coupon| coupon.0))
        .collect();
    let lines = orders.iter().map(|(it, _)| lines::encode(&it.lines));
    let lines = lines.collect::<Result<Vec<String>>>()?;
    let previous: Vec<Option<Uuid>> = orders.iter().map(|(_, previous)| *previous).collect();
    let cancelled: Vec<Option<i64>> = cancellations()
        .map(|it| it.map(|it| it.at.as_micros()))
        .collect();
    let reasons: Vec<Option<String>> = cancellations()
        .map(|it| it?.reason.as_deref().map(str::to_owned))
        .collect();
    let restocked: Vec<Option<bool>> = cancellations()
        .map(|it| it.map(|it| it.restocked))
        .collect();
    pipeline.execute(
        sql,
        vec![
            Box::new(ids),
            Box::new(column(|it| it.user_id.get())),
            Box::new(column(|it| it.subtotal.get())),
            Box::new(column(|it| it.discount.get())),
            Box::new(column(|it| it.balance_after.get())),
            Box::new(column(|it| it.created_at.as_micros())),
            Box::new(coupons),
            Box::new(lines),
            Box::new(previous),
            Box::new(cancelled),
            Box::new(reasons),
            Box::new(restocked),
        ],
    );
    Ok(())
}
