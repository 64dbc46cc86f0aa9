//! How each kind of row is read and written. Columns are read by position, in
//! the order of the constant beside each decoder; rows are written many at a
//! time, one array a column.

pub(crate) mod campaign;
pub(crate) mod change;
pub(crate) mod coupon;
pub(crate) mod entry;
pub(crate) mod lines;
pub(crate) mod order;
pub(crate) mod product;
pub(crate) mod purchase;
pub(crate) mod sale;
pub(crate) mod stock_adjustment;
pub(crate) mod token;
pub(crate) mod user;

use jumun_domain::{Money, Timestamp, Units};
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use crate::storage::StorageError;

type Result<T> = std::result::Result<T, StorageError>;

/// A row of one table while it is decoded: every complaint names the table.
#[derive(Clone, Copy)]
pub(crate) struct Decoder<'a> {
    row: &'a Row,
    table: &'static str,
    /// Where this table's columns begin in the row.
    first: usize,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(row: &'a Row, table: &'static str) -> Self {
        Self {
            row,
            table,
            first: 0,
        }
    }

    /// The columns of a table that come after `first` others.
    pub(crate) fn after(self, first: usize) -> Self {
        Self { first, ..self }
    }

    pub(crate) fn get<T: FromSql<'a>>(self, column: usize) -> Result<T> {
        Ok(self.row.try_get(self.first + column)?)
    }

    pub(crate) fn id<T>(self, column: usize, make: impl FnOnce(i64) -> Option<T>) -> Result<T> {
        make(self.get(column)?).ok_or_else(|| self.corrupt("a number out of range"))
    }

    pub(crate) fn optional<T>(
        self,
        column: usize,
        make: impl FnOnce(i64) -> Option<T>,
    ) -> Result<Option<T>> {
        match self.get::<Option<i64>>(column)? {
            None => Ok(None),
            Some(value) => match make(value) {
                Some(value) => Ok(Some(value)),
                None => Err(self.corrupt("a number out of range")),
            },
        }
    }

    pub(crate) fn money(self, column: usize) -> Result<Money> {
        self.id(column, Money::new)
    }

    pub(crate) fn optional_money(self, column: usize) -> Result<Option<Money>> {
        self.optional(column, Money::new)
    }

    pub(crate) fn units(self, column: usize) -> Result<Units> {
        self.id(column, Units::new)
    }

    pub(crate) fn time(self, column: usize) -> Result<Timestamp> {
        Ok(Timestamp::from_micros(self.get(column)?))
    }

    pub(crate) fn optional_time(self, column: usize) -> Result<Option<Timestamp>> {
        Ok(self.get::<Option<i64>>(column)?.map(Timestamp::from_micros))
    }

    /// A position of the ids, as [`position_code`] wrote it.
    pub(crate) fn position(self, column: usize) -> Result<u64> {
        u64::try_from(self.get::<i64>(column)?).map_err(|_| self.corrupt("a negative position"))
    }

    pub(crate) fn text(self, column: usize) -> Result<std::sync::Arc<str>> {
        Ok(std::sync::Arc::from(self.get::<&str>(column)?))
    }

    pub(crate) fn optional_text(self, column: usize) -> Result<Option<std::sync::Arc<str>>> {
        Ok(self.get::<Option<&str>>(column)?.map(std::sync::Arc::from))
    }

    pub(crate) fn corrupt(self, what: &'static str) -> StorageError {
        StorageError::corrupt(self.table, what)
    }
}

/// A position of the ids as it is stored: 60 bits, which fit.
pub(crate) fn position_code(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}
