//! Rows of `entries`.

use jumun_domain::{Entry, EntryId, EntryKind, OrderId, UserId};
use rusqlite::{CachedStatement, Connection, Row, params};

use super::{Decoder, Result, optional};
use crate::key::StoredId;

/// To be read `FROM` [`TABLES`].
pub(crate) const COLUMNS: &str = "entries.key, entries.id_low, entries.user_id, \
     entries.previous, entries.kind, entries.amount, entries.balance_after, entries.order_key, \
     orders.id_low, entries.reference, entries.reason, entries.created_at";

pub(crate) const TABLES: &str = "entries LEFT JOIN orders ON orders.key = entries.order_key";

/// An entry and the key of the one before it in the same ledger.
pub(crate) struct StoredEntry {
    pub(crate) entry: Entry,
    pub(crate) previous: Option<i64>,
}

pub(crate) fn decode(row: &Row<'_>) -> Result<StoredEntry> {
    let row = Decoder::new(row, "entries");
    let kind = match row.get::<i64>(4)? {
        1 => EntryKind::Charge,
        2 => EntryKind::Payment,
        3 => EntryKind::Refund,
        4 => EntryKind::Adjustment,
        _ => return Err(row.corrupt("unknown kind")),
    };
    let order_id = match (row.get::<Option<i64>>(7)?, row.get::<Option<i64>>(8)?) {
        (None, _) => None,
        (Some(key), Some(low)) => Some(OrderId(StoredId { key, low }.uuid())),
        (Some(_), None) => return Err(row.corrupt("its order is not there")),
    };
    let id = StoredId {
        key: row.get(0)?,
        low: row.get(1)?,
    };
    Ok(StoredEntry {
        entry: Entry {
            id: EntryId(id.uuid()),
            user_id: row.id(2, UserId::new)?,
            kind,
            amount: row.money(5)?,
            balance_after: row.money(6)?,
            order_id,
            reference: row.get(9)?,
            reason: row.get(10)?,
            created_at: row.time(11)?,
        },
        previous: row.get(3)?,
    })
}

/// The stored number of a kind.
pub(crate) const fn kind_code(kind: EntryKind) -> i64 {
    match kind {
        EntryKind::Charge => 1,
        EntryKind::Payment => 2,
        EntryKind::Refund => 3,
        EntryKind::Adjustment => 4,
    }
}

pub(crate) fn find_by_key(connection: &Connection, key: i64) -> Result<Option<StoredEntry>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM {TABLES} WHERE entries.key = ?1"
    ))?;
    optional(statement.query([key])?, decode)
}

/// Inserts entries, one statement for a whole batch.
pub(crate) struct Insert<'c>(CachedStatement<'c>);

impl<'c> Insert<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        connection
            .prepare_cached(
                "INSERT INTO entries (key, id_low, user_id, previous, kind, amount, balance_after,
                 order_key, reference, reason, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )
            .map(Self)
    }

    pub(crate) fn run(&mut self, entry: &Entry, previous: Option<i64>) -> rusqlite::Result<()> {
        let id = StoredId::minted(entry.id.0);
        self.0.execute(params![
            id.key,
            id.low,
            entry.user_id.get(),
            previous,
            kind_code(entry.kind),
            entry.amount.get(),
            entry.balance_after.get(),
            entry.order_id.map(|order| StoredId::minted(order.0).key),
            entry.reference,
            entry.reason,
            entry.created_at.as_micros(),
        ])?;
        Ok(())
    }
}
