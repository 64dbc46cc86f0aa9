//! Writes what operators want, and who wanted it, where it changes something.

use jumun_domain::Actor;
use jumun_store::access::{ChangeLine, PlatformChange};
use jumun_store::delivery::{MAX_OPEN_REPLAYS, Replay, ReplayId, ReplayRange, ReplayRefused};
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::views::newest_sequence;
use crate::access::lines;
use crate::mint;
use crate::rows::platform::OPERATOR;
use crate::rows::{platform, replay};
use crate::storage::StorageError;

/// Stops a platform; `false` when there is none of that name. One that is
/// paused stays so as it is.
pub(super) fn pause(connection: &Connection, name: &str, by: &Actor) -> Result<bool, StorageError> {
    let Some(found) = platform::find(connection, name)? else {
        return Ok(false);
    };
    if found.pause.is_none() {
        let now = mint::now();
        connection
            .prepare_cached(
                "UPDATE platforms SET paused_at = ?2, pause_reason = ?3 WHERE platform = ?1",
            )?
            .execute(params![found.platform, now.as_micros(), OPERATOR])?;
        let what = PlatformChange::Pause(None);
        lines::add(connection, &ChangeLine::of_platform(name, what, by), now)?;
    }
    Ok(true)
}

/// Goes on with it; `false` when there is none of that name.
pub(super) fn resume(
    connection: &Connection,
    name: &str,
    by: &Actor,
) -> Result<bool, StorageError> {
    let Some(found) = platform::find(connection, name)? else {
        return Ok(false);
    };
    if let Some(pause) = &found.pause {
        connection
            .prepare_cached(
                "UPDATE platforms SET paused_at = NULL, pause_reason = NULL WHERE platform = ?1",
            )?
            .execute([found.platform])?;
        let what = PlatformChange::Resume(Some(pause));
        let line = ChangeLine::of_platform(name, what, by);
        lines::add(connection, &line, mint::now())?;
    }
    Ok(true)
}

/// Notes that events are to be sent again, under this id.
pub(super) fn replay(
    connection: &Connection,
    name: &str,
    range: ReplayRange,
    id: Uuid,
    by: &Actor,
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
    let now = mint::now();
    let wish = Replay {
        id: ReplayId(id),
        range,
        position,
        requested_at: now,
    };
    replay::insert(connection, found.platform, &wish)?;
    let what = PlatformChange::Replay(&wish);
    lines::add(connection, &ChangeLine::of_platform(name, what, by), now)?;
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
