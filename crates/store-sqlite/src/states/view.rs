//! What a transaction sees: its tables, and the states that are laid over them.

use std::cell::{Cell, RefCell};
use std::ops::Deref;

use jumun_domain::{Product, ProductId, UserId};
use rusqlite::Connection;

use super::{States, StockState, UserState};
use crate::rows::user::StoredUser;
use crate::storage::StorageError;

/// A connection within a transaction, with the states of its log. Rows of users
/// and stocks are read through it.
pub(crate) struct View<'a> {
    connection: &'a Connection,
    states: &'a RefCell<States>,
    /// Whether the states are those of this transaction.
    fresh: Cell<bool>,
}

impl<'a> View<'a> {
    /// Of a transaction that has just begun; the log is read when a state is
    /// asked for.
    pub(crate) fn new(connection: &'a Connection, states: &'a RefCell<States>) -> Self {
        Self {
            connection,
            states,
            fresh: Cell::new(false),
        }
    }

    /// Of a transaction whose states are read already.
    pub(crate) fn fresh(connection: &'a Connection, states: &'a RefCell<States>) -> Self {
        Self {
            connection,
            states,
            fresh: Cell::new(true),
        }
    }

    pub(crate) fn user(&self, id: UserId) -> Result<Option<UserState>, StorageError> {
        self.look(|states| states.user(id))
    }

    pub(crate) fn stock(&self, id: ProductId) -> Result<Option<StockState>, StorageError> {
        self.look(|states| states.stock(id))
    }

    /// A user as the table has them, brought up to date.
    pub(crate) fn current_user(&self, mut found: StoredUser) -> Result<StoredUser, StorageError> {
        if let Some(state) = self.user(found.user.id)? {
            found.user.balance = state.balance;
            found.user.paid = state.paid;
            found.heads = state.heads;
        }
        Ok(found)
    }

    /// A product as the tables have it, brought up to date.
    pub(crate) fn current_product(&self, mut found: Product) -> Result<Product, StorageError> {
        if let Some(state) = self.stock(found.id)? {
            found.stock = state.stock;
            found.sold = state.sold;
        }
        Ok(found)
    }

    fn look<T>(&self, find: impl FnOnce(&States) -> T) -> Result<T, StorageError> {
        if !self.fresh.get() {
            self.states.borrow_mut().refresh(self.connection)?;
            self.fresh.set(true);
        }
        Ok(find(&self.states.borrow()))
    }
}

impl Deref for View<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}
