//! Removes what is old of attempts, a lot at a time.

use jumun_domain::Timestamp;
use jumun_store::delivery::Lease;
use rusqlite::{Connection, params};

use super::forget;
use crate::options::PRUNE_LOT;
use crate::rows::platform;
use crate::storage::StorageError;

/// Removes a lot of the platform's attempts that ended before this time, and
/// tells whether there may be more. What a forgotten platform has left behind
/// goes with it. Does nothing once another holds the lease.
pub(super) fn prune(
    connection: &Connection,
    lease: &Lease,
    before: Timestamp,
) -> Result<bool, StorageError> {
    if platform::find_leased(connection, lease)?.is_none() {
        return Ok(false);
    }
    let mut more = forget::sweep(connection)?;
    for sql in [OLD_ATTEMPTS, OLD_RUNS] {
        let removed = connection.prepare_cached(sql)?.execute(params![
            lease.platform,
            PRUNE_LOT as i64,
            before.as_micros()
        ])?;
        more |= removed == PRUNE_LOT;
    }
    Ok(more)
}

// The oldest entries come first. One of a wrong clock among them stays for a
// while and holds up no other.
pub(super) const OLD_ATTEMPTS: &str = "DELETE FROM delivery_attempts
    WHERE platform = ?1 AND ended_at < ?3 AND entry IN
        (SELECT entry FROM delivery_attempts WHERE platform = ?1 ORDER BY entry LIMIT ?2)";

pub(super) const OLD_RUNS: &str = "DELETE FROM delivery_log
    WHERE platform = ?1 AND ended_at < ?3 AND entry IN
        (SELECT entry FROM delivery_log WHERE platform = ?1 ORDER BY entry LIMIT ?2)";
