//! Forgets a platform: first its row, whole, then what was recorded, in lots.

use jumun_domain::Actor;
use jumun_store::access::{ChangeLine, PlatformChange};
use rusqlite::{Connection, OptionalExtension as _};

use crate::access::lines;
use crate::mint;
use crate::options::PRUNE_LOT;
use crate::rows::{optional, platform};
use crate::storage::StorageError;

/// Forgets a platform that nobody delivers to. `Some(false)` when somebody
/// does, `None` when there is none of that name. [`sweep`] removes the rest.
///
/// `served` tells whether a server runs. It is asked within the transaction: a
/// server that starts later takes no lease before the transaction has ended.
pub(super) fn forget(
    connection: &Connection,
    name: &str,
    by: &Actor,
    served: impl FnOnce() -> bool,
) -> Result<Option<bool>, StorageError> {
    let Some(found) = platform::find(connection, name)? else {
        return Ok(None);
    };
    if found.held && served() {
        return Ok(Some(false));
    }
    for sql in [
        "DELETE FROM platforms WHERE platform = ?1",
        "DELETE FROM delivery_replays WHERE platform = ?1",
        "INSERT INTO forgotten_platforms (platform) VALUES (?1)",
    ] {
        connection.prepare_cached(sql)?.execute([found.platform])?;
    }
    let what = PlatformChange::Forget(found.position);
    let line = ChangeLine::of_platform(name, what, by);
    lines::add(connection, &line, mint::now())?;
    Ok(Some(true))
}

/// Removes a lot of what a forgotten platform has left, and tells whether there
/// may be more, of it or another.
pub(super) fn sweep(connection: &Connection) -> Result<bool, StorageError> {
    let mut statement =
        connection.prepare_cached("SELECT platform FROM forgotten_platforms LIMIT 1")?;
    let platform: Option<i64> = optional(statement.query([])?, |row| Ok(row.get(0)?))?;
    let Some(platform) = platform else {
        return Ok(false);
    };
    let lot = PRUNE_LOT as i64;
    for sql in LEFTOVERS {
        let removed = connection.prepare_cached(sql)?.execute([platform, lot])?;
        if removed > 0 {
            return Ok(true);
        }
    }
    connection
        .prepare_cached("DELETE FROM forgotten_platforms WHERE platform = ?1")?
        .execute([platform])?;
    let another = connection
        .prepare_cached("SELECT 1 FROM forgotten_platforms LIMIT 1")?
        .query_row([], |_| Ok(()))
        .optional()?;
    Ok(another.is_some())
}

pub(super) const LEFTOVERS: [&str; 3] = [
    "DELETE FROM pending_deliveries WHERE platform = ?1 AND sequence IN
        (SELECT sequence FROM pending_deliveries WHERE platform = ?1 LIMIT ?2)",
    "DELETE FROM delivery_attempts WHERE platform = ?1 AND entry IN
        (SELECT entry FROM delivery_attempts WHERE platform = ?1 LIMIT ?2)",
    "DELETE FROM delivery_log WHERE platform = ?1 AND entry IN
        (SELECT entry FROM delivery_log WHERE platform = ?1 LIMIT ?2)",
];
