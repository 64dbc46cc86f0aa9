//! The look at revocations that comes before each use of a token.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jumun_store::Fault;
use jumun_store::access::{MAX_REVOCATIONS, Revocation, TokenId};
use rusqlite::{Connection, ErrorCode};

use crate::connection::Role;
use crate::error::OpenError;
use crate::migrate::open_current;
use crate::readers;
use crate::rows::{collect, stored};
use crate::storage::StorageError;

/// A reader for revocations alone: it waits behind no list and no report. A
/// look is a few reads of pages that are in the system's cache, because every
/// look needs the same ones, and takes some microseconds; a way to another
/// thread and back would take longer than that, so it is done on the spot.
pub(crate) struct Glance {
    /// `None` once the store is closed.
    connection: Mutex<Option<Connection>>,
}

impl Glance {
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let connection = open_current(path, Role::Reader)?;
        // Nobody but a look waits on the spot, and it never waits for a writer:
        // only while the log is recovered, which `look` leaves to others.
        connection
            .busy_timeout(Duration::ZERO)
            .map_err(|error| crate::connection::explain(path, &error))?;
        Ok(Self {
            connection: Mutex::new(Some(connection)),
        })
    }

    /// Looks now. `None` while the database is taken by a recovery: whoever
    /// asked looks by a way that may wait.
    pub(super) fn look<T>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StorageError>,
    ) -> Option<Result<T, Fault>> {
        // A look is one statement, which a panic ends as well.
        let connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(connection) = connection.as_ref() else {
            return Some(Err(readers::closed()));
        };
        match query(connection) {
            Err(StorageError::Sqlite(error)) if is_busy(&error) => None,
            looked => Some(looked.map_err(|error| error.not_done())),
        }
    }

    /// Lets go of the database; later looks are refused.
    pub(crate) fn close(&self) {
        let mut connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *connection = None;
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// The revocations above a number, oldest first.
pub(super) fn above(connection: &Connection, after: u64) -> Result<Vec<Revocation>, StorageError> {
    let mut statement = connection.prepare_cached(ABOVE)?;
    let limit = i64::try_from(MAX_REVOCATIONS).unwrap_or(i64::MAX);
    collect(statement.query([stored(after), limit])?, |row| {
        let corrupt = || StorageError::corrupt("revocations", "number out of range");
        Ok(Revocation {
            number: u64::try_from(row.get::<_, i64>(0)?).map_err(|_| corrupt())?,
            id: TokenId::from_key(row.get(1)?).ok_or_else(corrupt)?,
        })
    })
}

/// The number of the newest revocation; 0 before the first.
pub(super) fn newest(connection: &Connection) -> Result<u64, StorageError> {
    let mut statement = connection.prepare_cached(NEWEST)?;
    let newest: i64 = statement.query_row([], |row| row.get(0))?;
    u64::try_from(newest).map_err(|_| StorageError::corrupt("revocations", "number out of range"))
}

pub(super) const ABOVE: &str =
    "SELECT number, token FROM revocations WHERE number > ?1 ORDER BY number LIMIT ?2";

pub(super) const NEWEST: &str = "SELECT coalesce(max(number), 0) FROM revocations";
