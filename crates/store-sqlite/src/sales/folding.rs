//! Adds parts of the log to `sales`, a few figures with each batch.
//!
//! A part is closed at an entry. Its figures are summed up, and added in the order of
//! hours and products, so that neighbours share a page. `sales_folding` tells readers
//! how far that has come: what is in `sales` already does not count in the log any
//! more. At the end the part's entries are removed.

use std::cmp::Reverse;

use rusqlite::{Connection, params};

use super::log::Delta;
use super::{Deltas, Figures, Result};
use crate::rows::optional;

/// Figures that are added for each delta that a batch appends. A part has no more of
/// them than deltas, so they are added before half of the next part is there.
const FIGURES_PER_DELTA: usize = 2;

/// The same of its entries, by how many deltas those have: they are removed before
/// three quarters of the next part are there.
const DELTAS_REMOVED_PER_DELTA: i64 = 4;

/// Entries that are removed with a batch at least, however few it appends.
const LEAST_ENTRIES: i64 = 8;

/// What of the log is in `sales` already.
#[derive(Clone, Copy, Default)]
pub(super) struct Folded {
    /// The last entry of the part that is being added; `None` where there is none.
    last: Option<i64>,
    /// The last figures of it that were.
    after: (i64, i64),
}

impl Folded {
    /// As the transaction sees it.
    pub(super) fn read(connection: &Connection) -> Result<Self> {
        let mut statement =
            connection.prepare_cached("SELECT last_entry, hour, product_id FROM sales_folding")?;
        let found = optional(statement.query([])?, |row| {
            Ok(Self {
                last: Some(row.get(0)?),
                after: (row.get(1)?, row.get(2)?),
            })
        })?;
        Ok(found.unwrap_or_default())
    }

    /// Whether it is of the part that is being added.
    pub(super) fn is_closed(&self, delta: &Delta) -> bool {
        Some(delta.entry) <= self.last
    }

    /// Whether it is in `sales`.
    pub(super) fn has(&self, delta: &Delta) -> bool {
        self.is_closed(delta) && (delta.hour, delta.product) <= self.after
    }
}

/// A part that is being added.
pub(super) struct Part {
    /// Its first entry that is still there.
    first: i64,
    last: i64,
    /// How many deltas its entries had, and how many entries there were.
    deltas: i64,
    entries: i64,
    /// What is still to be added, in falling order, since it is taken from the end.
    figures: Vec<((i64, i64), Figures)>,
}

impl Part {
    /// All of the log, with so many deltas, of which these are the sums.
    pub(super) fn close(
        connection: &Connection,
        figures: Deltas<(i64, i64)>,
        deltas: usize,
    ) -> Result<Self> {
        let last = connection
            .prepare_cached("SELECT max(entry) FROM sales_log")?
            .query_row([], |row| row.get(0))?;
        connection
            .prepare_cached(
                "INSERT INTO sales_folding (singleton, last_entry, hour, product_id)
                 VALUES (1, ?1, ?2, ?2)",
            )?
            .execute([last, i64::MIN])?;
        Self::of(connection, last, figures, deltas)
    }

    /// What is left of one, with so many deltas, of which these are the sums that are
    /// not added yet.
    pub(super) fn go_on_after(
        connection: &Connection,
        folded: Folded,
        figures: Deltas<(i64, i64)>,
        deltas: usize,
    ) -> Result<Option<Self>> {
        let part = |last| Self::of(connection, last, figures, deltas);
        folded.last.map(part).transpose()
    }

    fn of(
        connection: &Connection,
        last: i64,
        figures: Deltas<(i64, i64)>,
        deltas: usize,
    ) -> Result<Self> {
        let first: Option<i64> = connection
            .prepare_cached("SELECT min(entry) FROM sales_log")?
            .query_row([], |row| row.get(0))?;
        let first = first.unwrap_or(last);
        let mut figures: Vec<_> = figures.into_iter().collect();
        figures.sort_unstable_by_key(|(key, _)| Reverse(*key));
        Ok(Self {
            first,
            last,
            deltas: i64::try_from(deltas).unwrap_or(i64::MAX).max(1),
            entries: (last - first + 1).max(1),
            figures,
        })
    }

    /// Does its share for a batch that has appended `count` deltas. Returns whether
    /// all is done.
    pub(super) fn fold(&mut self, connection: &Connection, count: usize) -> Result<bool> {
        if self.figures.is_empty() {
            self.remove_entries(connection, count)?;
        } else {
            self.add(connection, count * FIGURES_PER_DELTA)?;
        }
        let done = self.first > self.last;
        if done {
            connection
                .prepare_cached("DELETE FROM sales_folding")?
                .execute([])?;
        }
        Ok(done)
    }

    fn add(&mut self, connection: &Connection, count: usize) -> Result<()> {
        let mut add = connection.prepare_cached(
            "INSERT INTO sales (hour, product_id, quantity, amount) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity,
             amount = amount + excluded.amount",
        )?;
        let mut after = (i64::MIN, i64::MIN);
        let from = self.figures.len().saturating_sub(count);
        for ((hour, product), figures) in self.figures.drain(from..).rev() {
            // Exact up to 2^53, and it cannot overflow.
            let amount = figures.amount as f64;
            add.execute(params![hour, product, figures.quantity, amount])?;
            after = (hour, product);
        }
        connection
            .prepare_cached("UPDATE sales_folding SET hour = ?1, product_id = ?2")?
            .execute([after.0, after.1])?;
        Ok(())
    }

    fn remove_entries(&mut self, connection: &Connection, count: usize) -> Result<()> {
        let share = i64::try_from(count).unwrap_or(i64::MAX);
        let share = share.saturating_mul(DELTAS_REMOVED_PER_DELTA);
        let entries = (share.saturating_mul(self.entries) / self.deltas).max(LEAST_ENTRIES);
        let end = self.last.min(self.first.saturating_add(entries - 1));
        connection
            .prepare_cached("DELETE FROM sales_log WHERE entry <= ?1")?
            .execute([end])?;
        self.first = end + 1;
        Ok(())
    }
}
