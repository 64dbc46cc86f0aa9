//! Moves rows from the log into their tables, a few with each batch.

use jumun_domain::{ProductId, UserId};
use rusqlite::{Connection, TransactionBehavior};

use super::{Log, ScopedKey};
use crate::options::STATE_LOG_STATES;
use crate::remembered;
use crate::rows::{product, user};
use crate::storage::StorageError;

/// Entries removed from the log with one batch, at most: each batch adds about
/// one, so the log gets shorter, and none takes long for it.
const ENTRIES_PER_BATCH: i64 = 8;

/// How far the log is folded. A part of it is closed once it has grown long; then
/// each batch writes as many of that part's rows into their tables as it has
/// appended states, in the order of their ids, so that neighbours share a page.
/// When all are written, the part's entries are removed.
///
/// Meanwhile newer states of the same rows may be appended. What is written is
/// always the newest state, so whichever of table and log a row is read from,
/// it is current.
pub(crate) struct Folding {
    /// States and keys appended since a part was closed; `None` until those are counted
    /// that are in the log at the start.
    appended: Option<usize>,
    /// How many close the next part.
    limit: usize,
    closed: Option<Part>,
}

/// The entries up to one, with the rows that are still to be written.
struct Part {
    last: i64,
    /// In falling order, since they are taken from the end.
    users: Vec<UserId>,
    stocks: Vec<ProductId>,
    keys: Vec<ScopedKey>,
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
            appended: None,
            limit,
            closed: None,
        }
    }

    /// Forgets how far it was, after a transaction that was not committed: what
    /// is in the log is folded again.
    pub(crate) fn forget(&mut self) {
        *self = Self::after(self.limit);
    }

    /// Does its share for a batch that has appended `count` states and keys.
    pub(crate) fn go_on(
        &mut self,
        connection: &Connection,
        log: &mut Log,
        count: usize,
    ) -> Result<(), StorageError> {
        if count == 0 {
            return Ok(());
        }
        let appended = self.appended.map_or_else(|| log.length(), |it| it + count);
        self.appended = Some(appended);
        let mut part = match self.closed.take() {
            Some(part) => part,
            None if appended < self.limit => return Ok(()),
            None => {
                self.appended = Some(0);
                Part::of(log)
            }
        };
        part.write(connection, log, count)?;
        if part.is_written() {
            remove_until(connection, log, part.last)?;
        }
        let span = log.states.get_mut().span;
        if span.first <= part.last && span.first < span.last {
            self.closed = Some(part);
        }
        Ok(())
    }
}

impl Part {
    /// All of the log.
    fn of(log: &mut Log) -> Self {
        let (states, keys) = (log.states.get_mut(), log.keys.get_mut());
        let mut part = Self {
            last: states.span.last,
            users: states.users().map(|(id, _)| id).collect(),
            stocks: states.stocks().map(|(id, _)| id).collect(),
            keys: keys.all().map(|(key, _)| key.clone()).collect(),
        };
        part.users.sort_unstable_by(|left, right| right.cmp(left));
        part.stocks.sort_unstable_by(|left, right| right.cmp(left));
        part.keys.sort_unstable_by(|left, right| right.cmp(left));
        part
    }

    fn is_written(&self) -> bool {
        self.users.is_empty() && self.stocks.is_empty() && self.keys.is_empty()
    }

    /// Writes up to `count` rows.
    fn write(
        &mut self,
        connection: &Connection,
        log: &mut Log,
        count: usize,
    ) -> Result<(), StorageError> {
        let (states, keys) = (log.states.get_mut(), log.keys.get_mut());
        let mut left = count;
        // What is there no more was folded by an import meanwhile.
        let mut update = user::Update::prepare(connection)?;
        for id in share(&mut self.users, &mut left) {
            if let Some(state) = states.user(id) {
                update.run(id, &state)?;
            }
        }
        let mut update = product::UpdateStock::prepare(connection)?;
        for id in share(&mut self.stocks, &mut left) {
            if let Some(state) = states.stock(id) {
                update.run(id, &state)?;
            }
        }
        let mut insert = remembered::Insert::prepare(connection)?;
        for key in share(&mut self.keys, &mut left) {
            if let Some(reference) = keys.get(&key) {
                insert.run(&key, &reference)?;
            }
        }
        Ok(())
    }
}

/// Takes up to `left` rows from the end, the last one first, and counts them.
fn share<'a, T>(rows: &'a mut Vec<T>, left: &mut usize) -> impl Iterator<Item = T> + use<'a, T> {
    let from = rows.len().saturating_sub(*left);
    *left -= rows.len() - from;
    rows.drain(from..).rev()
}

/// Removes some of the entries up to `last`, of which all is in the tables. The
/// very last of the log stays.
fn remove_until(connection: &Connection, log: &mut Log, last: i64) -> Result<(), StorageError> {
    let (states, keys) = (log.states.get_mut(), log.keys.get_mut());
    let span = states.span;
    let end = last
        .min(span.last - 1)
        .min(span.first + ENTRIES_PER_BATCH - 1);
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
    let mut part = Part::of(&mut log);
    let last = part.last;
    part.write(connection, &mut log, usize::MAX)?;
    connection
        .prepare_cached("DELETE FROM state_log")?
        .execute([])?;
    connection
        .prepare_cached("INSERT INTO state_log (entry, states, keys) VALUES (?1, x'', x'')")?
        .execute([last + 1])?;
    Ok(())
}
