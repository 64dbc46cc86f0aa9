//! Writes what a dispatcher records.

use jumun_store::delivery::{Lease, Progress, Recorded};
use rusqlite::{Connection, params};

use super::views::newest_sequence;
use crate::rows::platform::GONE;
use crate::rows::run::PackedRun;
use crate::rows::{attempt, pending, platform, replay, run, stored};
use crate::storage::StorageError;

/// A record with its runs packed, so that the writer need not do it.
pub(super) struct PackedProgress {
    progress: Progress,
    runs: Vec<PackedRun>,
}

impl PackedProgress {
    /// Packs the runs of a record.
    ///
    /// # Errors
    ///
    /// [`StorageError::Refused`] for a run of a length that is not allowed.
    pub(super) fn of(mut progress: Progress) -> Result<Self, StorageError> {
        let now = crate::mint::now();
        let first_tries = std::mem::take(&mut progress.first_tries);
        let runs = first_tries.iter().map(|it| PackedRun::of(it, now));
        Ok(Self {
            runs: runs.collect::<Result<_, _>>()?,
            progress,
        })
    }
}

/// Writes the record within the open transaction, if its turn has come.
///
/// # Errors
///
/// [`StorageError::Refused`] for one that does not follow the one before:
/// nothing was written then. After any other error some of it was.
pub(super) fn write(
    connection: &Connection,
    lease: &Lease,
    packed: &PackedProgress,
) -> Result<Recorded, StorageError> {
    let progress = &packed.progress;
    let Some(found) = platform::find_leased(connection, lease)? else {
        return Ok(Recorded::Fenced);
    };
    let (position, records) = (found.position, found.records);
    if progress.number == records && records > 0 {
        return Ok(Recorded::Durably);
    }
    if progress.number != records + 1 {
        return Err(unfit(format!(
            "record {} does not follow record {records}",
            progress.number
        )));
    }
    let newest = newest_sequence(connection)?;
    if !(position..=newest.max(position)).contains(&progress.position) {
        return Err(unfit(format!(
            "position {} is not between the one before, {position}, and the newest event, {newest}",
            progress.position
        )));
    }
    write_all(connection, lease.platform, packed)?;
    Ok(Recorded::Durably)
}

fn write_all(
    connection: &Connection,
    platform: i64,
    packed: &PackedProgress,
) -> Result<(), StorageError> {
    let progress = &packed.progress;
    connection
        .prepare_cached("UPDATE platforms SET position = ?2, records = ?3 WHERE platform = ?1")?
        .execute([platform, stored(progress.position), stored(progress.number)])?;
    run::append(connection, platform, &packed.runs)?;
    attempt::append(connection, platform, &progress.attempts)?;
    for it in &progress.held {
        pending::write(connection, platform, it)?;
    }
    for sequence in &progress.delivered {
        pending::remove(connection, platform, *sequence)?;
    }
    for it in &progress.replays {
        replay::advance(connection, platform, it)?;
    }
    if let Some(at) = progress.gone_at {
        // A pause that is there stays so for its first reason.
        connection
            .prepare_cached(
                "UPDATE platforms SET pause_reason = ?2, paused_at = ?3
                 WHERE platform = ?1 AND pause_reason IS NULL",
            )?
            .execute(params![platform, GONE, at.as_micros()])?;
    }
    Ok(())
}

fn unfit(what: String) -> StorageError {
    StorageError::Refused(format!(
        "{what}; report this fault of the dispatcher, which goes on after a restart"
    ))
}
