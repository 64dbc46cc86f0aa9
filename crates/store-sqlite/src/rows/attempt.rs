//! Rows of `delivery_attempts`.

use std::time::Duration;

use jumun_store::delivery::{Attempt, AttemptResult};
use rusqlite::{Connection, Row, params};

use super::{Decoder, Result, StorageError};

pub(crate) const COLUMNS: &str = "sequence, ended_at, result, status, latency, excerpt";

pub(crate) fn decode(row: &Row<'_>) -> Result<Attempt> {
    const TABLE: &str = "delivery_attempts";
    let decoder = Decoder::new(row, TABLE);
    Ok(Attempt {
        sequence: decoder.sequence(0)?,
        at: decoder.time(1)?,
        result: AttemptResult::from_code(decoder.get(2)?)
            .map_err(|error| StorageError::corrupt(TABLE, error))?,
        status: decoder.optional(3, |it| u16::try_from(it).ok())?,
        latency: Duration::from_micros(decoder.id(4, |it| u64::try_from(it).ok())?),
        excerpt: decoder.get(5)?,
    })
}

/// Adds attempts after those that the platform has.
pub(crate) fn append(
    connection: &Connection,
    platform: i64,
    attempts: &[Attempt],
) -> rusqlite::Result<()> {
    if attempts.is_empty() {
        return Ok(());
    }
    let last: i64 = connection
        .prepare_cached(
            "SELECT coalesce(max(entry), 0) FROM delivery_attempts WHERE platform = ?1",
        )?
        .query_row([platform], |row| row.get(0))?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO delivery_attempts
         (platform, entry, sequence, ended_at, result, status, latency, excerpt)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for (entry, it) in (last + 1..).zip(attempts) {
        insert.execute(params![
            platform,
            entry,
            super::stored(it.sequence),
            it.at.as_micros(),
            it.result.code(),
            it.status,
            i64::try_from(it.latency.as_micros()).unwrap_or(i64::MAX),
            it.excerpt,
        ])?;
    }
    Ok(())
}
