//! Items of `payments`: the ledger entries of what orders cost.

use jumun_domain::{Entry, EntryId, EntryKind, Money, OrderId, Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension};

use super::Result;
use super::entry::StoredEntry;
use crate::key::StoredId;
use crate::packed::Packed;

const PAYMENTS: Packed<8> = Packed { table: "payments" };

/// A payment as it is stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payment {
    id: StoredId,
    pub(crate) user_id: i64,
    /// The key of the entry before it in the same ledger.
    previous: Option<i64>,
    pub(crate) amount: i64,
    pub(crate) balance_after: i64,
    pub(crate) order_key: i64,
    /// Microseconds.
    pub(crate) created_at: i64,
}

impl Payment {
    /// `None` for an entry that is none.
    pub(crate) fn of(entry: &Entry, previous: Option<i64>) -> Option<Self> {
        match (entry.kind, entry.order_id) {
            (EntryKind::Payment, Some(order_id)) => Some(Self {
                id: StoredId::minted(entry.id.0),
                user_id: entry.user_id.get(),
                previous,
                amount: entry.amount.get(),
                balance_after: entry.balance_after.get(),
                order_key: StoredId::minted(order_id.0).key,
                created_at: entry.created_at.as_micros(),
            }),
            _ => None,
        }
    }

    /// The key of the entry.
    pub(crate) fn key(&self) -> i64 {
        self.id.key
    }

    fn item(&self) -> [i64; 8] {
        [
            self.id.key,
            self.id.low,
            self.user_id,
            // A key has a time in it and is not 0.
            self.previous.unwrap_or(0),
            self.amount,
            self.balance_after,
            self.order_key,
            self.created_at,
        ]
    }

    fn of_item(item: [i64; 8]) -> Self {
        let [
            key,
            low,
            user_id,
            previous,
            amount,
            balance_after,
            order_key,
            created_at,
        ] = item;
        Self {
            id: StoredId { key, low },
            user_id,
            previous: (previous != 0).then_some(previous),
            amount,
            balance_after,
            order_key,
            created_at,
        }
    }

    /// The entry, which names its order.
    fn entry(&self, connection: &Connection) -> Result<StoredEntry> {
        let order_low: Option<i64> = connection
            .prepare_cached("SELECT id_low FROM orders WHERE key = ?1")?
            .query_row([self.order_key], |row| row.get(0))
            .optional()?;
        let order = StoredId {
            key: self.order_key,
            low: order_low.ok_or_else(|| PAYMENTS.corrupt("its order is not there"))?,
        };
        let out_of_range = || PAYMENTS.corrupt("number out of range");
        Ok(StoredEntry {
            entry: Entry {
                id: EntryId(self.id.uuid()),
                user_id: UserId::new(self.user_id).ok_or_else(out_of_range)?,
                kind: EntryKind::Payment,
                amount: Money::new(self.amount).ok_or_else(out_of_range)?,
                balance_after: Money::new(self.balance_after).ok_or_else(out_of_range)?,
                order_id: Some(OrderId(order.uuid())),
                reference: None,
                reason: None,
                created_at: Timestamp::from_micros(self.created_at),
            },
            previous: self.previous,
        })
    }
}

/// Adds the payments of a batch.
pub(crate) fn append(connection: &Connection, payments: &[Payment]) -> Result<()> {
    let items: Vec<_> = payments.iter().map(Payment::item).collect();
    PAYMENTS.append(connection, &items)
}

/// The entry of this key, if it is a payment.
pub(crate) fn find_by_key(connection: &Connection, key: i64) -> Result<Option<StoredEntry>> {
    let found = PAYMENTS.find(connection, key)?;
    found
        .map(|item| Payment::of_item(item).entry(connection))
        .transpose()
}

/// The payments after a key and up to another, in the order of their keys.
pub(crate) fn read(
    connection: &Connection,
    range: (i64, i64),
    limit: usize,
) -> Result<Vec<Payment>> {
    let items = PAYMENTS.read(connection, range, limit)?;
    Ok(items.into_iter().map(Payment::of_item).collect())
}

/// The keys at which rows begin that overlap the one before.
pub(crate) fn overlapping(connection: &Connection) -> Result<Vec<i64>> {
    PAYMENTS.overlapping(connection)
}

/// The key of the last one, where there is one.
pub(crate) fn last_key(connection: &Connection) -> Result<Option<i64>> {
    PAYMENTS.last(connection)
}
