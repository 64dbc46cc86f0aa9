//! Reads a shop that another process may be serving: no lock, no threads.

use std::path::Path;
use std::sync::Arc;

use jumun_domain::{Order, OrderId};
use jumun_store::{Fault, NumberedEvent, Page, PageOf, Shop};
use rusqlite::{Connection, OptionalExtension as _};

use crate::connection::Role;
use crate::error::OpenError;
use crate::key::StoredId;
use crate::migrate::{open_current, pinned_currency};
use crate::reads;
use crate::rows::event;
use crate::storage::StorageError;

/// A connection for bulk reads, page by page. Each page is one short snapshot,
/// so that a long export does not hold the write-ahead log back.
pub struct ShopReader {
    connection: Connection,
    shop: Shop,
}

impl ShopReader {
    /// Opens the database at `path`, which must be there and up to date.
    ///
    /// # Errors
    ///
    /// A file that is missing, not ours, or of another schema version.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let connection = open_current(path, Role::Reader)?;
        let currency = pinned_currency(&connection).map_err(|error| OpenError::Damaged {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Self {
            connection,
            shop: Shop { currency },
        })
    }

    /// What was pinned when the database was created.
    pub fn shop(&self) -> &Shop {
        &self.shop
    }

    /// All orders, oldest first; any UUIDv7 will do as `page.after`.
    ///
    /// # Errors
    ///
    /// [`Fault::Determinate`] when the database cannot be read.
    pub fn all_orders(&self, page: Page<OrderId>) -> Result<PageOf<Arc<Order>>, Fault> {
        reads::all_orders(&self.connection, page).map_err(|error| error.not_done())
    }

    /// Events with a sequence above `after`, oldest first.
    ///
    /// # Errors
    ///
    /// [`Fault::Determinate`] when the database cannot be read.
    pub fn events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault> {
        let failed = |error: rusqlite::Error| StorageError::from(error).not_done();
        let snapshot = self.connection.unchecked_transaction().map_err(failed)?;
        reads::events(&snapshot, after, limit).map_err(|error| error.not_done())
    }

    /// The newest order.
    ///
    /// # Errors
    ///
    /// [`Fault::Determinate`] when the database cannot be read.
    pub fn last_order(&self) -> Result<Option<OrderId>, Fault> {
        let id = |row: &rusqlite::Row<'_>| {
            Ok(OrderId(
                StoredId {
                    key: row.get(0)?,
                    low: row.get(1)?,
                }
                .uuid(),
            ))
        };
        self.connection
            .query_row(
                "SELECT key, id_low FROM orders ORDER BY key DESC LIMIT 1",
                [],
                id,
            )
            .optional()
            .map_err(|error| StorageError::from(error).not_done())
    }

    /// The sequence of the newest event, 0 where there is none.
    ///
    /// # Errors
    ///
    /// [`Fault::Determinate`] when the database cannot be read.
    pub fn last_sequence(&self) -> Result<u64, Fault> {
        let last = event::last_sequence(&self.connection).map_err(|error| error.not_done())?;
        // Sequences begin at 1.
        Ok(u64::try_from(last).unwrap_or(0))
    }
}
