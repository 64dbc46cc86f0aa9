//! What operators want, and the replays among it. Whoever delivers reads it.

use jumun_domain::{Actor, IdSequence, Timestamp};
use jumun_store::access::{ChangeLine, PlatformChange};
use jumun_store::delivery::{MAX_OPEN_REPLAYS, Replay, ReplayId, ReplayRange, ReplayRefused};
use uuid::Uuid;

use super::replays;
use crate::clock::{self, NOW};
use crate::history::{self, OF_A_LINE};
use crate::pipeline::Pipeline;
use crate::rows::Decoder;
use crate::rows::change::Place;
use crate::sequencer::NEWEST;
use crate::session::Session;
use crate::storage::StorageError;
use crate::writes::{Unwritten, commit};

const FIND: &str = "SELECT platform_id FROM platforms WHERE name = $1";

/// Wishes for one platform are written by one at a time. To have locked it is a
/// write, so that what is told of it is as durable as the commit.
pub(super) const LOCK: &str =
    "SELECT platform_id, pause_reason, paused_at FROM platforms WHERE name = $1 FOR UPDATE";

/// How many a platform has besides one.
const COUNT: &str = "SELECT count(*) FROM replays \
     WHERE platform_id = (SELECT platform_id FROM platforms WHERE name = $1) AND replay_id <> $2";

/// All that wishes send of their own.
#[cfg(test)]
pub(super) const TEXTS: &[&str] = &[FIND, LOCK, COUNT];

/// Who wants something of which platform, and where its line is to be.
pub(super) struct Wish<'a> {
    pub(super) platform: &'a str,
    pub(super) by: &'a Actor,
    pub(super) place: Place,
}

impl Wish<'_> {
    pub(super) fn line(&self, what: PlatformChange<'_>) -> ChangeLine {
        ChangeLine::of_platform(self.platform, what, self.by)
    }
}

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

/// Adds a replay with its line, unless that is done already.
pub(super) async fn ask(
    session: &Session,
    wish: &Wish<'_>,
    replay: &Replay,
) -> Result<Result<(), ReplayRefused>, Unwritten> {
    let texts = [&[LOCK, COUNT, replays::INSERT], OF_A_LINE.as_slice()].concat();
    session.statements().prepare(session, &texts).await?;
    let mut pipeline = Pipeline::new(session);
    pipeline.command("BEGIN");
    let name = || Box::new(wish.platform.to_owned());
    let locked = pipeline.query(LOCK, vec![name()])?;
    let others = pipeline.query(COUNT, vec![name(), Box::new(replay.id.0)])?;
    let written = history::ask(&mut pipeline, wish.place)?;
    pipeline.finish().await?;
    let (locked, others) = (locked.answer().await?, others.answer().await?);
    let was_done = history::is_written(written).await?;
    let others = match others.first() {
        Some(row) => row.try_get::<_, i64>(0)?.unsigned_abs(),
        None => 0,
    };
    let mut pipeline = Pipeline::new(session);
    let refused = match locked.first() {
        _ if was_done => None,
        None => Some(ReplayRefused::NoSuchPlatform),
        Some(_) if others >= MAX_OPEN_REPLAYS as u64 => Some(ReplayRefused::TooMany),
        Some(row) => {
            let values = replays::values(row.try_get(0)?, replay);
            pipeline.execute(replays::INSERT, values);
            let line = wish.line(PlatformChange::Replay(replay));
            history::write(&mut pipeline, wish.place, line);
            None
        }
    };
    commit(session, pipeline).await?;
    Ok(refused.map_or(Ok(()), Err))
}
