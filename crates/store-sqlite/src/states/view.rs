//! What a transaction sees: its tables, and the states that are laid over them.

use std::cell::Cell;
use std::ops::Deref;

use jumun_domain::{Product, ProductId, UserId};
use rusqlite::Connection;

use super::{Log, ScopedKey, States, StockState, UserState};
use crate::remembered::Reference;
use crate::rows::user::StoredUser;
use crate::storage::StorageError;

/// A connection within a transaction, with what it knows of the log. Rows of users,
/// stocks and idempotency keys are read through it.
pub(crate) struct View<'a> {
    connection: &'a Connection,
    log: &'a Log,
    /// Whether the states are those of this transaction.
    has_states: Cell<bool>,
    /// The same of the keys, which few readers ask for.
    has_keys: Cell<bool>,
}

impl<'a> View<'a> {
    /// Of a transaction that has just begun; the log is read when it is needed.
    pub(crate) fn new(connection: &'a Connection, log: &'a Log) -> Self {
        Self {
            connection,
            log,
            has_states: Cell::new(false),
            has_keys: Cell::new(false),
        }
    }

    /// Of a transaction whose log is read already.
    pub(crate) fn fresh(connection: &'a Connection, log: &'a Log) -> Self {
        Self {
            connection,
            log,
            has_states: Cell::new(true),
            has_keys: Cell::new(true),
        }
    }

    /// What the log remembers of a key.
    pub(crate) fn key(&self, key: &ScopedKey) -> Result<Option<Reference>, StorageError> {
        if !self.has_keys.get() {
            self.log.keys.borrow_mut().refresh(self.connection)?;
            self.has_keys.set(true);
        }
        Ok(self.log.keys.borrow().get(key))
    }

    /// The greatest UUID below `ceiling` that is a key in the log.
    pub(crate) fn greatest_key_below(&self, ceiling: u128) -> Option<u128> {
        self.log.keys.borrow().greatest_below(ceiling)
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
        if !self.has_states.get() {
            self.log.states.borrow_mut().refresh(self.connection)?;
            self.has_states.set(true);
        }
        Ok(find(&self.log.states.borrow()))
    }
}

impl Deref for View<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}
