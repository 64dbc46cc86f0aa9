//! Creating a database and bringing its schema up to date.

use std::fs::File;
use std::path::Path;

use jumun_store::Currency;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::connection::{APPLICATION_ID, Role, assert_sqlite_version, explain, open, set_up};
use crate::error::OpenError;
use crate::lock;
use crate::options::{BUSY_TIMEOUT, Options};
use crate::private;
use crate::storage::StorageError;

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// What [`migrate`] did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Migration {
    /// The schema version before; 0 for a new file.
    pub from: i32,
    /// The schema version now.
    pub to: i32,
}

/// Creates the database if there is none, and brings its schema up to date.
///
/// Each migration is one transaction; several processes may do this at once,
/// and take turns.
///
/// # Errors
///
/// A file that is not ours, a schema newer than this program, one that is older
/// while a server runs on it, a currency other than the pinned one, or storage that
/// cannot be written; the file is then as it was.
pub fn migrate(path: &Path, options: &Options) -> Result<Migration, OpenError> {
    bring_up_to_date(path, options, || lock::is_served(path))
}

/// The same for the server itself, which holds the lock.
pub(crate) fn migrate_for_server(path: &Path, options: &Options) -> Result<Migration, OpenError> {
    bring_up_to_date(path, options, || false)
}

fn bring_up_to_date(
    path: &Path,
    options: &Options,
    is_served: impl FnOnce() -> bool,
) -> Result<Migration, OpenError> {
    assert_sqlite_version()?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // What stands in the way of it is told by the opening.
    let _ = private::options().write(true).create_new(true).open(path);
    let mut connection =
        Connection::open_with_flags(path, flags).map_err(|error| explain(path, &error))?;
    connection
        .busy_timeout(BUSY_TIMEOUT)
        .map_err(|error| explain(path, &error))?;
    let _turn = take_turn(path)?;
    let from = recognise(path, &connection)?;
    let known = latest_version();
    if from > known {
        return Err(OpenError::Newer {
            path: path.to_owned(),
            found: from,
            known,
        });
    }
    if (1..known).contains(&from) && is_served() {
        return Err(OpenError::OlderIsServed {
            path: path.to_owned(),
            found: from,
            known,
        });
    }
    if from < known {
        prepare(&mut connection).map_err(|error| explain(path, &error))?;
        embedded::migrations::runner()
            .run(&mut connection)
            .map_err(|error| migration_failed(path, &error))?;
    }
    pin_currency(&mut connection, options.currency.unwrap_or(Currency::KRW))
        .map_err(|error| explain(path, &error))?;
    if let Some(asked) = options.currency {
        check_currency(path, &connection, asked)?;
    }
    Ok(Migration { from, to: known })
}

/// One process at a time looks which migrations are missing and runs them. The
/// lock is on the folder, so that no file of it stays behind.
fn take_turn(path: &Path) -> Result<File, OpenError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let take = || {
        let folder = File::open(folder.unwrap_or(Path::new(".")))?;
        folder.lock()?;
        Ok(folder)
    };
    take().map_err(|error: std::io::Error| OpenError::Unusable {
        path: path.to_owned(),
        reason: error.to_string(),
        remedy: "check that this user may read its folder",
    })
}

/// Refuses, without touching it, a file that is not ours or newer than this
/// program.
pub(crate) fn check_ours(path: &Path) -> Result<(), OpenError> {
    if !path.exists() {
        return Ok(());
    }
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(|error| explain(path, &error))?;
    let found = recognise(path, &connection)?;
    let known = latest_version();
    if found > known {
        return Err(OpenError::Newer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    check_one_name(path)
}

/// Two servers on one file under two names would not see each other's lock,
/// and each would have a log of its own.
fn check_one_name(path: &Path) -> Result<(), OpenError> {
    let names = std::fs::metadata(path).map_or(1, |it| std::os::unix::fs::MetadataExt::nlink(&it));
    if names > 1 {
        return Err(OpenError::Unusable {
            path: path.to_owned(),
            reason: format!("the file has {names} names (hard links)"),
            remedy: "remove the others, or serve a copy: two servers could run on it unseen",
        });
    }
    Ok(())
}

/// Opens a database whose schema must be the one this program knows, without
/// changing it.
pub(crate) fn open_current(path: &Path, role: Role) -> Result<Connection, OpenError> {
    if !path.exists() {
        return Err(OpenError::Missing {
            path: path.to_owned(),
        });
    }
    let connection = open(path, role)?;
    let found = recognise(path, &connection)?;
    let known = latest_version();
    if found > known {
        return Err(OpenError::Newer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    if found < known {
        return Err(OpenError::Older {
            path: path.to_owned(),
            found,
            known,
        });
    }
    Ok(connection)
}

/// The currency pinned in the database.
pub(crate) fn pinned_currency(connection: &Connection) -> Result<Currency, StorageError> {
    let code: String = connection.query_row("SELECT currency FROM shop", [], |row| row.get(0))?;
    code.parse()
        .map_err(|error| StorageError::corrupt("shop", error))
}

/// The schema version of a file of ours, 0 for an empty one.
fn recognise(path: &Path, connection: &Connection) -> Result<i32, OpenError> {
    let explain = |error: rusqlite::Error| explain(path, &error);
    let id: i32 = connection
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .map_err(explain)?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(explain)?;
    match (id, tables) {
        (0 | APPLICATION_ID, 0) => Ok(0),
        (APPLICATION_ID, _) => connection
            .query_row(
                "SELECT coalesce(max(version), 0) FROM refinery_schema_history",
                [],
                |row| row.get(0),
            )
            .map_err(explain),
        _ => Err(OpenError::NotOurs {
            path: path.to_owned(),
        }),
    }
}

/// Marks a new file as ours and switches it to the write-ahead log.
fn prepare(connection: &mut Connection) -> rusqlite::Result<()> {
    set_up(connection, Role::Writer)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))
}

fn pin_currency(connection: &mut Connection, currency: Currency) -> rusqlite::Result<()> {
    let now = crate::mint::now().as_micros();
    let pinned: i64 = connection.query_row("SELECT count(*) FROM shop", [], |row| row.get(0))?;
    if pinned == 0 {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT INTO shop (singleton, currency, created_at, last_key) VALUES (1, ?1, ?2, 0)
             ON CONFLICT DO NOTHING",
            rusqlite::params![currency.as_str(), now],
        )?;
        transaction.commit()?;
    }
    Ok(())
}

fn check_currency(path: &Path, connection: &Connection, asked: Currency) -> Result<(), OpenError> {
    let pinned = pinned_currency(connection).map_err(|error| OpenError::Damaged {
        path: path.to_owned(),
        reason: error.to_string(),
    })?;
    if pinned == asked {
        Ok(())
    } else {
        Err(OpenError::OtherCurrency {
            path: path.to_owned(),
            pinned: pinned.to_string(),
            asked: asked.to_string(),
        })
    }
}

fn latest_version() -> i32 {
    let runner = embedded::migrations::runner();
    runner
        .get_migrations()
        .iter()
        .map(refinery::Migration::version)
        .max()
        .unwrap_or(0)
}

fn migration_failed(path: &Path, error: &refinery::Error) -> OpenError {
    let mut reason = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if let Some(sqlite) = inner.downcast_ref::<rusqlite::Error>() {
            return explain(path, sqlite);
        }
        reason = inner.to_string();
        source = inner.source();
    }
    OpenError::Damaged {
        path: path.to_owned(),
        reason,
    }
}
