//! Moves states from the log into their tables, a few with each batch.

use jumun_domain::{ProductId, UserId};
use rusqlite::{Connection, TransactionBehavior};

use super::States;
use crate::options::STATE_LOG_STATES;
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
    /// States appended since a part was closed; `None` until those are counted
    /// that an earlier process has left.
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

    /// Does its share for a batch that has appended `count` states.
    pub(crate) fn go_on(
        &mut self,
        connection: &Connection,
        states: &mut States,
        count: usize,
    ) -> Result<(), StorageError> {
        if count == 0 {
            return Ok(());
        }
        let appended = self.appended.map_or(states.kept(), |it| it + count);
        self.appended = Some(appended);
        let mut part = match self.closed.take() {
            Some(part) => part,
            None if appended < self.limit => return Ok(()),
            None => {
                self.appended = Some(0);
                Part::of(states)
            }
        };
        part.write(connection, states, count)?;
        if part.is_written() {
            states.remove_until(connection, part.last)?;
        }
        if states.first <= part.last && states.first < states.last {
            self.closed = Some(part);
        }
        Ok(())
    }
}

impl Part {
    /// All of the log.
    fn of(states: &States) -> Self {
        let mut part = Self {
            last: states.last,
            users: states.users().map(|(id, _)| id).collect(),
            stocks: states.stocks().map(|(id, _)| id).collect(),
        };
        part.users.sort_unstable_by(|left, right| right.cmp(left));
        part.stocks.sort_unstable_by(|left, right| right.cmp(left));
        part
    }

    fn is_written(&self) -> bool {
        self.users.is_empty() && self.stocks.is_empty()
    }

    /// Writes up to `count` rows.
    fn write(
        &mut self,
        connection: &Connection,
        states: &States,
        count: usize,
    ) -> Result<(), StorageError> {
        let users = self.users.len().saturating_sub(count);
        let mut update = user::Update::prepare(connection)?;
        let mut written = 0;
        for id in self.users.drain(users..).rev() {
            written += 1;
            // Folded by an import meanwhile, if it is there no more.
            if let Some(state) = states.user(id) {
                update.run(id, &state)?;
            }
        }
        let stocks = self.stocks.len().saturating_sub(count - written);
        let mut update = product::UpdateStock::prepare(connection)?;
        for id in self.stocks.drain(stocks..).rev() {
            if let Some(state) = states.stock(id) {
                update.run(id, &state)?;
            }
        }
        Ok(())
    }
}

impl States {
    /// Removes some of the entries up to `last`, all of whose states are in their
    /// tables. The very last of the log stays.
    fn remove_until(&mut self, connection: &Connection, last: i64) -> Result<(), StorageError> {
        let end = last
            .min(self.last - 1)
            .min(self.first + ENTRIES_PER_BATCH - 1);
        connection
            .prepare_cached("DELETE FROM state_log WHERE entry <= ?1")?
            .execute([end])?;
        self.begin_at(self.first.max(end + 1));
        Ok(())
    }
}

/// [`fold_all`] in a transaction of its own.
pub(crate) fn fold(connection: &mut Connection) -> Result<(), StorageError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    fold_all(&transaction)?;
    Ok(transaction.commit()?)
}

/// Writes all states into their tables: afterwards those alone tell everything.
///
/// An entry without states takes the place of all, under a new number: whoever has
/// read those before it knows by this that they count no more.
pub(crate) fn fold_all(connection: &Connection) -> Result<(), StorageError> {
    let mut states = States::default();
    states.refresh(connection)?;
    if states.kept() == 0 {
        return Ok(());
    }
    let mut part = Part::of(&states);
    part.write(connection, &states, usize::MAX)?;
    connection
        .prepare_cached("DELETE FROM state_log")?
        .execute([])?;
    connection
        .prepare_cached("INSERT INTO state_log (entry, states) VALUES (?1, x'')")?
        .execute([states.last + 1])?;
    Ok(())
}
