//! What operators want: a replay, a pause and its end. Whoever delivers reads it.

use jumun_domain::{IdSequence, Timestamp};
use jumun_store::delivery::{
    MAX_OPEN_REPLAYS, PauseReason, Replay, ReplayId, ReplayRange, ReplayRefused,
};
use uuid::Uuid;

use super::codes::pause_code;
use super::replays;
use crate::clock::{self, NOW, now};
use crate::pipeline::{Pipeline, Values};
use crate::rows::Decoder;
use crate::sequencer::NEWEST;
use crate::session::Session;
use crate::storage::StorageError;
use crate::writes::{Unwritten, commit};

const FIND: &str = "SELECT platform_id FROM platforms WHERE name = $1";

/// Replays of one platform are counted and added by one at a time.
const LOCK: &str = "SELECT platform_id FROM platforms WHERE name = $1 FOR UPDATE";

/// How many a platform has besides one.
const COUNT: &str = "SELECT count(*) FROM replays \
     WHERE platform_id = (SELECT platform_id FROM platforms WHERE name = $1) AND replay_id <> $2";

const PAUSE: &str = concat!(
    "UPDATE platforms SET pause_reason = coalesce(pause_reason, $2::smallint), \
     paused_at = coalesce(paused_at, ",
    now!(),
    ") WHERE name = $1 RETURNING 1"
);

const RESUME: &str =
    "UPDATE platforms SET pause_reason = NULL, paused_at = NULL WHERE name = $1 RETURNING 1";

/// All that wishes send of their own.
#[cfg(test)]
pub(super) const TEXTS: &[&str] = &[FIND, LOCK, COUNT, PAUSE, RESUME];

/// What a replay begins with, by the server: the time and the newest event.
pub(super) struct Beginning {
    now: Timestamp,
    newest: u64,
}

/// Reads what a replay begins with; `None` where there is no such platform.
pub(super) async fn beginning(
    session: &Session,
    name: &str,
) -> Result<Option<Beginning>, StorageError> {
    let texts = [FIND, NOW, NEWEST];
    session.statements().prepare(session, &texts).await?;
    let mut pipeline = Pipeline::new(session);
    let platform = pipeline.query(FIND, vec![Box::new(name.to_owned())])?;
    let now = pipeline.query(NOW, Vec::new())?;
    let newest = pipeline.query(NEWEST, Vec::new())?;
    pipeline.finish().await?;
    let platform = platform.answer().await?;
    let (now, newest) = (now.answer().await?, newest.answer().await?);
    let (Some(now), Some(newest)) = (now.first(), newest.first()) else {
        return Err(StorageError::corrupt("sequencer", "its row is missing"));
    };
    if platform.is_empty() {
        return Ok(None);
    }
    Ok(Some(Beginning {
        now: clock::decode(now)?,
        newest: Decoder::new(newest, "sequencer").position(0)?,
    }))
}

/// The replay of a range, under an id of its own: a repeat of the same adds none.
///
/// # Errors
///
/// [`ReplayRefused`], but not for their number.
pub(super) fn replay(range: ReplayRange, from: Option<Beginning>) -> Result<Replay, ReplayRefused> {
    let Some(Beginning { now, newest }) = from else {
        return Err(ReplayRefused::NoSuchPlatform);
    };
    let (range, position) = match range {
        ReplayRange::FailedSince(since) => (ReplayRange::FailedSince(since), 0),
        ReplayRange::Sequences { first, last } => {
            let (first, last) = (first.max(1), last.min(newest));
            if first > last {
                return Err(ReplayRefused::NoSuchEvent { newest });
            }
            (ReplayRange::Sequences { first, last }, first - 1)
        }
    };
    let (entropy, _) = Uuid::new_v4().as_u64_pair();
    Ok(Replay {
        id: ReplayId(IdSequence::new(None, entropy).next(now)),
        range,
        position,
        requested_at: now,
    })
}

/// Adds a replay, unless it is there already.
pub(super) async fn ask(
    session: &Session,
    name: &str,
    replay: &Replay,
) -> Result<Result<(), ReplayRefused>, Unwritten> {
    let texts = [LOCK, COUNT, replays::INSERT];
    session.statements().prepare(session, &texts).await?;
    let mut pipeline = Pipeline::new(session);
    pipeline.command("BEGIN");
    let locked = pipeline.query(LOCK, vec![Box::new(name.to_owned())])?;
    let others = pipeline.query(
        COUNT,
        vec![Box::new(name.to_owned()), Box::new(replay.id.0)],
    )?;
    pipeline.finish().await?;
    let (locked, others) = (locked.answer().await?, others.answer().await?);
    let others = match others.first() {
        Some(row) => row.try_get::<_, i64>(0)?.unsigned_abs(),
        None => 0,
    };
    let mut pipeline = Pipeline::new(session);
    let refused = match locked.first() {
        None => Some(ReplayRefused::NoSuchPlatform),
        Some(_) if others >= MAX_OPEN_REPLAYS as u64 => Some(ReplayRefused::TooMany),
        Some(row) => {
            let values = replays::values(row.try_get(0)?, replay);
            pipeline.execute(replays::INSERT, values);
            None
        }
    };
    commit(session, pipeline).await?;
    Ok(refused.map_or(Ok(()), Err))
}

/// Pauses a platform; whether there is one of that name.
pub(super) async fn pause(session: &Session, name: &str) -> Result<bool, Unwritten> {
    let reason = Box::new(pause_code(PauseReason::Operator));
    change(session, PAUSE, vec![Box::new(name.to_owned()), reason]).await
}

/// Ends the pause of a platform; whether there is one of that name.
pub(super) async fn resume(session: &Session, name: &str) -> Result<bool, Unwritten> {
    change(session, RESUME, vec![Box::new(name.to_owned())]).await
}

async fn change(session: &Session, sql: &'static str, values: Values) -> Result<bool, Unwritten> {
    session.statements().prepare(session, &[sql]).await?;
    let mut pipeline = Pipeline::new(session);
    pipeline.command("BEGIN");
    let changed = pipeline.query(sql, values)?;
    commit(session, pipeline).await?;
    Ok(!changed.answer().await?.is_empty())
}
