//! Idempotency keys that are in the log and perhaps not in their index yet.

use rusqlite::Connection;

use super::encoding;
use super::log::Span;
use super::rows::Rows;
use crate::key::StoredKey;
use crate::remembered::Reference;
use crate::storage::StorageError;

/// A key with its scope, as the index has them.
pub(crate) type ScopedKey = (StoredKey, i64);

/// A key, and what is remembered of it.
pub(crate) type LoggedKey = (ScopedKey, Reference);

/// The keys of the log, as one connection has read or written them.
#[derive(Default)]
pub(crate) struct Keys {
    rows: Rows<ScopedKey, Reference>,
    pub(super) span: Span,
    /// How many were read or written.
    pub(super) taken_in: usize,
}

impl Keys {
    /// As [`States::refresh`](super::States::refresh).
    pub(crate) fn refresh(&mut self, connection: &Connection) -> Result<(), StorageError> {
        let read = self.read_on(connection);
        if read.is_err() {
            *self = Self::default();
        }
        read
    }

    fn read_on(&mut self, connection: &Connection) -> Result<(), StorageError> {
        let news = self.span.read_on(connection, "keys")?;
        if news.begins_anew {
            self.rows = Rows::default();
        }
        for (entry, bytes) in news.entries {
            self.take_in(entry, &encoding::read_keys(&bytes)?);
        }
        self.rows.forget_before(self.span.first);
        Ok(())
    }

    pub(crate) fn get(&self, key: &ScopedKey) -> Option<Reference> {
        self.rows.get(key, self.span.first)
    }

    /// The greatest UUID below `ceiling` that is a key here.
    pub(crate) fn greatest_below(&self, ceiling: u128) -> Option<u128> {
        let numbers = self.all().filter_map(|((key, _), _)| key.number());
        numbers.filter(|number| *number < ceiling).max()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&ScopedKey, Reference)> {
        self.rows.all(self.span.first)
    }

    pub(super) fn take_in(&mut self, entry: i64, keys: &[LoggedKey]) {
        self.taken_in += keys.len();
        for (key, reference) in keys {
            self.rows.insert(key.clone(), entry, *reference);
        }
    }

    /// Entries before `first` are removed.
    pub(super) fn begin_at(&mut self, first: i64) {
        self.span.first = first;
        self.rows.forget_before(first);
    }

    pub(super) fn kept(&self) -> usize {
        self.rows.kept()
    }
}
