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
pub(crate) const INSERT: &str = "INSERT INTO orders (order_id, user_id, subtotal, discount, \
     balance_after, created_at, coupon_id, lines, previous) \
     SELECT order_id, user_id, subtotal, discount, balance_after, created_at, coupon_id, \
     lines::json, previous \
     FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], \
     $6::bigint[], $7::uuid[], $8::text[], $9::uuid[]) \
     AS it (order_id, user_id, subtotal, discount, balance_after, created_at, coupon_id, lines, \
     previous)";

/// Only the cancellation of an order is ever written later.
pub(crate) const CANCEL: &str = "UPDATE orders SET cancelled_at = it.cancelled_at, \
     cancel_reason = it.cancel_reason, restocked = it.restocked \
     FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::boolean[]) \
     AS it (order_id, cancelled_at, cancel_reason, restocked) \
     WHERE orders.order_id = it.order_id";

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
    if orders.is_empty() {
        return Ok(());
    }
    let column =
        |of: fn(&Order) -> i64| -> Vec<i64> { orders.iter().map(|(it, _)| of(it)).collect() };
    let ids: Vec<Uuid> = orders.iter().map(|(it, _)| it.id.0).collect();
    let coupons: Vec<Option<Uuid>> = orders
        .iter()
        .map(|(it, _)| it.coupon_id.map(|coupon| coupon.0))
        .collect();
    let lines = orders.iter().map(|(it, _)| lines::encode(&it.lines));
    let lines = lines.collect::<Result<Vec<String>>>()?;
    let previous: Vec<Option<Uuid>> = orders.iter().map(|(_, previous)| *previous).collect();
    pipeline.execute(
        INSERT,
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
        ],
    );
    Ok(())
}

/// Sends the update of all of `orders`, which were cancelled.
pub(crate) fn cancel(pipeline: &mut Pipeline<'_>, orders: &[Arc<Order>]) {
    let mut ids: Vec<Uuid> = Vec::new();
    let mut times: Vec<i64> = Vec::new();
    let mut reasons: Vec<Option<String>> = Vec::new();
    let mut restocked: Vec<bool> = Vec::new();
    for order in orders {
        if let Some(cancellation) = &order.cancellation {
            ids.push(order.id.0);
            times.push(cancellation.at.as_micros());
            reasons.push(cancellation.reason.as_deref().map(str::to_owned));
            restocked.push(cancellation.restocked);
        }
    }
    if ids.is_empty() {
        return;
    }
    pipeline.execute(
        CANCEL,
        vec![
            Box::new(ids),
            Box::new(times),
            Box::new(reasons),
            Box::new(restocked),
        ],
    );
}
