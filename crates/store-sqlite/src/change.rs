//! What is written beside requests, in the transaction of their batch.

use jumun_store::Fault;
use rusqlite::{Connection, Transaction};
use tokio::sync::oneshot;

use crate::queue::{Job, Queue};
use crate::storage::StorageError;

/// One change, written whole or not at all, whatever becomes of its neighbours.
pub(crate) trait Change: Send {
    /// Writes it. Called again when the batch has to be tried anew.
    fn write(&mut self, connection: &Connection) -> Result<(), StorageError>;

    /// Tells who asked for it, after the commit.
    fn answer(self: Box<Self>, outcome: Result<(), Fault>);
}

/// What became of each change of a batch that was committed.
pub(crate) type Changed = Vec<Result<(), Fault>>;

/// Puts `work` on the queue and waits for what it gives, which is durable then.
///
/// # Errors
///
/// As [`Fault`] says; a full queue refuses at once.
pub(crate) async fn ask<T: Send + 'static>(
    queue: &Queue,
    work: impl FnMut(&Connection) -> Result<T, StorageError> + Send + 'static,
) -> Result<T, Fault> {
    let (reply, answer) = oneshot::channel();
    let asked = Asked {
        work,
        done: None,
        reply,
    };
    queue.push(Job::Change(Box::new(asked)))?;
    answer.await.unwrap_or_else(|_| {
        Err(Fault::indeterminate(
            "the writer stopped; restart the server",
        ))
    })
}

/// Writes all of them within the open transaction, each by itself: an error in
/// one takes that one back alone.
///
/// # Errors
///
/// What concerns everyone; the transaction is to be taken back.
pub(crate) fn write_all(
    transaction: &mut Transaction<'_>,
    changes: &mut [Box<dyn Change>],
) -> Result<Changed, StorageError> {
    let mut outcomes = Changed::with_capacity(changes.len());
    for change in changes {
        let savepoint = transaction.savepoint()?;
        match change.write(&savepoint) {
            Ok(()) => {
                savepoint.commit()?;
                outcomes.push(Ok(()));
            }
            Err(error) if error.concerns_everyone() => return Err(error),
            Err(error) => {
                savepoint.finish()?;
                outcomes.push(Err(error.not_done()));
            }
        }
    }
    Ok(outcomes)
}

/// A change and who waits for what it gives.
struct Asked<T, W> {
    work: W,
    done: Option<T>,
    reply: oneshot::Sender<Result<T, Fault>>,
}

impl<T, W> Change for Asked<T, W>
where
    T: Send,
    W: FnMut(&Connection) -> Result<T, StorageError> + Send,
{
    fn write(&mut self, connection: &Connection) -> Result<(), StorageError> {
        self.done = Some((self.work)(connection)?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<(), Fault>) {
        let Self { done, reply, .. } = *self;
        let answer = outcome.and_then(|()| {
            done.ok_or_else(|| Fault::indeterminate("a change was committed without its result"))
        });
        // Nobody may be waiting any more.
        let _ = reply.send(answer);
    }
}
