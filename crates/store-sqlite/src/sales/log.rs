//! The log: what the batches sold, as they came.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use jumun_domain::Journal;
use rusqlite::{Connection, params};

use super::folding::{Folded, Part};
use super::{Deltas, Result};
use crate::options::SALES_LOG_DELTAS;
use crate::storage::StorageError;

/// What a batch sold of a product within an hour.
pub(super) struct Delta {
    pub(super) entry: i64,
    pub(super) hour: i64,
    pub(super) product: i64,
    pub(super) quantity: i64,
    pub(super) amount: i128,
}

/// The writer's sum of what `sales_log` holds.
pub(crate) struct SalesLog {
    /// `None` until it is read from the log.
    pending: Option<Pending>,
    /// How many deltas close a part.
    limit: usize,
}

struct Pending {
    /// Of the entries that are appended to.
    open: Deltas<(i64, i64)>,
    /// How many deltas those have.
    length: usize,
    /// What is being added to `sales`.
    closed: Option<Part>,
}

impl Default for SalesLog {
    fn default() -> Self {
        Self::folding_after(SALES_LOG_DELTAS)
    }
}

impl SalesLog {
    /// One that closes a part after so many deltas.
    pub(super) fn folding_after(limit: usize) -> Self {
        let pending = None;
        Self { pending, limit }
    }

    /// Appends a round's sales, and folds some of those before when the log has
    /// grown long.
    pub(crate) fn append(&mut self, connection: &Connection, journal: &Journal) -> Result<()> {
        if journal.sales.is_empty() {
            return Ok(());
        }
        let mut pending = match self.pending.take() {
            Some(pending) => pending,
            None => Pending::read(connection)?,
        };
        let mut by_hour: BTreeMap<i64, Vec<(i64, i64, i64)>> = BTreeMap::new();
        for ((hour, product), sale) in &journal.sales {
            let delta = (product.get(), sale.quantity.get(), sale.amount.get());
            by_hour.entry(hour.get()).or_default().push(delta);
        }
        let mut insert =
            connection.prepare_cached("INSERT INTO sales_log (hour, deltas) VALUES (?1, ?2)")?;
        for (hour, deltas) in by_hour {
            let text = serde_json::to_string(&deltas)
                .map_err(|error| StorageError::corrupt("sales_log", error))?;
            insert.execute(params![hour, text])?;
            pending.length += deltas.len();
            for (product, quantity, amount) in deltas {
                let sum = pending.open.entry((hour, product)).or_default();
                sum.add(quantity, i128::from(amount));
            }
        }
        if pending.closed.is_none() && pending.length >= self.limit {
            // The next part is as long: its map need not grow step by step.
            let next = Deltas::with_capacity_and_hasher(pending.open.len(), FixedState::default());
            let figures = std::mem::replace(&mut pending.open, next);
            pending.closed = Some(Part::close(connection, figures, pending.length)?);
            pending.length = 0;
        }
        if let Some(part) = &mut pending.closed
            && part.fold(connection, journal.sales.len())?
        {
            pending.closed = None;
        }
        self.pending = Some(pending);
        Ok(())
    }

    /// Forgets the sum, after a transaction that was not committed: it is read
    /// from the log again.
    pub(crate) fn forget(&mut self) {
        self.pending = None;
    }
}

impl Pending {
    fn read(connection: &Connection) -> Result<Self> {
        let folded = Folded::read(connection)?;
        let (mut open, mut closed) = (Deltas::default(), Deltas::default());
        let (mut length, mut closed_length) = (0, 0);
        read(connection, i64::MIN, |delta| {
            let (sums, count) = if folded.is_closed(&delta) {
                (&mut closed, &mut closed_length)
            } else {
                (&mut open, &mut length)
            };
            *count += 1;
            if folded.has(&delta) {
                return;
            }
            let sum = sums.entry((delta.hour, delta.product)).or_default();
            sum.add(delta.quantity, delta.amount);
        })?;
        Ok(Self {
            open,
            length,
            closed: Part::go_on_after(connection, folded, closed, closed_length)?,
        })
    }
}

/// Calls `each` with every delta of the log from the hour `since` on.
pub(super) fn read(connection: &Connection, since: i64, mut each: impl FnMut(Delta)) -> Result<()> {
    let mut statement =
        connection.prepare_cached("SELECT entry, hour, deltas FROM sales_log WHERE hour >= ?1")?;
    let mut rows = statement.query([since])?;
    while let Some(row) = rows.next()? {
        let (entry, hour) = (row.get(0)?, row.get(1)?);
        let text = row.get_ref(2)?.as_bytes().unwrap_or_default();
        let deltas: Vec<(i64, i64, i64)> = serde_json::from_slice(text)
            .map_err(|error| StorageError::corrupt("sales_log", error))?;
        for (product, quantity, amount) in deltas {
            each(Delta {
                entry,
                hour,
                product,
                quantity,
                amount: i128::from(amount),
            });
        }
    }
    Ok(())
}
