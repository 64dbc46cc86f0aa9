//! Taking, keeping and giving back the lease of a platform.

use std::time::Duration;

use jumun_store::delivery::{Lease, Standing};
use tokio_postgres::Row;
use uuid::Uuid;

use super::codes::{pause, term_code};
use super::replays;
use crate::clock::now;
use crate::pipeline::Pipeline;
use crate::rows::Decoder;
use crate::sequencer;
use crate::session::Session;
use crate::storage::StorageError;
use crate::writes::{Unwritten, commit};

/// Takes a lease that has run out, or that this holder has.
const TAKE: &str = concat!(
    "UPDATE platforms SET epoch = epoch + 1, holder = $2::uuid, leased_until = ",
    now!(),
    " + $3::bigint WHERE name = $1 AND (holder = $2::uuid OR leased_until <= ",
    now!(),
    ") RETURNING platform_id, epoch"
);

const IS_KNOWN: &str = "SELECT EXISTS (SELECT 1 FROM platforms WHERE name = $1)";

/// Makes a platform known, and leased. It begins after the last number.
const REGISTER: &str = concat!(
    "INSERT INTO platforms (platform_id, name, created_at, starts_after, position, records, \
     epoch, holder, leased_until) SELECT $1::bigint, $2::text, ",
    now!(),
    ", next_sequence - 1, next_sequence - 1, 0, 1, $3::uuid, ",
    now!(),
    " + $4::bigint FROM sequencer WHERE singleton = 1 \
     ON CONFLICT (name) DO NOTHING RETURNING platform_id, epoch"
);

const KEEP: &str = concat!(
    "UPDATE platforms SET leased_until = ",
    now!(),
    " + $3::bigint WHERE platform_id = $1 AND epoch = $2 \
     RETURNING position, records, pause_reason, paused_at"
);

/// With another epoch whatever the holder has under way comes too late.
const RELEASE: &str = "UPDATE platforms SET epoch = epoch + 1, holder = NULL, leased_until = 0 \
     WHERE platform_id = $1 AND epoch = $2";

/// All that concerns leases.
#[cfg(test)]
pub(super) const TEXTS: &[&str] = &[TAKE, IS_KNOWN, REGISTER, KEEP, RELEASE];

/// What became of the wish for a lease.
pub(super) enum Taken {
    /// It is had.
    Lease(Lease),
    /// Another has it.
    Held,
    /// There is no such platform.
    Unknown,
}

/// Who wants a lease, and for how long.
#[derive(Clone, Copy)]
pub(super) struct Wish<'a> {
    pub(super) platform: &'a str,
    pub(super) holder: Uuid,
    pub(super) term: Duration,
}

/// Takes the lease of a platform that is known.
pub(super) async fn take(session: &Session, wish: Wish<'_>) -> Result<Taken, Unwritten> {
    let prepared = session.statements();
    prepared.prepare(session, &[TAKE, IS_KNOWN]).await?;
    let mut pipeline = Pipeline::new(session);
    pipeline.command("BEGIN");
    let taken = pipeline.query(
        TAKE,
        vec![
            Box::new(wish.platform.to_owned()),
            Box::new(wish.holder),
            Box::new(term_code(wish.term)),
        ],
    )?;
    let is_known = pipeline.query(IS_KNOWN, vec![Box::new(wish.platform.to_owned())])?;
    commit(session, pipeline).await?;
    if let Some(row) = taken.answer().await?.first() {
        return Ok(Taken::Lease(decode(row, wish.term)?));
    }
    match is_known.answer().await?.first() {
        Some(row) if row.try_get(0)? => Ok(Taken::Held),
        _ => Ok(Taken::Unknown),
    }
}

/// Makes a platform known, with its lease. `None` when it has become so meanwhile.
pub(super) async fn register(
    session: &Session,
    wish: Wish<'_>,
) -> Result<Option<Lease>, Unwritten> {
    session.statements().prepare(session, &[REGISTER]).await?;
    let mut pipeline = Pipeline::new(session);
    pipeline.command("BEGIN");
    let registered = pipeline.query(
        REGISTER,
        vec![
            Box::new(random_id()),
            Box::new(wish.platform.to_owned()),
            Box::new(wish.holder),
            Box::new(term_code(wish.term)),
        ],
    )?;
    commit(session, pipeline).await?;
    let rows = registered.answer().await?;
    let lease = rows.first().map(|row| decode(row, wish.term));
    Ok(lease.transpose()?)
}

/// A number that no platform has had. Should one have it all the same, its key
/// is taken, and the next try draws another.
fn random_id() -> i64 {
    let (high, _) = Uuid::new_v4().as_u64_pair();
    (high >> 1).cast_signed()
}

fn decode(row: &Row, term: Duration) -> Result<Lease, StorageError> {
    Ok(Lease {
        platform: row.try_get(0)?,
        epoch: row.try_get(1)?,
        term,
    })
}

/// Keeps a lease for another term.
pub(super) async fn keep(session: &Session, lease: &Lease) -> Result<Option<Standing>, Unwritten> {
    let texts = [KEEP, sequencer::NEWEST, replays::FIND];
    session.statements().prepare(session, &texts).await?;
    let mut pipeline = Pipeline::new(session);
    pipeline.command("BEGIN");
    let kept = pipeline.query(
        KEEP,
        vec![
            Box::new(lease.platform),
            Box::new(lease.epoch),
            Box::new(term_code(lease.term)),
        ],
    )?;
    // After the row was locked: no position is above what is seen then.
    let newest = pipeline.query(sequencer::NEWEST, Vec::new())?;
    let replays = pipeline.query(replays::FIND, vec![Box::new(vec![lease.platform])])?;
    commit(session, pipeline).await?;
    let (kept, newest) = (kept.answer().await?, newest.answer().await?);
    let (Some(kept), Some(newest)) = (kept.first(), newest.first()) else {
        return Ok(None);
    };
    let row = Decoder::new(kept, "platforms");
    let replays = replays.answer().await?;
    let replays = replays.iter().map(|row| Ok(replays::decode(row)?.1));
    Ok(Some(Standing {
        position: row.position(0)?,
        newest: Decoder::new(newest, "sequencer").position(0)?,
        records: row.position(1)?,
        pause: pause(row, 2, 3)?,
        replays: replays.collect::<Result<_, StorageError>>()?,
    }))
}

/// Gives a lease back.
pub(super) async fn release(session: &Session, lease: &Lease) -> Result<(), Unwritten> {
    session.statements().prepare(session, &[RELEASE]).await?;
    let mut pipeline = Pipeline::new(session);
    pipeline.command("BEGIN");
    pipeline.execute(
        RELEASE,
        vec![Box::new(lease.platform), Box::new(lease.epoch)],
    );
    commit(session, pipeline).await
}
