//! Short transactions on the connections of a pool, each of them safe to repeat.

use std::pin::Pin;
use std::time::Duration;

use jumun_store::Fault;
use tokio::time::{Instant, sleep, timeout};

use crate::options::{
    FIRST_BACKOFF, MAX_BACKOFF, READ_DEADLINE, READ_TRIES, RETRY_PERIOD, ROLLBACK_DEADLINE,
};
use crate::pipeline::{Pipeline, Sent};
use crate::readers::{Borrowed, Readers};
use crate::session::Session;
use crate::storage::{Remedy, StorageError};

/// What a transaction is while it runs.
pub(crate) type Writing<'a, T> = Pin<Box<dyn Future<Output = Result<T, Unwritten>> + Send + 'a>>;

/// Why a transaction is not known to be committed.
#[derive(Debug)]
pub(crate) enum Unwritten {
    /// Surely nothing was done.
    NotDone(StorageError),
    /// COMMIT was sent and not answered as it should.
    Unknown(StorageError),
}

impl From<StorageError> for Unwritten {
    fn from(error: StorageError) -> Self {
        Self::NotDone(error)
    }
}

impl From<tokio_postgres::Error> for Unwritten {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::NotDone(error.into())
    }
}

/// Commits behind what `pipeline` has sent, in its round trip. Queries among
/// that are to be awaited afterwards: where one was refused, nothing was done.
///
/// # Errors
///
/// [`Unwritten`]. A warning counts as no answer: the commit may not have waited
/// for its standbys.
pub(crate) async fn commit(session: &Session, mut pipeline: Pipeline<'_>) -> Result<(), Unwritten> {
    pipeline.check()?;
    session.forget_warnings();
    let commit = Sent::send(session.batch_execute("COMMIT"));
    let written = pipeline.finish().await;
    let committed = commit.answer().await.map_err(StorageError::from);
    match (written, committed) {
        // The COMMIT behind it took all back.
        (Err(error), _) if error.told().is_some() => Err(Unwritten::NotDone(error)),
        (Ok(()), Err(error)) if error.tells_of_no_commit() => Err(Unwritten::NotDone(error)),
        (Err(error), _) | (Ok(()), Err(error)) => Err(Unwritten::Unknown(error)),
        (Ok(()), Ok(())) => match session.warning() {
            None => Ok(()),
            Some(_) => Err(Unwritten::Unknown(StorageError::NotReplicated)),
        },
    }
}

impl Readers {
    /// Runs `transaction` with what it writes; again, when another transaction was in the way or
    /// the connection turns out to be lost, for a bounded time.
    ///
    /// # Errors
    ///
    /// [`Fault::Indeterminate`] once a commit was not answered as it should:
    /// a repeat, which is safe, settles what became of it.
    pub(crate) async fn write<A: Sync, T>(
        &self,
        what: &A,
        transaction: impl for<'a> Fn(&'a Session, &'a A) -> Writing<'a, T> + Send,
    ) -> Result<T, Fault> {
        let mut tries = Tries::begin();
        loop {
            let mut borrowed = match self.borrow().await {
                Ok(borrowed) => borrowed,
                Err(fault) => return Err(tries.fault(fault)),
            };
            let error = match timeout(READ_DEADLINE, transaction(borrowed.session()?, what)).await {
                Ok(Ok(done)) => {
                    borrowed.give_back();
                    return Ok(done);
                }
                Ok(Err(Unwritten::NotDone(error))) => error,
                Ok(Err(Unwritten::Unknown(error))) => tries.unknown(error),
                Err(_) => tries.unknown(StorageError::Late(READ_DEADLINE.as_secs())),
            };
            if !tries.go_on_after(&error) {
                tracing::error!(cause = error.explain(), "a transaction failed");
                return Err(tries.fault(error.not_done()));
            }
            if error.remedy() == Remedy::Retry {
                roll_back(borrowed).await;
                tries.back_off().await;
            }
        }
    }
}

/// Keeps the connection, if its transaction ends as it should.
async fn roll_back(mut borrowed: Borrowed) {
    let Ok(session) = borrowed.session() else {
        return;
    };
    let ended = timeout(ROLLBACK_DEADLINE, session.batch_execute("ROLLBACK"));
    if matches!(ended.await, Ok(Ok(()))) {
        borrowed.give_back();
    }
}

/// How often and for how long a transaction has been tried.
struct Tries {
    until: Instant,
    reconnects: usize,
    pause: Duration,
    /// Whether one of them may have been committed.
    may_be_done: bool,
}

impl Tries {
    fn begin() -> Self {
        Self {
            until: Instant::now() + RETRY_PERIOD,
            reconnects: 0,
            pause: FIRST_BACKOFF,
            may_be_done: false,
        }
    }

    fn unknown(&mut self, error: StorageError) -> StorageError {
        self.may_be_done = true;
        error
    }

    fn go_on_after(&mut self, error: &StorageError) -> bool {
        let again = match error.remedy() {
            Remedy::Retry => true,
            Remedy::Reconnect => {
                // Connections that a restart has ended are noticed when they are used.
                self.reconnects += 1;
                self.reconnects < READ_TRIES && !matches!(error, StorageError::Late(_))
            }
            Remedy::Isolate | Remedy::TellEveryone => false,
        };
        again && Instant::now() < self.until
    }

    /// Waits a random part of a pause that grows.
    async fn back_off(&mut self) {
        sleep(self.pause.mul_f64(fastrand::f64())).await;
        self.pause = (self.pause * 2).min(MAX_BACKOFF);
    }

    /// The fault of the last try, in the light of those before it.
    fn fault(&self, last: Fault) -> Fault {
        match last {
            Fault::Determinate(cause) if self.may_be_done => Fault::Indeterminate(cause),
            Fault::Overloaded if self.may_be_done => {
                Fault::indeterminate("no connection was free in time to look the outcome up")
            }
            other => other,
        }
    }
}
