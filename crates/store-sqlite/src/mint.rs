//! The clock and the ids, which the domain takes as inputs.

use std::time::{SystemTime, UNIX_EPOCH};

use jumun_domain::{IdSequence, Timestamp};
use rusqlite::Connection;
use uuid::Uuid;

/// The system's clock.
pub(crate) fn now() -> Timestamp {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}

/// The ids of one transaction: they go on after the last one that any process
/// has minted in this database, whatever the clock says.
pub(crate) fn resume(connection: &Connection) -> rusqlite::Result<IdSequence> {
    let last: i64 = connection
        .prepare_cached("SELECT last_key FROM shop")?
        .query_row([], |row| row.get(0))?;
    let (entropy, _) = Uuid::new_v4().as_u64_pair();
    Ok(IdSequence::resume(
        u64::try_from(last).unwrap_or(0),
        entropy,
    ))
}

/// Notes how far the ids have come, in the same transaction.
pub(crate) fn save(connection: &Connection, ids: &IdSequence) -> rusqlite::Result<()> {
    // 60 bits: fits.
    let last = i64::try_from(ids.position()).unwrap_or(i64::MAX);
    connection
        .prepare_cached("UPDATE shop SET last_key = ?1 WHERE last_key < ?1")?
        .execute([last])?;
    Ok(())
}
