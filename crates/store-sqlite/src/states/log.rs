//! The log itself: what one batch left is one entry.

use std::cell::RefCell;

use jumun_domain::{ProductId, UserId};
use rusqlite::{Connection, params};

use super::{Keys, LoggedKey, States, StockState, UserState, encoding};
use crate::storage::StorageError;

/// What one batch left, each row once.
#[derive(Default, Debug)]
pub(crate) struct Changed {
    pub(crate) users: Vec<(UserId, UserState)>,
    pub(crate) stocks: Vec<(ProductId, StockState)>,
    pub(crate) keys: Vec<LoggedKey>,
}

impl Changed {
    pub(crate) fn len(&self) -> usize {
        self.users.len() + self.stocks.len() + self.keys.len()
    }
}

/// What a connection has read or written of the log.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) states: RefCell<States>,
    pub(crate) keys: RefCell<Keys>,
}

impl Log {
    /// Reads on in both. To be called in the transaction that goes by them.
    pub(crate) fn refresh(&mut self, connection: &Connection) -> Result<(), StorageError> {
        self.states.get_mut().refresh(connection)?;
        self.keys.get_mut().refresh(connection)
    }

    /// Appends what a batch left, if anything. Both have to be fresh.
    pub(crate) fn append(
        &mut self,
        connection: &Connection,
        changed: &Changed,
    ) -> Result<(), StorageError> {
        if changed.len() == 0 {
            return Ok(());
        }
        let (states, keys) = (self.states.get_mut(), self.keys.get_mut());
        let entry = states.span.last + 1;
        connection
            .prepare_cached("INSERT INTO state_log (entry, states, keys) VALUES (?1, ?2, ?3)")?
            .execute(params![
                entry,
                encoding::states(changed),
                encoding::keys(&changed.keys),
            ])?;
        states.take_in(entry, changed);
        keys.take_in(entry, &changed.keys);
        states.span.extend_to(entry);
        keys.span.extend_to(entry);
        Ok(())
    }

    /// The numbers of the first entry that counts and of the last one.
    pub(crate) fn entries(&mut self) -> (i64, i64) {
        let span = self.states.get_mut().span;
        (span.first, span.last)
    }

    /// How many states and keys it has, counting each time that a row changed.
    pub(super) fn length(&mut self) -> usize {
        self.states.get_mut().taken_in + self.keys.get_mut().taken_in
    }

    /// Whether there are none.
    pub(super) fn is_empty(&mut self) -> bool {
        self.states.get_mut().kept() + self.keys.get_mut().kept() == 0
    }
}

/// Which entries the log has, as far as somebody knows.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Span {
    /// What earlier ones said is in the tables, and counts no more.
    pub(super) first: i64,
    /// 0 before the first one.
    pub(super) last: i64,
}

/// What is found in the log.
pub(super) struct News {
    /// It is another file's log: what was read before counts no more.
    pub(super) begins_anew: bool,
    /// Entries that were not read yet.
    pub(super) entries: Vec<(i64, Vec<u8>)>,
}

impl Span {
    /// Reads `column` of what was appended since the last time.
    pub(super) fn read_on(
        &mut self,
        connection: &Connection,
        column: &'static str,
    ) -> Result<News, StorageError> {
        let (first, last): (Option<i64>, Option<i64>) = connection
            .prepare_cached(
                "SELECT (SELECT min(entry) FROM state_log), (SELECT max(entry) FROM state_log)",
            )?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (first, last) = (first.unwrap_or(0), last.unwrap_or(0));
        let begins_anew = last < self.last;
        let known = if begins_anew { 0 } else { self.last };
        let mut entries = Vec::new();
        if last > known {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT entry, {column} FROM state_log WHERE entry > ?1 ORDER BY entry"
            ))?;
            let mut rows = statement.query([known])?;
            while let Some(row) = rows.next()? {
                entries.push((row.get(0)?, row.get(1)?));
            }
        }
        *self = Self { first, last };
        Ok(News {
            begins_anew,
            entries,
        })
    }

    fn extend_to(&mut self, entry: i64) {
        if self.first == 0 {
            self.first = entry;
        }
        self.last = entry;
    }
}
