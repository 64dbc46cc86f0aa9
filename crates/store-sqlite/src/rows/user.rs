//! Rows of `users`.

use std::sync::LazyLock;

use jumun_domain::{User, UserId};
use rusqlite::{CachedStatement, Connection, Row, params};

use super::{Decoder, Result, optional};
use crate::states::{UserState, View};

/// A user and where the chains of their rows begin.
#[derive(Clone, Debug)]
pub(crate) struct StoredUser {
    pub(crate) user: User,
    pub(crate) heads: Heads,
}

/// The keys of a user's newest rows; each of those names the one before it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Heads {
    pub(crate) order: Option<i64>,
    pub(crate) entry: Option<i64>,
    pub(crate) coupon: Option<i64>,
}

pub(crate) const COLUMNS: &str =
    "user_id, name, balance, paid, last_order, last_entry, last_coupon, created_at";

fn decode(row: &Row<'_>) -> Result<StoredUser> {
    let row = Decoder::new(row, "users");
    Ok(StoredUser {
        user: User {
            id: row.id(0, UserId::new)?,
            name: row.get(1)?,
            balance: row.money(2)?,
            paid: row.money(3)?,
            created_at: row.time(7)?,
        },
        heads: Heads {
            order: row.get(4)?,
            entry: row.get(5)?,
            coupon: row.get(6)?,
        },
    })
}

/// Finds users by id, one statement for a whole batch.
pub(crate) struct Find<'c> {
    view: &'c View<'c>,
    statement: CachedStatement<'c>,
}

impl<'c> Find<'c> {
    pub(crate) fn prepare(view: &'c View<'c>) -> rusqlite::Result<Self> {
        static SQL: LazyLock<String> =
            LazyLock::new(|| format!("SELECT {COLUMNS} FROM users WHERE user_id = ?1"));
        let statement = view.prepare_cached(&SQL)?;
        Ok(Self { view, statement })
    }

    pub(crate) fn run(&mut self, id: UserId) -> Result<Option<StoredUser>> {
        let found = optional(self.statement.query([id.get()])?, decode)?;
        found.map(|it| self.view.current_user(it)).transpose()
    }
}

pub(crate) fn find(view: &View<'_>, id: UserId) -> Result<Option<StoredUser>> {
    Find::prepare(view)?.run(id)
}

/// The new row has room for what its first order will add: a key of 8 bytes and
/// what was paid, in up to 6.
pub(crate) fn insert(connection: &Connection, user: &User, heads: Heads) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO users
             (user_id, name, balance, paid, last_order, last_entry, last_coupon, created_at, room)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, zeroblob(14))",
        )?
        .execute(params![
            user.id.get(),
            user.name,
            user.balance.get(),
            user.paid.get(),
            heads.order,
            heads.entry,
            heads.coupon,
            user.created_at.as_micros(),
        ])?;
    Ok(())
}

/// Writes the name of a user who exists.
pub(crate) fn rename(connection: &Connection, user: &User) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE users SET name = ?2 WHERE user_id = ?1")?
        .execute(params![user.id.get(), user.name])?;
    Ok(())
}

/// Writes the states of users, one statement for many.
pub(crate) struct Update<'c>(CachedStatement<'c>);

impl<'c> Update<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        connection
            .prepare_cached(
                "UPDATE users SET balance = ?2, paid = ?3,
                 last_order = ?4, last_entry = ?5, last_coupon = ?6,
                 room = iif(?4 IS NULL, room, NULL) WHERE user_id = ?1",
            )
            .map(Self)
    }

    pub(crate) fn run(&mut self, id: UserId, state: &UserState) -> rusqlite::Result<()> {
        self.0.execute(params![
            id.get(),
            state.balance.get(),
            state.paid.get(),
            state.heads.order,
            state.heads.entry,
            state.heads.coupon,
        ])?;
        Ok(())
    }
}
