//! Histories of which many items share one row of a table.
//!
//! A row costs SQLite a microsecond or more, whatever is in it, and an order writes
//! one of each such history. Items are written once and in the order of their
//! numbers, and are looked up by nothing else, so nothing is lost by it.
//!
//! An item is `N` integers of 8 bytes, the most significant byte first; its number is
//! the first of them. A row has the numbers of its first and last item beside the
//! items.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, params};

use crate::storage::StorageError;

/// How many bytes of items a row has at most: two such rows fill a page of 4 KiB, and
/// who looks for one item reads no more than that.
const MOST_BYTES: usize = 1_984;

const WORD_BYTES: usize = size_of::<i64>();

/// A table of packed items.
pub(crate) struct Packed<const N: usize> {
    pub(crate) table: &'static str,
}

impl<const N: usize> Packed<N> {
    /// How many items a row has at most.
    const MOST: usize = MOST_BYTES / (N * WORD_BYTES);

    /// Adds items after those that are there. Their numbers rise.
    ///
    /// # Errors
    ///
    /// [`StorageError::Refused`] when they do not: they would not be found again.
    pub(crate) fn append(&self, connection: &Connection, items: &[[i64; N]]) -> Result<()> {
        let Some(first) = items.first() else {
            return Ok(());
        };
        let last = self.last(connection)?;
        if last >= Some(first[0]) || !items.is_sorted_by(|a, b| a[0] < b[0]) {
            return Err(StorageError::Refused(format!(
                "new numbers of {} do not follow its last one, {last:?}; report this fault of the engine",
                self.table
            )));
        }
        let mut insert = connection.prepare_cached(&format!(
            "INSERT INTO {} (first, last, items) VALUES (?1, ?2, ?3)",
            self.table
        ))?;
        for run in items.chunks(Self::MOST) {
            insert.execute(params![run[0][0], run[run.len() - 1][0], pack(run)])?;
        }
        Ok(())
    }

    /// The item of this number.
    pub(crate) fn find(&self, connection: &Connection, number: i64) -> Result<Option<[i64; N]>> {
        let mut statement = connection.prepare_cached(&format!(
            "SELECT first, last, items FROM {} WHERE first <= ?1 ORDER BY first DESC LIMIT 1",
            self.table
        ))?;
        let mut rows = statement.query([number])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let items = self.decode(row)?;
        let found = items.binary_search_by_key(&number, |item| item[0]);
        Ok(found.ok().map(|index| items[index]))
    }

    /// The items after the number `after` and up to `last`, at most `limit`, in order.
    pub(crate) fn read(
        &self,
        connection: &Connection,
        (after, last): (i64, i64),
        limit: usize,
    ) -> Result<Vec<[i64; N]>> {
        let mut statement = connection.prepare_cached(&format!(
            "SELECT first, last, items FROM {0}
             WHERE first >= coalesce((SELECT max(first) FROM {0} WHERE first <= ?1), ?1)
                 AND first <= ?2
             ORDER BY first",
            self.table
        ))?;
        let mut rows = statement.query([after, last])?;
        let mut found = Vec::new();
        while found.len() < limit
            && let Some(row) = rows.next()?
        {
            let items = self.decode(row)?;
            let wanted = items
                .into_iter()
                .filter(|it| it[0] > after && it[0] <= last);
            found.extend(wanted.take(limit - found.len()));
        }
        Ok(found)
    }

    /// The number of the last item, where there is one.
    pub(crate) fn last(&self, connection: &Connection) -> Result<Option<i64>> {
        let mut statement = connection.prepare_cached(&format!(
            "SELECT last FROM {} ORDER BY first DESC LIMIT 1",
            self.table
        ))?;
        let mut rows = statement.query([])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
    }

    /// The first numbers of rows that begin before the end of the one before.
    pub(crate) fn overlapping(&self, connection: &Connection) -> Result<Vec<i64>> {
        let mut statement = connection.prepare(&format!(
            "SELECT first FROM (SELECT first, lag(last) OVER (ORDER BY first) AS before FROM {})
             WHERE first <= before",
            self.table
        ))?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The items of a row, which are as its other columns say.
    fn decode(&self, row: &rusqlite::Row<'_>) -> Result<Vec<[i64; N]>> {
        let first: i64 = row.get(0)?;
        let damaged = |what| self.corrupt(format!("{what} in the row that begins with {first}"));
        let ValueRef::Blob(bytes) = row.get_ref(2)? else {
            return Err(damaged("no bytes"));
        };
        let items = unpack(bytes).ok_or_else(|| damaged("no whole items"))?;
        let ends = items.first().zip(items.last());
        let ends = ends.map(|(first, last)| (first[0], last[0]));
        if ends != Some((first, row.get(1)?)) || !items.is_sorted_by(|a, b| a[0] < b[0]) {
            return Err(damaged("other items than it should have"));
        }
        Ok(items)
    }

    pub(crate) fn corrupt(&self, what: impl ToString) -> StorageError {
        StorageError::corrupt(self.table, what)
    }
}

type Result<T> = std::result::Result<T, StorageError>;

fn pack<const N: usize>(items: &[[i64; N]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(items.len() * N * WORD_BYTES);
    for word in items.as_flattened() {
        bytes.extend_from_slice(&word.to_be_bytes());
    }
    bytes
}

/// `None` for what are no whole items.
fn unpack<const N: usize>(bytes: &[u8]) -> Option<Vec<[i64; N]>> {
    let (words, rest) = bytes.as_chunks::<WORD_BYTES>();
    let (items, left) = words.as_chunks::<N>();
    let whole = rest.is_empty() && left.is_empty();
    whole.then(|| {
        let item = |words: &[[u8; WORD_BYTES]; N]| words.map(i64::from_be_bytes);
        items.iter().map(item).collect()
    })
}

#[cfg(test)]
mod tests;
