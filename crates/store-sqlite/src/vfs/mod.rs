//! Writes a commit's part of the write-ahead log in few system calls, and has a
//! checkpoint reach the disk bit by bit.
//!
//! SQLite writes each frame of the log by two calls, a header of 24 bytes and a
//! page, and neither begins where a page of the system's cache does: a tenth
//! and more of the writer's time went there. Connections that are opened here
//! gather frames in memory ([`Buffer`](buffer::Buffer)) and write them together.
//! The file gets the same bytes in the same order, and has all of a commit
//! before SQLite syncs it or shows it to other connections.
//!
//! A frame may wait in memory only as long as this connection alone may write
//! the log: later its place can be another process's, whose commit it would
//! destroy. Two things see to that:
//!
//! - SQLite spills no page before the commit (`cache_spill` is off). So it
//!   writes frames at a commit only, one after the other, of which the last
//!   commits and empties the buffer.
//! - Any error empties it too: SQLite then gives the transaction up.
//!
//! A checkpoint writes some ten MiB into the database file and syncs them at its end.
//! Whoever commits in that moment waits until the disk has taken all of it, ten
//! milliseconds and more. So the file is synced while it is written, too.

mod buffer;
mod shim;

use std::path::Path;

use rusqlite::{Connection, OpenFlags, ffi};

/// Opens a database whose log is written a commit at a time. All that a
/// transaction changes stays in memory until then, beyond `cache_size` if need
/// be: this is for transactions that are bounded.
///
/// # Errors
///
/// Those of SQLite.
pub(crate) fn open(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let name = shim::register()
        .map_err(|code| rusqlite::Error::SqliteFailure(ffi::Error::new(code), None))?;
    let connection = Connection::open_with_flags_and_vfs(path, flags, name)?;
    connection.pragma_update(None, "cache_spill", false)?;
    Ok(connection)
}

#[cfg(test)]
mod tests;
