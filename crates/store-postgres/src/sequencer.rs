//! The order of events that readers see.
//!
//! A number drawn in an order's own transaction could become visible after a
//! greater one, since transactions do not commit in the order of their numbers,
//! and a reader that only goes forward would skip its event. So a batch commits
//! its events without a number, and whoever wants to read gives the next
//! numbers to the batches that are committed by then, one at a time by a lock
//! that no order ever takes.
//!
//! For one user that is the order of commits. Of two batches with events of one
//! user, the later began with the user's row as the earlier left it, so its id
//! is greater and whoever sees it sees the earlier one, too: numbers are given
//! by id.

use tokio_postgres::error::SqlState;
use uuid::Uuid;

use crate::options::NUMBERED_AT_ONCE;
use crate::pipeline::{Pipeline, Sent};
use crate::session::Session;
use crate::storage::{Remedy, StorageError};

/// Whether there is anything to number.
pub(crate) const ANY: &str = "SELECT EXISTS (SELECT 1 FROM unnumbered_batches)";

/// The order is for the index alone: it is walked along, and not the table, which
/// is a queue and mostly empty pages.
macro_rules! newest {
    () => {
        "SELECT next_sequence - 1 + (SELECT coalesce(sum(event_count), 0) \
         FROM (SELECT event_count FROM unnumbered_batches ORDER BY batch_id) AS it)::bigint \
         FROM sequencer WHERE singleton = 1"
    };
}
pub(crate) use newest;

const LOCK: &str = "SELECT next_sequence FROM sequencer WHERE singleton = 1 FOR UPDATE";

pub(crate) const UNNUMBERED: &str =
    "SELECT batch_id, event_count FROM unnumbered_batches ORDER BY batch_id LIMIT $1";

const NUMBER: &str = "INSERT INTO numbered_batches (first_sequence, batch_id) \
     SELECT * FROM unnest($1::bigint[], $2::uuid[])";

const FORGET: &str = "DELETE FROM unnumbered_batches WHERE batch_id = ANY($1)";

const ADVANCE: &str = "UPDATE sequencer SET next_sequence = $1 WHERE singleton = 1";

/// The sequence of the newest event: the last number that was given, and as many
/// as there are events without one. While nobody reads, those are many.
pub(crate) const NEWEST: &str = newest!();

/// All that numbering sends.
pub(crate) const TEXTS: &[&str] = &[LOCK, UNNUMBERED, NUMBER, FORGET, ADVANCE];

/// How often numbering is tried when another transaction is in the way.
const TRIES: usize = 20;

/// Gives numbers to a first lot of the batches that have none, and tells whether
/// more may have been there when it began.
///
/// # Errors
///
/// Those of the server. Whatever became of a commit, nothing is numbered twice.
pub(crate) async fn number(session: &Session) -> Result<bool, StorageError> {
    session.statements().prepare(session, TEXTS).await?;
    for _ in 1..TRIES {
        match attempt(session).await {
            Err(error) => {
                // Whoever reads on, on a standby say, must not be in a failed transaction.
                if !session.is_closed() {
                    session.batch_execute("ROLLBACK").await?;
                }
                if error.remedy() != Remedy::Retry {
                    return Err(error);
                }
            }
            done => return done,
        }
    }
    attempt(session).await
}

async fn attempt(session: &Session) -> Result<bool, StorageError> {
    let mut pipeline = Pipeline::new(session);
    pipeline.command("BEGIN");
    let next = pipeline.query(LOCK, Vec::new())?;
    // A statement of its own: it sees what was committed when the lock was had.
    let batches = pipeline.query(UNNUMBERED, vec![Box::new(NUMBERED_AT_ONCE)])?;
    pipeline.finish().await?;
    let next = next.answer().await?;
    let batches = batches.answer().await?;
    let Some(row) = next.first() else {
        return Err(StorageError::corrupt("sequencer", "its row is missing"));
    };
    let mut sequence: i64 = row.try_get(0)?;
    let mut first_sequences: Vec<i64> = Vec::with_capacity(batches.len());
    let mut ids: Vec<Uuid> = Vec::with_capacity(batches.len());
    for row in &batches {
        first_sequences.push(sequence);
        ids.push(row.try_get(0)?);
        sequence += i64::from(row.try_get::<_, i32>(1)?);
    }
    let lot_is_full = i64::try_from(ids.len()).is_ok_and(|count| count >= NUMBERED_AT_ONCE);
    let mut pipeline = Pipeline::new(session);
    if !ids.is_empty() {
        pipeline.execute(
            NUMBER,
            vec![Box::new(first_sequences), Box::new(ids.clone())],
        );
        pipeline.execute(FORGET, vec![Box::new(ids)]);
        pipeline.execute(ADVANCE, vec![Box::new(sequence)]);
    }
    pipeline.check()?;
    session.forget_warnings();
    let commit = Sent::send(session.batch_execute("COMMIT"));
    pipeline.finish().await?;
    commit.answer().await?;
    match session.warning() {
        None => Ok(lot_is_full),
        // After a failover they could be given to other events.
        Some(_) => Err(StorageError::NotReplicated),
    }
}

/// The same, if there are any. `false` too where this server takes no writes.
///
/// # Errors
///
/// As of [`number`].
pub(crate) async fn number_a_lot(session: &Session) -> Result<bool, StorageError> {
    let row = session.query_one(ANY, &[]).await?;
    if !row.try_get::<_, bool>(0)? {
        return Ok(false);
    }
    match number(session).await {
        Err(error) if is_read_only(&error) => Ok(false),
        numbered => numbered,
    }
}

/// Whether the error says that this server takes no writes: what is numbered
/// can still be read there.
pub(crate) fn is_read_only(error: &StorageError) -> bool {
    error
        .told()
        .is_some_and(|told| *told.code() == SqlState::READ_ONLY_SQL_TRANSACTION)
}
