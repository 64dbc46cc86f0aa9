//! What recent batches left of users and stocks.
//!
//! Users order at random, so a batch that wrote each of their rows would dirty a
//! page for nearly every order. It appends their new states to `state_log`
//! instead, in one row, and they are folded into `users` and `stocks` later, in
//! the order of their ids. The state of a row is the newest in the log, or else
//! what its table says.

mod encoding;
mod folding;
mod view;

use std::collections::HashMap;

use foldhash::fast::FixedState;
use jumun_domain::{Money, Product, ProductId, Units, User, UserId};
use rusqlite::{Connection, params};

pub(crate) use folding::{Folding, fold, fold_all};
pub(crate) use view::View;

use crate::rows::user::Heads;
use crate::storage::StorageError;

/// What changes of a user.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct UserState {
    pub(crate) balance: Money,
    pub(crate) paid: Money,
    pub(crate) heads: Heads,
}

impl UserState {
    pub(crate) fn of(user: &User, heads: Heads) -> Self {
        Self {
            balance: user.balance,
            paid: user.paid,
            heads,
        }
    }
}

/// What orders change of a product.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct StockState {
    pub(crate) stock: Units,
    pub(crate) sold: Units,
}

impl StockState {
    pub(crate) fn of(product: &Product) -> Self {
        Self {
            stock: product.stock,
            sold: product.sold,
        }
    }
}

/// The states that one batch left, each row once.
#[derive(Default, Debug)]
pub(crate) struct Changed {
    pub(crate) users: Vec<(UserId, UserState)>,
    pub(crate) stocks: Vec<(ProductId, StockState)>,
}

impl Changed {
    pub(crate) fn len(&self) -> usize {
        self.users.len() + self.stocks.len()
    }
}

/// A state, and the entry of the log that has it.
type Newest<K, V> = HashMap<K, (i64, V), FixedState>;

/// The newest states of the log, as one connection has read or written them.
#[derive(Default)]
pub(crate) struct States {
    users: Newest<UserId, UserState>,
    stocks: Newest<ProductId, StockState>,
    /// The log's first entry: states of earlier ones are folded, and count no more.
    first: i64,
    /// Its last entry; 0 before the first one.
    last: i64,
    /// How many states, folded ones among them, make it forget those.
    crowded_at: usize,
}

/// States kept before the folded ones are forgotten, at least.
const LEAST_CROWD: usize = 1 << 12;

impl States {
    /// Reads what was appended since the last time, and forgets what was folded.
    /// To be called in the transaction whose rows they are laid over.
    pub(crate) fn refresh(&mut self, connection: &Connection) -> Result<(), StorageError> {
        let (first, last): (Option<i64>, Option<i64>) = connection
            .prepare_cached(
                "SELECT (SELECT min(entry) FROM state_log), (SELECT max(entry) FROM state_log)",
            )?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (first, last) = (first.unwrap_or(0), last.unwrap_or(0));
        if last < self.last {
            // Another file's log.
            *self = Self::default();
        }
        let known = self.last.max(first - 1);
        if last > known {
            let mut statement = connection.prepare_cached(
                "SELECT entry, states FROM state_log WHERE entry > ?1 ORDER BY entry",
            )?;
            let mut rows = statement.query([known])?;
            while let Some(row) = rows.next()? {
                let bytes = row.get_ref(1)?.as_blob().unwrap_or_default();
                self.take_in(row.get(0)?, &encoding::decode(bytes)?);
            }
        }
        self.last = last;
        self.begin_at(first);
        Ok(())
    }

    /// Appends what a batch left, if anything.
    pub(crate) fn append(
        &mut self,
        connection: &Connection,
        changed: &Changed,
    ) -> Result<(), StorageError> {
        if changed.len() == 0 {
            return Ok(());
        }
        let entry = self.last + 1;
        connection
            .prepare_cached("INSERT INTO state_log (entry, states) VALUES (?1, ?2)")?
            .execute(params![entry, encoding::encode(changed)])?;
        self.take_in(entry, changed);
        if self.first == 0 {
            self.first = entry;
        }
        self.last = entry;
        Ok(())
    }

    /// Every user of whom the log has a state.
    pub(crate) fn users(&self) -> impl Iterator<Item = (UserId, UserState)> {
        live(&self.users, self.first)
    }

    /// Every product of which it has one.
    pub(crate) fn stocks(&self) -> impl Iterator<Item = (ProductId, StockState)> {
        live(&self.stocks, self.first)
    }

    pub(crate) fn user(&self, id: UserId) -> Option<UserState> {
        let (entry, state) = self.users.get(&id)?;
        (*entry >= self.first).then_some(*state)
    }

    pub(crate) fn stock(&self, id: ProductId) -> Option<StockState> {
        let (entry, state) = self.stocks.get(&id)?;
        (*entry >= self.first).then_some(*state)
    }

    fn take_in(&mut self, entry: i64, changed: &Changed) {
        for (id, state) in &changed.users {
            self.users.insert(*id, (entry, *state));
        }
        for (id, state) in &changed.stocks {
            self.stocks.insert(*id, (entry, *state));
        }
    }

    /// States of entries before `first` count no more.
    fn begin_at(&mut self, first: i64) {
        self.first = first;
        if self.kept() > self.crowded_at.max(LEAST_CROWD) {
            self.users.retain(|_, (entry, _)| *entry >= first);
            self.stocks.retain(|_, (entry, _)| *entry >= first);
            // Twice what is left, so that this is rarely done.
            self.crowded_at = 2 * self.kept();
        }
    }

    fn kept(&self) -> usize {
        self.users.len() + self.stocks.len()
    }
}

fn live<K: Copy, V: Copy>(rows: &Newest<K, V>, first: i64) -> impl Iterator<Item = (K, V)> {
    let live = rows.iter().filter(move |(_, (entry, _))| *entry >= first);
    live.map(|(id, (_, state))| (*id, *state))
}

#[cfg(test)]
mod tests;
