//! Rows of `delivery_replays`.

use jumun_domain::Timestamp;
use jumun_store::delivery::{Replay, ReplayId, ReplayProgress, ReplayRange};
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::{Decoder, Result, collect};

const COLUMNS: &str = "id, first_sequence, last_sequence, failed_since, position, requested_at";

fn decode(row: &Row<'_>) -> Result<Replay> {
    let decoder = Decoder::new(row, "delivery_replays");
    let sequence = |column| decoder.optional(column, |it| u64::try_from(it).ok());
    let range = match (sequence(1)?, sequence(2)?, decoder.optional_time(3)?) {
        (Some(first), Some(last), None) => ReplayRange::Sequences { first, last },
        (None, None, Some(time)) => ReplayRange::FailedSince(time),
        _ => return Err(decoder.corrupt("unknown range")),
    };
    Ok(Replay {
        id: ReplayId(Uuid::from_bytes(decoder.get(0)?)),
        range,
        position: decoder.sequence(4)?,
        requested_at: decoder.time(5)?,
    })
}

/// Those of a platform that are not finished, oldest first.
pub(crate) fn of_platform(connection: &Connection, platform: i64) -> Result<Vec<Replay>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM delivery_replays WHERE platform = ?1 ORDER BY entry"
    ))?;
    collect(statement.query([platform])?, decode)
}

/// Adds one after those that the platform has.
pub(crate) fn insert(connection: &Connection, platform: i64, it: &Replay) -> rusqlite::Result<()> {
    let (sequences, since) = match it.range {
        ReplayRange::Sequences { first, last } => (Some((first, last)), None),
        ReplayRange::FailedSince(time) => (None, Some(time)),
    };
    connection
        .prepare_cached(
            "INSERT INTO delivery_replays
             (platform, entry, id, first_sequence, last_sequence, failed_since, position,
              requested_at)
             SELECT ?1, coalesce(max(entry), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7
             FROM delivery_replays WHERE platform = ?1",
        )?
        .execute(params![
            platform,
            it.id.0.as_bytes(),
            sequences.map(|(first, _)| super::stored(first)),
            sequences.map(|(_, last)| super::stored(last)),
            since.map(Timestamp::as_micros),
            super::stored(it.position),
            it.requested_at.as_micros(),
        ])?;
    Ok(())
}

/// Notes how far one has come; one that is finished is gone.
pub(crate) fn advance(
    connection: &Connection,
    platform: i64,
    progress: &ReplayProgress,
) -> rusqlite::Result<()> {
    let id = progress.id.0.as_bytes();
    if progress.finished {
        connection
            .prepare_cached("DELETE FROM delivery_replays WHERE platform = ?1 AND id = ?2")?
            .execute(params![platform, id])?;
    } else {
        connection
            .prepare_cached(
                "UPDATE delivery_replays SET position = ?3 WHERE platform = ?1 AND id = ?2",
            )?
            .execute(params![platform, id, super::stored(progress.position)])?;
    }
    Ok(())
}
