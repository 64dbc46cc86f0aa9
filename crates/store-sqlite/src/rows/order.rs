//! Rows of `orders`, lines included.

use std::sync::Arc;

use jumun_domain::{Cancellation, CouponId, Line, Money, Order, OrderId, ProductId, Units, UserId};
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, Row, params};

use super::{Decoder, Result, StorageError, optional};
use crate::key::StoredId;

pub(crate) const COLUMNS: &str = "orders.key, orders.id_low, orders.user_id, orders.previous, \
     orders.coupon_key, orders.coupon_low, orders.subtotal, orders.discount, \
     orders.balance_after, orders.created_at, orders.lines, orders.cancelled_at, \
     orders.cancel_reason, orders.restocked";

/// How many columns [`COLUMNS`] names: where those of a join begin.
pub(crate) const COLUMN_COUNT: usize = 14;

/// An order and the key of the one its user placed before it.
pub(crate) struct StoredOrder {
    pub(crate) order: Order,
    pub(crate) previous: Option<i64>,
}

pub(crate) fn decode(row: &Row<'_>) -> Result<StoredOrder> {
    let lines = match row.get_ref(10)? {
        ValueRef::Text(text) => decode_lines(text)?,
        _ => return Err(StorageError::corrupt("orders", "lines are no text")),
    };
    let row = Decoder::new(row, "orders");
    let subtotal = row.money(6)?;
    let discount = row.money(7)?;
    let coupon_id = match (row.get(4)?, row.get(5)?) {
        (Some(key), Some(low)) => Some(CouponId(StoredId { key, low }.uuid())),
        _ => None,
    };
    let cancellation = match row.optional_time(11)? {
        None => None,
        Some(at) => Some(Cancellation {
            at,
            reason: row.get(12)?,
            restocked: row.get(13)?,
        }),
    };
    let id = StoredId {
        key: row.get(0)?,
        low: row.get(1)?,
    };
    let order = Order {
        id: OrderId(id.uuid()),
        user_id: row.id(2, UserId::new)?,
        lines,
        coupon_id,
        subtotal,
        discount,
        total: subtotal.saturating_sub(discount),
        balance_after: row.money(8)?,
        created_at: row.time(9)?,
        cancellation,
    };
    Ok(StoredOrder {
        order,
        previous: row.get(3)?,
    })
}

pub(crate) fn find(connection: &Connection, id: OrderId) -> Result<Option<Arc<Order>>> {
    let Some(stored) = StoredId::of(id.0) else {
        return Ok(None);
    };
    let found = find_by_key(connection, stored.key)?;
    Ok(found
        .map(|found| found.order)
        .filter(|order| order.id == id)
        .map(Arc::new))
}

pub(crate) fn find_by_key(connection: &Connection, key: i64) -> Result<Option<StoredOrder>> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM orders WHERE key = ?1"))?;
    optional(statement.query([key])?, decode)
}

/// Inserts orders as they were placed, one statement for a whole batch.
pub(crate) struct Insert<'c> {
    statement: CachedStatement<'c>,
    /// Where the lines are written as text; kept for its memory.
    text: Vec<u8>,
}

impl<'c> Insert<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> Result<Self> {
        let statement = connection.prepare_cached(
            "INSERT INTO orders (key, id_low, user_id, previous, coupon_key, coupon_low, subtotal,
             discount, balance_after, created_at, lines)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?;
        Ok(Self {
            statement,
            text: Vec::new(),
        })
    }

    pub(crate) fn run(&mut self, order: &Order, previous: Option<i64>) -> Result<()> {
        self.text.clear();
        encode_lines(&order.lines, &mut self.text)?;
        // JSON that serde_json wrote from strings is UTF-8.
        let lines = std::str::from_utf8(&self.text)
            .map_err(|error| StorageError::corrupt("orders", error))?;
        let id = StoredId::minted(order.id.0);
        let coupon = order.coupon_id.map(|coupon| StoredId::minted(coupon.0));
        self.statement.execute(params![
            id.key,
            id.low,
            order.user_id.get(),
            previous,
            coupon.map(|coupon| coupon.key),
            coupon.map(|coupon| coupon.low),
            order.subtotal.get(),
            order.discount.get(),
            order.balance_after.get(),
            order.created_at.as_micros(),
            lines,
        ])?;
        Ok(())
    }
}

/// Only the cancellation of an order is ever written later.
pub(crate) fn cancel(connection: &Connection, order: &Order) -> rusqlite::Result<()> {
    let Some(cancellation) = &order.cancellation else {
        return Ok(());
    };
    connection
        .prepare_cached(
            "UPDATE orders SET cancelled_at = ?2, cancel_reason = ?3, restocked = ?4
             WHERE key = ?1",
        )?
        .execute(params![
            StoredId::minted(order.id.0).key,
            cancellation.at.as_micros(),
            cancellation.reason,
            cancellation.restocked,
        ])?;
    Ok(())
}

/// `[[productId, quantity, unitPrice, discount, "name"], …]`
type StoredLine<'a> = (i64, i64, i64, i64, std::borrow::Cow<'a, str>);

fn encode_lines(lines: &[Line], text: &mut Vec<u8>) -> Result<()> {
    let stored = lines.iter().map(|line| -> StoredLine<'_> {
        (
            line.product_id.get(),
            line.quantity.get(),
            line.unit_price.get(),
            line.discount.get(),
            line.name.as_ref().into(),
        )
    });
    let mut serializer = serde_json::Serializer::new(text);
    serde::Serializer::collect_seq(&mut serializer, stored)
        .map_err(|error| StorageError::corrupt("orders", error))
}

fn decode_lines(text: &[u8]) -> Result<Vec<Line>> {
    let corrupt = || StorageError::corrupt("orders", "lines cannot be read");
    let stored: Vec<StoredLine<'_>> = serde_json::from_slice(text).map_err(|_| corrupt())?;
    stored
        .into_iter()
        .map(|(product_id, quantity, unit_price, discount, name)| {
            let quantity = Units::new(quantity)?;
            let unit_price = Money::new(unit_price)?;
            Some(Line {
                product_id: ProductId::new(product_id)?,
                name: Arc::from(name.as_ref()),
                quantity,
                unit_price,
                amount: unit_price.times(quantity)?,
                discount: Money::new(discount)?,
            })
        })
        .collect::<Option<_>>()
        .ok_or_else(corrupt)
}
