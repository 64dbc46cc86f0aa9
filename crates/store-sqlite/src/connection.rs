//! Connections and how they are set up.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::OpenError;
use crate::frozen;
use crate::options::{
    BUSY_TIMEOUT, READER_CACHE_KIB, STATEMENT_CACHE, WAL_KEPT_BYTES, WRITER_CACHE_KIB,
};
use crate::vfs;

/// Marks a file as ours, in SQLite's header field for it: "jumn".
pub(crate) const APPLICATION_ID: i32 = 0x6a75_6d6e;

/// Versions before this one can lose committed writes when a checkpoint on one
/// connection meets a write on another (the WAL-reset bug, fixed in 3.51.3).
const LEAST_SQLITE: (&str, i32) = ("3.51.3", 3_051_003);

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// Writes, in transactions that fit into memory; creates nothing.
    Writer,
    /// Reads only, though it may write the index of the write-ahead log.
    Reader,
}

/// Refuses a SQLite that can lose commits.
pub(crate) fn assert_sqlite_version() -> Result<(), OpenError> {
    if rusqlite::version_number() < LEAST_SQLITE.1 {
        return Err(OpenError::UnsafeSqlite {
            found: rusqlite::version().to_owned(),
            least: LEAST_SQLITE.0,
        });
    }
    Ok(())
}

/// Opens a database that exists and is ours.
pub(crate) fn open(path: &Path, role: Role) -> Result<Connection, OpenError> {
    assert_sqlite_version()?;
    let connection = match role {
        Role::Writer => vfs::open(path, flags()),
        Role::Reader => match frozen::address(path) {
            Some(address) => Connection::open_with_flags(address, frozen::flags()),
            None => Connection::open_with_flags(path, flags()),
        },
    }
    .map_err(|error| explain(path, &error))?;
    set_up(&connection, role).map_err(|error| explain(path, &error))?;
    Ok(connection)
}

/// Read and write, but never create: a misspelt path must not become a shop.
fn flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

/// Durability and speed, the same for every connection of a role.
pub(crate) fn set_up(connection: &Connection, role: Role) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    // An answer leaves after its commit is on the disk, not in its cache.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // A read error of a mapped file would be a signal instead of an error code.
    connection.pragma_update(None, "mmap_size", 0)?;
    // The checkpoint thread does it.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "journal_size_limit", WAL_KEPT_BYTES)?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    let cache = match role {
        Role::Writer => WRITER_CACHE_KIB,
        Role::Reader => READER_CACHE_KIB,
    };
    // Negative: in KiB.
    connection.pragma_update(None, "cache_size", -cache)?;
    connection.pragma_update(None, "query_only", role == Role::Reader)
}

/// An error of SQLite while opening, in words.
pub(crate) fn explain(path: &Path, error: &rusqlite::Error) -> OpenError {
    let path = path.to_owned();
    let unusable = |remedy| OpenError::Unusable {
        path: path.clone(),
        reason: error.to_string(),
        remedy,
    };
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::NotOurs { path },
        Some(
            ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied
            | ErrorCode::AuthorizationForStatementDenied,
        ) => unusable("check that the folder exists and that this user may read and write it"),
        Some(ErrorCode::ReadOnly) => {
            unusable("give this user the right to write the file and its folder")
        }
        Some(ErrorCode::DiskFull) => unusable("the disk is full: free some space and start again"),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            unusable("another process holds it: end what else writes to it and start again")
        }
        Some(ErrorCode::SystemIoFailure) => {
            unusable("the storage failed: check the disk and the system's log")
        }
        _ => OpenError::Damaged {
            path,
            reason: error.to_string(),
        },
    }
}
