//! Rows of `entries`: what changes a balance and is no payment; see
//! [`payment`](super::payment) for those.

use jumun_domain::{Entry, EntryId, EntryKind, OrderId, UserId};
use rusqlite::{CachedStatement, Connection, Row, params};

use super::payment::{self, Payment};
use super::{Decoder, Result, collect, optional};
use crate::key::StoredId;

/// To be read `FROM` [`TABLES`].
const COLUMNS: &str = "entries.key, entries.id_low, entries.user_id, \
     entries.previous, entries.kind, entries.amount, entries.balance_after, entries.order_key, \
     orders.id_low, entries.reference, entries.reason, entries.created_at";

const TABLES: &str = "entries LEFT JOIN orders ON orders.key = entries.order_key";

/// An entry and the key of the one before it in the same ledger.
pub(crate) struct StoredEntry {
    pub(crate) entry: Entry,
    pub(crate) previous: Option<i64>,
}

fn decode(row: &Row<'_>) -> Result<StoredEntry> {
    let row = Decoder::new(row, "entries");
    let kind = kind(&row, 4)?;
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

/// A kind by its stored number; a payment has none here.
fn kind(row: &Decoder<'_, '_>, column: usize) -> Result<EntryKind> {
    match row.get::<i64>(column)? {
        1 => Ok(EntryKind::Charge),
        3 => Ok(EntryKind::Refund),
        4 => Ok(EntryKind::Adjustment),
        _ => Err(row.corrupt("unknown kind")),
    }
}

/// The stored number of a kind. The table refuses that of a payment, which only the
/// view `ledger` shows.
const fn kind_code(kind: EntryKind) -> i64 {
    match kind {
        EntryKind::Charge => 1,
        EntryKind::Payment => 2,
        EntryKind::Refund => 3,
        EntryKind::Adjustment => 4,
    }
}

/// The entry of this key, a payment or not.
pub(crate) fn find_by_key(connection: &Connection, key: i64) -> Result<Option<StoredEntry>> {
    // Most entries are payments.
    if let Some(payment) = payment::find_by_key(connection, key)? {
        return Ok(Some(payment));
    }
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM {TABLES} WHERE entries.key = ?1"
    ))?;
    optional(statement.query([key])?, decode)
}

/// What an entry does to a balance.
pub(crate) struct Posting {
    pub(crate) key: i64,
    pub(crate) user_id: i64,
    pub(crate) kind: EntryKind,
    pub(crate) amount: i64,
    pub(crate) balance_after: i64,
    pub(crate) order_key: Option<i64>,
}

impl From<Payment> for Posting {
    fn from(payment: Payment) -> Self {
        Self {
            key: payment.key(),
            user_id: payment.user_id,
            kind: EntryKind::Payment,
            amount: payment.amount,
            balance_after: payment.balance_after,
            order_key: Some(payment.order_key),
        }
    }
}

/// The entries after a key and up to another, payments and others, in the order of
/// their keys. It may be fewer than `limit` before the last: the end is where there is
/// none.
pub(crate) fn postings(
    connection: &Connection,
    (after, last): (i64, i64),
    limit: usize,
) -> Result<Vec<Posting>> {
    let mut statement = connection.prepare_cached(
        "SELECT key, user_id, kind, amount, balance_after, order_key FROM entries
         WHERE key > ?1 AND key <= ?2 ORDER BY key LIMIT ?3",
    )?;
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut found = collect(statement.query([after, last, most])?, |row| {
        let row = Decoder::new(row, "entries");
        Ok(Posting {
            key: row.get(0)?,
            user_id: row.get(1)?,
            kind: kind(&row, 2)?,
            amount: row.get(3)?,
            balance_after: row.get(4)?,
            order_key: row.get(5)?,
        })
    })?;
    // Beyond a chunk that is full there may be more of its kind.
    let end = |chunk: &[Posting]| match chunk.last() {
        Some(posting) if chunk.len() == limit => posting.key,
        _ => last,
    };
    let payments = payment::read(connection, (after, end(&found)), limit)?;
    let payments: Vec<Posting> = payments.into_iter().map(Posting::from).collect();
    let end = end(&payments);
    found.retain(|posting| posting.key <= end);
    found.extend(payments);
    found.sort_unstable_by_key(|posting| posting.key);
    Ok(found)
}

/// The key of the last entry of any kind, 0 where there is none.
pub(crate) fn last_key(connection: &Connection) -> Result<i64> {
    let other: Option<i64> = connection
        .prepare_cached("SELECT max(key) FROM entries")?
        .query_row([], |row| row.get(0))?;
    Ok(other.max(payment::last_key(connection)?).unwrap_or(0))
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
