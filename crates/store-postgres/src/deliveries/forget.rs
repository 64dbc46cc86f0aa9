//! Forgetting a platform.
//!
//! What is recorded of one can be more than a short transaction removes. So its
//! lease is taken, by a holder that stands for all who forget: nobody delivers
//! meanwhile, the records go lot by lot, and whoever repeats what was broken off
//! goes on with it at once.

use std::time::Duration;

use jumun_domain::{Actor, Timestamp};
use jumun_store::Fault;
use jumun_store::access::{ChangeLine, PlatformChange};
use jumun_store::delivery::Lease;
use uuid::Uuid;

use super::lease::{self, Taken, Wish};
use super::prune;
use crate::clock::Positions;
use crate::history;
use crate::pipeline::Pipeline;
use crate::readers::Readers;
use crate::rows::Decoder;
use crate::rows::change::{self, Place};
use crate::session::Session;
use crate::writes::{Unwritten, commit};

/// Holds the lease of every platform that is being forgotten. Nobody who delivers
/// may have this id: a lease is given again to the holder that has it.
pub(super) const FORGETTER: Uuid = Uuid::max();

/// How long nobody else takes the lease between two lots.
const TERM: Duration = Duration::from_secs(60);

/// Later than anything ended.
const ALWAYS: Timestamp = Timestamp::from_micros(i64::MAX);

const LOCK: &str =
    "SELECT position FROM platforms WHERE platform_id = $1 AND epoch = $2 FOR UPDATE";
const IS_THERE: &str = "SELECT 1 FROM platforms WHERE platform_id = $1";
const PENDING: &str = "DELETE FROM pending_deliveries WHERE platform_id = $1";
const REPLAYS: &str = "DELETE FROM replays WHERE platform_id = $1";
const PLATFORM: &str = "DELETE FROM platforms WHERE platform_id = $1";

/// What goes together, at last.
const REST: [&str; 3] = [PENDING, REPLAYS, PLATFORM];

/// All that forgetting sends of its own.
pub(super) const TEXTS: &[&str] = &[LOCK, IS_THERE, PENDING, REPLAYS, PLATFORM];

/// Forgets the platform of a name: `Some(false)` when somebody delivers to it,
/// `None` when there is none.
pub(super) async fn forget(
    sessions: &Readers,
    positions: &Positions,
    name: &str,
    by: &Actor,
) -> Result<Option<bool>, Fault> {
    let wish = Wish {
        platform: name,
        holder: FORGETTER,
        term: TERM,
    };
    let taken = sessions.write(&wish, |session, wish| Box::pin(lease::take(session, *wish)));
    let lease = match taken.await? {
        Taken::Lease(lease) => lease,
        Taken::Held => return Ok(Some(false)),
        Taken::Unknown => return Ok(None),
    };
    loop {
        let kept = sessions.write(&lease, |session, lease| {
            Box::pin(lease::keep(session, lease))
        });
        if kept.await?.is_none() {
            break;
        }
        let pruned = sessions.write(&lease, |session, lease| {
            Box::pin(prune::prune(session, lease.platform, ALWAYS))
        });
        if !pruned.await? {
            break;
        }
    }
    let end = End {
        lease: &lease,
        name,
        by,
        place: history::next_place(sessions, positions).await?,
    };
    let removed = sessions.write(&end, |session, end| Box::pin(remove(session, end)));
    removed.await.map(Some)
}

/// The end of a platform whose lease is had.
struct End<'a> {
    lease: &'a Lease,
    name: &'a str,
    by: &'a Actor,
    place: Place,
}

/// Removes the rest, with the line. A platform that is not there any more is forgotten: its
/// number does not come again. `false` when another has its lease by now.
async fn remove(session: &Session, end: &End<'_>) -> Result<bool, Unwritten> {
    let texts = [TEXTS, &[change::INSERT]].concat();
    session.statements().prepare(session, &texts).await?;
    let platform = || Box::new(end.lease.platform);
    let mut pipeline = Pipeline::new(session);
    pipeline.command("BEGIN");
    let locked = pipeline.query(LOCK, vec![platform(), Box::new(end.lease.epoch)])?;
    let is_there = pipeline.query(IS_THERE, vec![platform()])?;
    pipeline.finish().await?;
    let locked = locked.answer().await?;
    let is_there = !is_there.answer().await?.is_empty();
    let mut pipeline = Pipeline::new(session);
    if let Some(row) = locked.first() {
        let position = Decoder::new(row, "platforms").position(0)?;
        let what = PlatformChange::Forget(position);
        let line = ChangeLine::of_platform(end.name, what, end.by);
        history::write(&mut pipeline, end.place, line);
        for text in REST {
            pipeline.execute(text, vec![platform()]);
        }
    }
    commit(session, pipeline).await?;
    Ok(!locked.is_empty() || !is_there)
}
