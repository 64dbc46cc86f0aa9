//! How each kind of row is read and written. Columns are read by position, in
//! the order of the constant beside each decoder.

pub(crate) mod attempt;
pub(crate) mod campaign;
pub(crate) mod coupon;
pub(crate) mod entry;
pub(crate) mod event;
pub(crate) mod line;
pub(crate) mod order;
pub(crate) mod payment;
pub(crate) mod pending;
pub(crate) mod platform;
pub(crate) mod product;
pub(crate) mod replay;
pub(crate) mod run;
pub(crate) mod stock_adjustment;
pub(crate) mod token;
pub(crate) mod user;

use jumun_domain::{Money, Timestamp, Units};
use rusqlite::Row;

use crate::storage::StorageError;

type Result<T> = std::result::Result<T, StorageError>;

/// A row of one table while it is decoded: every complaint names the table.
struct Decoder<'a, 'stmt> {
    row: &'a Row<'stmt>,
    table: &'static str,
}

impl<'a, 'stmt> Decoder<'a, 'stmt> {
    fn new(row: &'a Row<'stmt>, table: &'static str) -> Self {
        Self { row, table }
    }

    fn get<T: rusqlite::types::FromSql>(&self, column: usize) -> Result<T> {
        Ok(self.row.get(column)?)
    }

    fn id<T>(&self, column: usize, make: impl FnOnce(i64) -> Option<T>) -> Result<T> {
        make(self.get(column)?).ok_or_else(|| StorageError::corrupt(self.table, "id out of range"))
    }

    fn money(&self, column: usize) -> Result<Money> {
        self.id(column, Money::new)
    }

    fn optional_money(&self, column: usize) -> Result<Option<Money>> {
        self.optional(column, Money::new)
    }

    fn units(&self, column: usize) -> Result<Units> {
        self.id(column, Units::new)
    }

    fn optional<T>(&self, column: usize, make: impl FnOnce(i64) -> Option<T>) -> Result<Option<T>> {
        match self.get::<Option<i64>>(column)? {
            None => Ok(None),
            Some(value) => match make(value) {
                Some(value) => Ok(Some(value)),
                None => Err(self.corrupt("number out of range")),
            },
        }
    }

    fn sequence(&self, column: usize) -> Result<u64> {
        self.id(column, |it| u64::try_from(it).ok())
    }

    fn time(&self, column: usize) -> Result<Timestamp> {
        Ok(Timestamp::from_micros(self.get(column)?))
    }

    fn optional_time(&self, column: usize) -> Result<Option<Timestamp>> {
        Ok(self.get::<Option<i64>>(column)?.map(Timestamp::from_micros))
    }

    fn corrupt(&self, what: &'static str) -> StorageError {
        StorageError::corrupt(self.table, what)
    }
}

/// A sequence, or a number of one's own, as it is stored: none comes near the end.
pub(crate) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Decodes every row of a query.
pub(crate) fn collect<T>(
    mut rows: rusqlite::Rows<'_>,
    decode: impl Fn(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(decode(row)?);
    }
    Ok(items)
}

/// Decodes the only row of a query, where there is one.
pub(crate) fn optional<T>(
    mut rows: rusqlite::Rows<'_>,
    decode: impl FnOnce(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    rows.next()?.map(decode).transpose()
}
