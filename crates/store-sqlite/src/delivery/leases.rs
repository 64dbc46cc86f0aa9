//! Leases: who delivers to a platform, and how it stands.
//!
//! One process at a time has the file open as a server, so whoever asks gets
//! the lease: an earlier holder is the same process, or one that has ended. The
//! epoch still fences what an earlier holder sent on its way.

use std::time::Duration;

use jumun_domain::Timestamp;
use jumun_store::delivery::{Lease, Standing};
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::views::newest_sequence;
use crate::rows::{platform, replay, stored};
use crate::storage::StorageError;

/// Takes the lease, and makes a platform known that is not.
pub(super) fn take(
    connection: &Connection,
    name: &str,
    holder: Uuid,
    term: Duration,
    now: Timestamp,
) -> Result<Lease, StorageError> {
    let newest = stored(newest_sequence(connection)?);
    let term_us = i64::try_from(term.as_micros()).unwrap_or(i64::MAX);
    let holder = holder.as_bytes();
    let lease = |row: &Row<'_>| {
        Ok(Lease {
            platform: row.get(0)?,
            epoch: row.get(1)?,
            term,
        })
    };
    Ok(connection
        .prepare_cached(
            "INSERT INTO platforms
             (name, created_at, starts_after, position, records, epoch, holder, term)
             VALUES (?1, ?2, ?3, ?3, 0, 1, ?4, ?5)
             ON CONFLICT (name) DO UPDATE SET
             epoch = epoch + 1, holder = excluded.holder, term = excluded.term
             RETURNING platform, epoch",
        )?
        .query_row(
            params![name, now.as_micros(), newest, holder, term_us],
            lease,
        )?)
}

/// Gives it back. The epoch rises, so that nothing more is recorded under it.
pub(super) fn release(connection: &Connection, lease: &Lease) -> Result<(), StorageError> {
    connection
        .prepare_cached(
            "UPDATE platforms SET holder = NULL, epoch = epoch + 1
             WHERE platform = ?1 AND epoch = ?2",
        )?
        .execute([lease.platform, lease.epoch])?;
    Ok(())
}

/// Ends the leases of a server that has not given them back, so that operators
/// are not told that somebody delivers. Orders do not wait for that to work.
pub(crate) fn end_left_behind(connection: &Connection) {
    let ended = connection.execute(
        "UPDATE platforms SET holder = NULL, epoch = epoch + 1 WHERE holder IS NOT NULL",
        [],
    );
    if let Err(error) = ended {
        tracing::warn!(
            %error,
            "the leases of the last server could not be ended; they count as held until their platforms are taken up"
        );
    }
}

/// How the platform stands; `None` when the lease is no longer this one.
pub(super) fn standing(
    connection: &Connection,
    lease: &Lease,
) -> Result<Option<Standing>, StorageError> {
    let Some(found) = platform::find_leased(connection, lease)? else {
        return Ok(None);
    };
    Ok(Some(Standing {
        position: found.position,
        newest: newest_sequence(connection)?,
        records: found.records,
        pause: found.pause,
        replays: replay::of_platform(connection, lease.platform)?,
    }))
}
