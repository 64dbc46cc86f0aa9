//! Rows of `users`.

use std::sync::Arc;

use jumun_domain::{User, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Decoder, Result, position_code};
use crate::pipeline::Pipeline;

/// A user and what the engine keeps with them.
#[derive(Clone, Debug)]
pub(crate) struct StoredUser {
    pub(crate) user: User,
    pub(crate) heads: Heads,
    /// How far the ids had come that were last minted for this user.
    pub(crate) position: u64,
}

/// A user's newest rows; each of those names the one before it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Heads {
    pub(crate) order: Option<Uuid>,
    pub(crate) entry: Option<Uuid>,
    pub(crate) coupon: Option<Uuid>,
}

macro_rules! columns {
    () => {
        "user_id, name, balance, paid, created_at, last_order, last_entry, last_coupon, last_key"
    };
}

/// Locks users in the order of their ids.
pub(crate) const LOCK: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM users WHERE user_id = ANY($1) ORDER BY user_id FOR UPDATE"
);

/// Reads users.
pub(crate) const FIND: &str = concat!("SELECT ", columns!(), " FROM users WHERE user_id = ANY($1)");

/// Adds users.
pub(crate) const INSERT: &str = concat!(
    "INSERT INTO users (",
    columns!(),
    ") SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], \
     $6::uuid[], $7::uuid[], $8::uuid[], $9::bigint[])"
);

/// Changes what orders and money change of users.
pub(crate) const UPDATE: &str = "UPDATE users SET balance = it.balance, paid = it.paid, \
     last_order = it.last_order, last_entry = it.last_entry, last_coupon = it.last_coupon, \
     last_key = it.last_key \
     FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::uuid[], $5::uuid[], $6::uuid[], \
     $7::bigint[]) \
     AS it (user_id, balance, paid, last_order, last_entry, last_coupon, last_key) \
     WHERE users.user_id = it.user_id";

/// Changes the names of users.
pub(crate) const RENAME: &str = "UPDATE users SET name = it.name \
     FROM unnest($1::bigint[], $2::text[]) AS it (user_id, name) WHERE users.user_id = it.user_id";

pub(crate) fn decode(row: &Row) -> Result<StoredUser> {
    let row = Decoder::new(row, "users");
    Ok(StoredUser {
        user: User {
            id: row.id(0, UserId::new)?,
            name: row.optional_text(1)?,
            balance: row.money(2)?,
            paid: row.money(3)?,
            created_at: row.time(4)?,
        },
        heads: Heads {
            order: row.get(5)?,
            entry: row.get(6)?,
            coupon: row.get(7)?,
        },
        position: row.position(8)?,
    })
}

/// Users to write, a column each.
#[derive(Default)]
pub(crate) struct Users {
    ids: Vec<i64>,
    names: Vec<Option<Arc<str>>>,
    balances: Vec<i64>,
    paid: Vec<i64>,
    created: Vec<i64>,
    orders: Vec<Option<Uuid>>,
    entries: Vec<Option<Uuid>>,
    coupons: Vec<Option<Uuid>>,
    positions: Vec<i64>,
}

impl Users {
    pub(crate) fn push(&mut self, user: &User, heads: Heads, position: u64) {
        self.ids.push(user.id.get());
        self.names.push(user.name.clone());
        self.balances.push(user.balance.get());
        self.paid.push(user.paid.get());
        self.created.push(user.created_at.as_micros());
        self.orders.push(heads.order);
        self.entries.push(heads.entry);
        self.coupons.push(heads.coupon);
        self.positions.push(position_code(position));
    }

    pub(crate) fn insert(self, pipeline: &mut Pipeline<'_>) {
        if self.ids.is_empty() {
            return;
        }
        let names = texts(self.names);
        pipeline.execute(
            INSERT,
            vec![
                Box::new(self.ids),
                Box::new(names),
                Box::new(self.balances),
                Box::new(self.paid),
                Box::new(self.created),
                Box::new(self.orders),
                Box::new(self.entries),
                Box::new(self.coupons),
                Box::new(self.positions),
            ],
        );
    }

    /// Writes all but the names.
    pub(crate) fn update(self, pipeline: &mut Pipeline<'_>) {
        if self.ids.is_empty() {
            return;
        }
        pipeline.execute(
            UPDATE,
            vec![
                Box::new(self.ids),
                Box::new(self.balances),
                Box::new(self.paid),
                Box::new(self.orders),
                Box::new(self.entries),
                Box::new(self.coupons),
                Box::new(self.positions),
            ],
        );
    }

    /// Writes the names alone.
    pub(crate) fn rename(self, pipeline: &mut Pipeline<'_>) {
        if self.ids.is_empty() {
            return;
        }
        pipeline.execute(
            RENAME,
            vec![Box::new(self.ids), Box::new(texts(self.names))],
        );
    }
}

/// Names as the driver takes them.
fn texts(names: Vec<Option<Arc<str>>>) -> Vec<Option<String>> {
    names
        .into_iter()
        .map(|name| name.map(|name| name.to_string()))
        .collect()
}
