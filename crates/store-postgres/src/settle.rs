//! What became of a commit whose answer was lost.

use tokio::time::timeout;
use uuid::Uuid;

use crate::batches::{FENCE, IS_FENCED};
use crate::options::SETTLE_DEADLINE;
use crate::pipeline::{Pipeline, Sent};
use crate::probe;
use crate::session::Session;
use crate::storage::StorageError;

/// What is certain of a batch from now on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Settled {
    /// It was committed and is as durable as any commit.
    Done,
    /// It was not, and never will be.
    NotDone,
}

/// Finds out by the batch's own row, on another connection.
///
/// A fence is put in the row's place. Where the batch was committed the fence
/// finds its row; where its transaction is still under way the fence waits for
/// its end; and where its statements are yet to reach the server they will find
/// the fence and fail. The transaction of the fence commits a write of its own,
/// so that whatever it saw is at least as durable as itself.
///
/// # Errors
///
/// When that could not be found out; asking again is safe.
pub(crate) async fn settle(session: &Session, batch_id: Uuid) -> Result<Settled, StorageError> {
    let late = StorageError::Late(SETTLE_DEADLINE.as_secs());
    timeout(SETTLE_DEADLINE, attempt(session, batch_id))
        .await
        .unwrap_or(Err(late))
}

async fn attempt(session: &Session, batch_id: Uuid) -> Result<Settled, StorageError> {
    session
        .statements()
        .prepare(session, &[FENCE, IS_FENCED, probe::WRITE])
        .await?;
    session.forget_warnings();
    let mut pipeline = Pipeline::new(session);
    pipeline.command("BEGIN");
    pipeline.execute(FENCE, vec![Box::new(batch_id)]);
    let found = pipeline.query(IS_FENCED, vec![Box::new(batch_id)])?;
    pipeline.execute(probe::WRITE, Vec::new());
    pipeline.check()?;
    let commit = Sent::send(session.batch_execute("COMMIT"));
    pipeline.finish().await?;
    let found = found.answer().await?;
    commit.answer().await?;
    if session.warning().is_some() {
        return Err(StorageError::NotReplicated);
    }
    match found.first() {
        Some(row) if row.try_get::<_, bool>(0)? => Ok(Settled::NotDone),
        Some(_) => Ok(Settled::Done),
        None => Err(StorageError::Engine("a fence was not put up")),
    }
}
