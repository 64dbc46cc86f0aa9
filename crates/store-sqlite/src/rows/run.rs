//! Rows of `delivery_log`: packed runs of first attempts.

use jumun_domain::Timestamp;
use jumun_store::delivery::{FirstTries, FirstTry, MAX_RUN};
use rusqlite::{Connection, Row, params};

use super::{Decoder, Result, StorageError};

pub(crate) const COLUMNS: &str = "first_sequence, tries";

pub(crate) fn decode(row: &Row<'_>) -> Result<FirstTries> {
    const TABLE: &str = "delivery_log";
    let first_sequence = Decoder::new(row, TABLE).sequence(0)?;
    let bytes = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
    FirstTries::unpack(first_sequence, bytes).map_err(|error| StorageError::corrupt(TABLE, error))
}

/// A run as it is written. It is packed before the writer sees it.
pub(crate) struct PackedRun {
    first_sequence: u64,
    last_sequence: u64,
    ended_at: Timestamp,
    tries: Vec<u8>,
}

impl PackedRun {
    /// Packs a run. One without any attempt counts as ended at `recorded_at`.
    ///
    /// # Errors
    ///
    /// [`StorageError::Refused`] for one that is empty or too long: it would
    /// not be found again.
    pub(crate) fn of(run: &FirstTries, recorded_at: Timestamp) -> Result<Self> {
        let count = run.tries.len();
        if !(1..=MAX_RUN).contains(&count) {
            return Err(StorageError::Refused(format!(
                "a run of first attempts has {count} events and not 1 to {MAX_RUN}; report this fault of the dispatcher"
            )));
        }
        let ends = run.tries.iter().filter_map(|it| match it {
            FirstTry::Delivered { at, .. } => Some(*at),
            FirstTry::Otherwise => None,
        });
        Ok(Self {
            first_sequence: run.first_sequence,
            last_sequence: run.last_sequence(),
            ended_at: ends.max().unwrap_or(recorded_at),
            tries: run.pack(),
        })
    }
}

/// Adds runs after those that the platform has.
pub(crate) fn append(
    connection: &Connection,
    platform: i64,
    runs: &[PackedRun],
) -> rusqlite::Result<()> {
    if runs.is_empty() {
        return Ok(());
    }
    let last: i64 = connection
        .prepare_cached("SELECT coalesce(max(entry), 0) FROM delivery_log WHERE platform = ?1")?
        .query_row([platform], |row| row.get(0))?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO delivery_log
         (platform, entry, first_sequence, last_sequence, ended_at, tries)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (entry, run) in (last + 1..).zip(runs) {
        insert.execute(params![
            platform,
            entry,
            super::stored(run.first_sequence),
            super::stored(run.last_sequence),
            run.ended_at.as_micros(),
            run.tries,
        ])?;
    }
    Ok(())
}
