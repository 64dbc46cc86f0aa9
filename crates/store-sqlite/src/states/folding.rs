//! Moves rows from the log into their tables, a few with each batch.

use jumun_domain::{ProductId, UserId};
use rusqlite::{Connection, TransactionBehavior};

use super::{Changed, Log, ScopedKey};
use crate::options::STATE_LOG_STATES;
use crate::remembered;
use crate::rows::{product, user};
use crate::storage::StorageError;

/// Entries that are removed with a batch at least: each adds about one.
const LEAST_ENTRIES: i64 = 8;

/// States whose entries are removed for each one that a batch appends. With the rows
/// that were written before, three halves of what each batch appends, a part is done
/// before the next one is as long.
const STATES_REMOVED_PER_STATE: i64 = 4;

/// Keys that a batch sorts: it goes on to the next table while it has sorted fewer. Some
/// ten thousand take a millisecond. Those of a short log are all sorted in one batch, so
/// that a log gets shorter even if every second batch fails.
const SORTED_AT_ONCE: usize = 1 << 12;

/// How far the log is folded. A part of it is closed once it has grown long; then
/// each batch writes half as many more of that part's rows into their tables as it has
/// appended states, in the order of their ids, so that neighbours share a page. It
/// writes some of each table: rows of users cost several times what keys do, and a
/// batch that wrote users alone would be one that takes long.
/// When all are written, the part's entries are removed.
///
/// Meanwhile newer states of the same rows may be appended. What is written is
/// always the newest state, so whichever of table and log a row is read from,
/// it is current.
pub(crate) struct Folding {
    /// What was appended since a part was closed; `None` until it is known what is in
    /// the log at the start.
    open: Option<Open>,
    /// How many states and keys close the next part.
    limit: usize,
    closed: Option<Closed>,
}

/// The entries that are appended to.
struct Open {
    /// How many states and keys they have, counting each time that a row changed.
    length: usize,
    part: Part,
}

/// The entries up to one, with the rows that are still to be written.
struct Closed {
    last: i64,
    /// How many states and keys it had, and how many entries.
    length: i64,
    entries: i64,
    part: Part,
}

/// Which rows there are in some entries.
#[derive(Default)]
struct Part {
    users: Lot<UserId>,
    stocks: Lot<ProductId>,
    keys: Lot<ScopedKey>,
}

/// Rows of one table, which are taken once they are sorted.
struct Lot<T> {
    /// Before that a row may be here more than once.
    rows: Vec<T>,
    is_sorted: bool,
}

impl<T> Default for Lot<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            is_sorted: false,
        }
    }
}

impl Default for Folding {
    fn default() -> Self {
        Self::after(STATE_LOG_STATES)
    }
}

impl Folding {
    /// One that closes a part after `limit` states.
    pub(crate) fn after(limit: usize) -> Self {
        Self {
            open: None,
            limit,
            closed: None,
        }
    }

    /// Forgets how far it was, after a transaction that was not committed: what
    /// is in the log is folded again.
    pub(crate) fn forget(&mut self) {
        *self = Self::after(self.limit);
    }

    /// Does its share for a batch that has appended `changed`.
    pub(crate) fn go_on(
        &mut self,
        connection: &Connection,
        log: &mut Log,
        changed: &Changed,
    ) -> Result<(), StorageError> {
        let count = changed.len();
        if count == 0 {
            return Ok(());
        }
        let mut open = match self.open.take() {
            Some(mut open) => {
                open.length += count;
                open.part.add(changed);
                open
            }
            None => Open {
                length: log.length(),
                part: Part::of(log),
            },
        };
        let mut closed = self.closed.take();
        if closed.is_none() && open.length >= self.limit {
            let span = log.states.get_mut().span;
            closed = Some(Closed {
                last: span.last,
                length: i64::try_from(open.length).unwrap_or(i64::MAX).max(1),
                entries: span.last - span.first + 1,
                part: std::mem::take(&mut open.part),
            });
            open.length = 0;
        }
        self.open = Some(open);
        let Some(mut closed) = closed else {
            return Ok(());
        };
        closed
            .part
            .write(connection, log, count.saturating_mul(3).div_ceil(2))?;
        if closed.part.is_written() {
            remove_until(connection, log, closed.last, closed.entries_for(count))?;
        }
        // The last entry of the log stays: there may be none to remove any more.
        let span = log.states.get_mut().span;
        let has_entries = span.first <= closed.last && span.first < span.last;
        if has_entries || !closed.part.is_written() {
            self.closed = Some(closed);
        }
        Ok(())
    }
}

impl Closed {
    /// How many entries to remove with a batch that has appended so many.
    fn entries_for(&self, count: usize) -> i64 {
        let share = i64::try_from(count).unwrap_or(i64::MAX);
        let share = share.saturating_mul(STATES_REMOVED_PER_STATE);
        (share.saturating_mul(self.entries) / self.length).max(LEAST_ENTRIES)
    }
}

impl Part {
    /// All of the log.
    fn of(log: &mut Log) -> Self {
        let (states, keys) = (log.states.get_mut(), log.keys.get_mut());
        let mut part = Self::default();
        part.users.rows.extend(states.users().map(|(id, _)| id));
        part.stocks.rows.extend(states.stocks().map(|(id, _)| id));
        part.keys
            .rows
            .extend(keys.all().map(|(key, _)| key.clone()));
        part
    }

    fn add(&mut self, changed: &Changed) {
        self.users
            .rows
            .extend(changed.users.iter().map(|(id, _)| *id));
        self.stocks
            .rows
            .extend(changed.stocks.iter().map(|(id, _)| *id));
        self.keys
            .rows
            .extend(changed.keys.iter().map(|(key, _)| key.clone()));
    }

    fn is_written(&self) -> bool {
        self.users.rows.is_empty() && self.stocks.rows.is_empty() && self.keys.rows.is_empty()
    }

    /// Writes up to about `count` rows, of each table in proportion to how many it has,
    /// once all are sorted. Where they are many, a batch sorts those of one table.
    fn write(
        &mut self,
        connection: &Connection,
        log: &mut Log,
        count: usize,
    ) -> Result<(), StorageError> {
        let mut to_sort = SORTED_AT_ONCE;
        self.users.sort(&mut to_sort);
        self.stocks.sort(&mut to_sort);
        self.keys.sort(&mut to_sort);
        let ready = [self.users.ready(), self.stocks.ready(), self.keys.ready()];
        let [Some(users), Some(stocks), Some(keys)] = ready else {
            return Ok(());
        };
        let all = users + stocks + keys;
        let share = |rows: usize| match count < all {
            true => count.saturating_mul(rows).div_ceil(all),
            false => rows,
        };
        let (of_users, of_stocks, of_keys) = (share(users), share(stocks), share(keys));

        let (states, keys) = (log.states.get_mut(), log.keys.get_mut());
        // What is there no more was folded by an import meanwhile.
        let mut update = user::Update::prepare(connection)?;
        for id in self.users.take(of_users) {
            if let Some(state) = states.user(id) {
                update.run(id, &state)?;
            }
        }
        let mut update = product::UpdateStock::prepare(connection)?;
        for id in self.stocks.take(of_stocks) {
            if let Some(state) = states.stock(id) {
                update.run(id, &state)?;
            }
        }
        let mut insert = remembered::Insert::prepare(connection)?;
        for key in self.keys.take(of_keys) {
            if let Some(reference) = keys.get(&key) {
                insert.run(&key, &reference)?;
            }
        }
        Ok(())
    }
}

impl<T: Ord> Lot<T> {
    /// Sorts the rows if there are any `left` that this batch may sort, and counts them.
    fn sort(&mut self, left: &mut usize) {
        if self.is_sorted || *left == 0 {
            return;
        }
        *left = left.saturating_sub(self.rows.len());
        // In falling order, since they are taken from the end.
        self.rows.sort_unstable_by(|left, right| right.cmp(left));
        self.rows.dedup();
        self.is_sorted = true;
    }

    /// How many rows there are to take, if they are sorted.
    fn ready(&self) -> Option<usize> {
        let is_ready = self.is_sorted || self.rows.is_empty();
        is_ready.then_some(self.rows.len())
    }

    /// Takes that many in the order of their keys.
    fn take(&mut self, count: usize) -> impl Iterator<Item = T> + use<'_, T> {
        let from = self.rows.len().saturating_sub(count);
        self.rows.drain(from..).rev()
    }
}

/// Removes up to `count` of the entries up to `last`, of which all is in the tables. The
/// very last of the log stays.
fn remove_until(
    connection: &Connection,
    log: &mut Log,
    last: i64,
    count: i64,
) -> Result<(), StorageError> {
    let (states, keys) = (log.states.get_mut(), log.keys.get_mut());
    let span = states.span;
    let end = last
        .min(span.last - 1)
        .min(span.first.saturating_add(count - 1));
    connection
        .prepare_cached("DELETE FROM state_log WHERE entry <= ?1")?
        .execute([end])?;
    let first = span.first.max(end + 1);
    states.begin_at(first);
    keys.begin_at(first);
    Ok(())
}

/// [`fold_all`] in a transaction of its own.
pub(crate) fn fold(connection: &mut Connection) -> Result<(), StorageError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    fold_all(&transaction)?;
    Ok(transaction.commit()?)
}

/// Writes all of the log into the tables: afterwards those alone tell everything.
///
/// An entry without rows takes the place of all, under a new number: whoever has
/// read those before it knows by this that they count no more.
pub(crate) fn fold_all(connection: &Connection) -> Result<(), StorageError> {
    let mut log = Log::default();
    log.refresh(connection)?;
    if log.is_empty() {
        return Ok(());
    }
    let last = log.states.get_mut().span.last;
    let mut part = Part::of(&mut log);
    while !part.is_written() {
        part.write(connection, &mut log, usize::MAX)?;
    }
    connection
        .prepare_cached("DELETE FROM state_log")?
        .execute([])?;
    connection
        .prepare_cached("INSERT INTO state_log (entry, states, keys) VALUES (?1, x'', x'')")?
        .execute([last + 1])?;
    Ok(())
}
