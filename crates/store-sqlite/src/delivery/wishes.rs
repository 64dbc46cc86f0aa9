//! Writes what operators want.

use jumun_domain::Timestamp;
use jumun_store::delivery::{MAX_OPEN_REPLAYS, Replay, ReplayId, ReplayRange, ReplayRefused};
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::views::newest_sequence;
use crate::rows::platform::OPERATOR;
use crate::rows::{platform, replay};
use crate::storage::StorageError;

/// Stops a platform; `false` when there is none of that name.
pub(super) fn pause(
    connection: &Connection,
    name: &str,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let changed = connection
        .prepare_cached(
            "UPDATE platforms SET paused_at = coalesce(paused_at, ?2),
             pause_reason = coalesce(pause_reason, ?3) WHERE name = ?1",
        )?
        .execute(params![name, now.as_micros(), OPERATOR])?;
    Ok(changed > 0)
}

/// Goes on with it; `false` when there is none of that name.
pub(super) fn resume(connection: &Connection, name: &str) -> Result<bool, StorageError> {
    let changed = connection
        .prepare_cached(
            "UPDATE platforms SET paused_at = NULL, pause_reason = NULL WHERE name = ?1",
        )?
        .execute([name])?;
    Ok(changed > 0)
}

/// Notes that events are to be sent again, under this id.
pub(super) fn replay(
    connection: &Connection,
    name: &str,
    range: ReplayRange,
    id: Uuid,
    now: Timestamp,
) -> Result<Result<Replay, ReplayRefused>, StorageError> {
    let Some(found) = platform::find(connection, name)? else {
        return Ok(Err(ReplayRefused::NoSuchPlatform));
    };
    let newest = newest_sequence(connection)?;
    let Some((range, position)) = within(range, newest) else {
        return Ok(Err(ReplayRefused::NoSuchEvent { newest }));
    };
    if replay::of_platform(connection, found.platform)?.len() >= MAX_OPEN_REPLAYS {
        return Ok(Err(ReplayRefused::TooMany));
    }
    let wish = Replay {
        id: ReplayId(id),
        range,
        position,
        requested_at: now,
    };
    replay::insert(connection, found.platform, &wish)?;
    Ok(Ok(wish))
}

/// The range as far as there are events, and the position before it.
fn within(range: ReplayRange, newest: u64) -> Option<(ReplayRange, u64)> {
    match range {
        ReplayRange::Sequences { first, last } => {
            let (first, last) = (first.max(1), last.min(newest));
            let range = ReplayRange::Sequences { first, last };
            (first <= last).then_some((range, first - 1))
        }
        ReplayRange::FailedSince(_) => Some((range, 0)),
    }
}
