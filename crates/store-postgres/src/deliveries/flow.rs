//! Pauses of platforms, as operators want them.

use jumun_store::access::PlatformChange;
use jumun_store::delivery::PauseReason;

use super::codes::{pause, pause_code};
use super::wishes::{LOCK, Wish};
use crate::clock::now;
use crate::history::{self, OF_A_LINE};
use crate::pipeline::Pipeline;
use crate::rows::Decoder;
use crate::session::Session;
use crate::writes::{Unwritten, commit};

const PAUSE: &str = concat!(
    "UPDATE platforms SET pause_reason = $2, paused_at = ",
    now!(),
    " WHERE platform_id = $1"
);

const RESUME: &str =
    "UPDATE platforms SET pause_reason = NULL, paused_at = NULL WHERE platform_id = $1";

/// All that this sends of its own.
#[cfg(test)]
pub(super) const TEXTS: &[&str] = &[PAUSE, RESUME];

/// What is wanted of the pause of a platform.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// Nothing is to be sent.
    Stop,
    /// It goes on.
    GoOn,
}

/// Pauses a platform, or ends its pause, with the line if that changes anything;
/// whether there is one of that name.
pub(super) async fn set(
    session: &Session,
    wish: &Wish<'_>,
    wanted: Flow,
) -> Result<bool, Unwritten> {
    let texts = [&[LOCK, PAUSE, RESUME], OF_A_LINE.as_slice()].concat();
    session.statements().prepare(session, &texts).await?;
    let mut pipeline = Pipeline::new(session);
    pipeline.command("BEGIN");
    let locked = pipeline.query(LOCK, vec![Box::new(wish.platform.to_owned())])?;
    let written = history::ask(&mut pipeline, wish.place)?;
    pipeline.finish().await?;
    let locked = locked.answer().await?;
    let was_done = history::is_written(written).await?;
    let mut pipeline = Pipeline::new(session);
    if let Some(row) = locked.first().filter(|_| !was_done) {
        let row = Decoder::new(row, "platforms");
        let (id, before) = (row.get::<i64>(0)?, pause(row, 1, 2)?);
        let what = match (wanted, &before) {
            (Flow::Stop, None) => {
                let reason = pause_code(PauseReason::Operator);
                pipeline.execute(PAUSE, vec![Box::new(id), Box::new(reason)]);
                Some(PlatformChange::Pause(None))
            }
            (Flow::GoOn, Some(before)) => {
                pipeline.execute(RESUME, vec![Box::new(id)]);
                Some(PlatformChange::Resume(Some(before)))
            }
            // A pause keeps its first reason.
            (Flow::Stop, Some(_)) | (Flow::GoOn, None) => None,
        };
        if let Some(what) = what {
            history::write(&mut pipeline, wish.place, wish.line(what));
        }
    }
    commit(session, pipeline).await?;
    Ok(was_done || !locked.is_empty())
}
