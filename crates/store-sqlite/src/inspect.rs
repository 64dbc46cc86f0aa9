//! How a database file is set, for who checks a deployment.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use crate::connection::{Role, explain};
use crate::error::OpenError;
use crate::migrate::open_current;

/// How a shop's file is set, as a server on it would find it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inspection {
    /// `wal`, as we create it: with another mode readers and the writer stop
    /// each other.
    pub journal_mode: String,
    /// Whether a commit waits for the disk on a connection of ours.
    pub waits_for_disk: bool,
    /// Whether it can be written; a server that writes now is no hindrance.
    pub is_writable: bool,
}

/// Looks at the database at `path`, which must be there and up to date. It
/// changes nothing.
///
/// # Errors
///
/// A file that is missing, not ours, or of another schema version.
pub fn inspect(path: &Path) -> Result<Inspection, OpenError> {
    let mut connection = open_current(path, Role::Writer)?;
    let is_writable = is_writable(&mut connection).map_err(|error| explain(path, &error))?;
    read(&connection, is_writable).map_err(|error| explain(path, &error))
}

fn read(connection: &Connection, is_writable: bool) -> rusqlite::Result<Inspection> {
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    Ok(Inspection {
        journal_mode: connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?,
        // FULL and EXTRA.
        waits_for_disk: synchronous >= 2,
        is_writable,
    })
}

/// Begins a write, and leaves it.
fn is_writable(connection: &mut Connection) -> rusqlite::Result<bool> {
    let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    match begun.map(|transaction| transaction.rollback()) {
        Ok(_) => Ok(true),
        Err(error) => match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Ok(true),
            Some(ErrorCode::ReadOnly) => Ok(false),
            _ => Err(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, migrate};

    #[test]
    fn a_shop_is_found_as_it_was_created_and_another_mode_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.db");
        assert!(matches!(inspect(&path), Err(OpenError::Missing { .. })));
        migrate(&path, &Options::default()).unwrap();
        let expected = Inspection {
            journal_mode: "wal".to_owned(),
            waits_for_disk: true,
            is_writable: true,
        };
        assert_eq!(inspect(&path).unwrap(), expected);
        let other = Connection::open(&path).unwrap();
        other
            .pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))
            .unwrap();
        drop(other);
        assert_eq!(inspect(&path).unwrap().journal_mode, "delete");
    }
}
