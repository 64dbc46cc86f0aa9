//! Rows of `users`.

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

/// Changes users that are there and locked.
pub(crate) const UPDATE: &str = concat!(
    "INSERT INTO users (",
    columns!(),
    ") SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], \
     $6::uuid[], $7::uuid[], $8::uuid[], $9::bigint[]) \
     ON CONFLICT (user_id) DO UPDATE SET name = excluded.name, balance = excluded.balance, \
     paid = excluded.paid, last_order = excluded.last_order, last_entry = excluded.last_entry, \
     last_coupon = excluded.last_coupon, last_key = excluded.last_key"
);

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
    names: Vec<Option<String>>,
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
        self.names.push(user.name.as_deref().map(str::to_owned));
        self.balances.push(user.balance.get());
        self.paid.push(user.paid.get());
        self.created.push(user.created_at.as_micros());
        self.orders.push(heads.order);
        self.entries.push(heads.entry);
        self.coupons.push(heads.coupon);
        self.positions.push(position_code(position));
    }

    pub(crate) fn insert(self, pipeline: &mut Pipeline<'_>) {
        self.send(INSERT, pipeline);
    }

    pub(crate) fn update(self, pipeline: &mut Pipeline<'_>) {
        self.send(UPDATE, pipeline);
    }

    fn send(self, sql: &'static str, pipeline: &mut Pipeline<'_>) {
        if self.ids.is_empty() {
            return;
        }
        pipeline.execute(
            sql,
            vec![
                Box::new(self.ids),
                Box::new(self.names),
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
}
