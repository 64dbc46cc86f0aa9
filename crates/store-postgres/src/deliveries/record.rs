//! Writing how far a platform has come: one transaction in two round trips.

use jumun_store::delivery::{FirstTries, Lease, MAX_RUN, PauseReason, Progress, Recorded};

use super::codes::{number_code, pause_code, term_code};
use super::{attempts, first_tries, pending, replays};
use crate::clock::now;
use crate::pipeline::Pipeline;
use crate::rows::Decoder;
use crate::session::Session;
use crate::storage::StorageError;
use crate::writes::{Unwritten, commit};

/// Locks the platform for whoever holds its lease.
const LOCK: &str =
    "SELECT records, position FROM platforms WHERE platform_id = $1 AND epoch = $2 FOR UPDATE";

/// Moves a platform on, and keeps the lease. A pause keeps its first reason.
const MOVE: &str = concat!(
    "UPDATE platforms SET position = $3, records = $4, \
     pause_reason = coalesce(pause_reason, $5::smallint), \
     paused_at = coalesce(paused_at, $6::bigint), leased_until = ",
    now!(),
    " + $7::bigint WHERE platform_id = $1 AND epoch = $2"
);

/// All that concerns the platform's own row.
#[cfg(test)]
pub(super) const TEXTS: &[&str] = &[LOCK, MOVE];

const OUT_OF_TURN: StorageError =
    StorageError::Engine("a record of deliveries came out of its turn or went backwards");

const UNFIT: StorageError =
    StorageError::Engine("a run of first deliveries is empty or longer than can be found again");

/// Writes `progress`, unless it is written already, or another has the lease. A
/// repeat commits a write too, so that what it tells of is as durable as itself.
pub(super) async fn record(
    session: &Session,
    lease: &Lease,
    progress: &Progress,
) -> Result<Recorded, Unwritten> {
    let fits = |run: &FirstTries| (1..=MAX_RUN).contains(&run.tries.len());
    if !progress.first_tries.iter().all(fits) {
        return Err(UNFIT.into());
    }
    prepare(session).await?;
    let mut pipeline = Pipeline::new(session);
    pipeline.command("BEGIN");
    let locked = pipeline.query(LOCK, vec![Box::new(lease.platform), Box::new(lease.epoch)])?;
    pipeline.finish().await?;
    let locked = locked.answer().await?;
    let mut pipeline = Pipeline::new(session);
    let Some(row) = locked.first() else {
        pipeline.command("ROLLBACK");
        pipeline.finish().await?;
        return Ok(Recorded::Fenced);
    };
    let row = Decoder::new(row, "platforms");
    let (records, position) = (row.position(0)?, row.position(1)?);
    if progress.number == records && records > 0 {
        move_on(
            &mut pipeline,
            lease,
            &Progress {
                number: records,
                position,
                ..Progress::default()
            },
        );
    } else if progress.number == records + 1 && progress.position >= position {
        write(&mut pipeline, lease, progress);
    } else {
        return Err(OUT_OF_TURN.into());
    }
    commit(session, pipeline).await?;
    Ok(Recorded::Durably)
}

async fn prepare(session: &Session) -> Result<(), StorageError> {
    let groups: [&[&'static str]; 5] = [
        &[LOCK, MOVE],
        &pending::OF_A_RECORD,
        &attempts::OF_A_RECORD,
        &first_tries::OF_A_RECORD,
        &replays::OF_A_RECORD,
    ];
    Ok(session
        .statements()
        .prepare(session, &groups.concat())
        .await?)
}

fn write(pipeline: &mut Pipeline<'_>, lease: &Lease, progress: &Progress) {
    let platform = lease.platform;
    move_on(pipeline, lease, progress);
    pending::remove(pipeline, platform, &progress.delivered);
    pending::hold(pipeline, platform, &progress.held);
    first_tries::insert(pipeline, platform, progress.number, &progress.first_tries);
    attempts::insert(pipeline, platform, progress.number, &progress.attempts);
    replays::advance(pipeline, platform, &progress.replays);
}

fn move_on(pipeline: &mut Pipeline<'_>, lease: &Lease, progress: &Progress) {
    let gone = progress.gone_at.map(|_| pause_code(PauseReason::Gone));
    pipeline.execute(
        MOVE,
        vec![
            Box::new(lease.platform),
            Box::new(lease.epoch),
            Box::new(number_code(progress.position)),
            Box::new(number_code(progress.number)),
            Box::new(gone),
            Box::new(progress.gone_at.map(|at| at.as_micros())),
            Box::new(term_code(lease.term)),
        ],
    );
}
