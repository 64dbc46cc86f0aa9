//! What recent batches left of users and stocks, and which keys they remember.
//!
//! Users order at random, so a batch that wrote each of their rows would dirty a
//! page for nearly every order, and so would one that wrote each idempotency key
//! where it belongs. It appends all of that to `state_log` instead, in one row, and
//! it is folded into `users`, `stocks` and `idempotency_keys` later, in the order of
//! their keys. What a row says is the newest in the log, or else in its table.

mod encoding;
mod folding;
mod keys;
mod log;
mod rows;
mod view;

use jumun_domain::{Money, Product, ProductId, Units, User, UserId};
use rusqlite::Connection;

pub(crate) use folding::{Folding, fold, fold_all};
pub(crate) use keys::{Keys, LoggedKey, ScopedKey};
pub(crate) use log::{Changed, Log};
pub(crate) use view::View;

use crate::rows::user::Heads;
use crate::storage::StorageError;
use log::Span;
use rows::Rows;

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

/// The states of the log, as one connection has read or written them.
#[derive(Default)]
pub(crate) struct States {
    users: Rows<UserId, UserState>,
    stocks: Rows<ProductId, StockState>,
    span: Span,
    /// How many were read or written.
    taken_in: usize,
}

impl States {
    /// Reads what was appended since the last time, and forgets what was folded.
    /// To be called in the transaction whose rows they are laid over.
    ///
    /// After an error nothing is kept: what could not be read is not passed over the
    /// next time.
    pub(crate) fn refresh(&mut self, connection: &Connection) -> Result<(), StorageError> {
        let read = self.read_on(connection);
        if read.is_err() {
            *self = Self::default();
        }
        read
    }

    fn read_on(&mut self, connection: &Connection) -> Result<(), StorageError> {
        let news = self.span.read_on(connection, "states")?;
        if news.begins_anew {
            (self.users, self.stocks) = (Rows::default(), Rows::default());
        }
        for (entry, bytes) in news.entries {
            self.take_in(entry, &encoding::read_states(&bytes)?);
        }
        self.begin_at(self.span.first);
        Ok(())
    }

    /// Every user of whom the log has a state.
    pub(crate) fn users(&self) -> impl Iterator<Item = (UserId, UserState)> {
        let users = self.users.all(self.span.first);
        users.map(|(id, state)| (*id, state))
    }

    /// Every product of which it has one.
    pub(crate) fn stocks(&self) -> impl Iterator<Item = (ProductId, StockState)> {
        let stocks = self.stocks.all(self.span.first);
        stocks.map(|(id, state)| (*id, state))
    }

    pub(crate) fn user(&self, id: UserId) -> Option<UserState> {
        self.users.get(&id, self.span.first)
    }

    pub(crate) fn stock(&self, id: ProductId) -> Option<StockState> {
        self.stocks.get(&id, self.span.first)
    }

    fn take_in(&mut self, entry: i64, changed: &Changed) {
        self.taken_in += changed.users.len() + changed.stocks.len();
        for (id, state) in &changed.users {
            self.users.insert(*id, entry, *state);
        }
        for (id, state) in &changed.stocks {
            self.stocks.insert(*id, entry, *state);
        }
    }

    /// Entries before `first` are removed.
    fn begin_at(&mut self, first: i64) {
        self.span.first = first;
        self.users.forget_before(first);
        self.stocks.forget_before(first);
    }

    fn kept(&self) -> usize {
        self.users.kept() + self.stocks.kept()
    }
}

#[cfg(test)]
mod tests;
