//! Connections that many share in turn, for reads and short writes.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use deadpool::managed::{Object, PoolError};
use jumun_store::Fault;
use tokio::time::timeout;

use crate::options::{MAX_WAITING_READS, READ_DEADLINE, READ_TRIES};
use crate::session::{Connector, Session, SessionManager, SessionPool, pool};
use crate::storage::{Remedy, StorageError};

/// What a query is while it runs.
pub(crate) type Running<'a, T> = Pin<Box<dyn Future<Output = Result<T, StorageError>> + Send + 'a>>;

/// A pool of connections that reads, and short writes beside the orders, take in
/// turn.
#[derive(Clone)]
pub(crate) struct Readers {
    pool: SessionPool,
    waiting: Arc<AtomicUsize>,
}

impl Readers {
    pub(crate) fn new(connector: Connector, size: usize) -> Self {
        Self {
            pool: pool(connector, size.max(1)),
            waiting: Arc::default(),
        }
    }

    /// Runs `query`; again, on another connection, when its own turns out to be
    /// lost: a read that is done twice changes nothing.
    pub(crate) async fn read<T>(
        &self,
        query: impl for<'a> Fn(&'a Session) -> Running<'a, T> + Send + Sync,
    ) -> Result<T, Fault> {
        self.read_with(&query, |session, query| query(session))
            .await
    }

    /// The same for a query that borrows what it asks for: `what`.
    pub(crate) async fn read_with<A: Sync, T>(
        &self,
        what: &A,
        query: impl for<'a> Fn(&'a Session, &'a A) -> Running<'a, T> + Send,
    ) -> Result<T, Fault> {
        let mut tries = 1;
        loop {
            let mut borrowed = self.borrow().await?;
            let error = match timeout(READ_DEADLINE, query(borrowed.session()?, what)).await {
                Ok(Ok(found)) => {
                    borrowed.give_back();
                    return Ok(found);
                }
                Ok(Err(error)) => error,
                Err(_) => StorageError::Late(READ_DEADLINE.as_secs()),
            };
            let again = match error.remedy() {
                Remedy::Reconnect => !matches!(error, StorageError::Late(_)),
                Remedy::Retry => true,
                Remedy::Isolate | Remedy::TellEveryone => false,
            };
            if !again || tries == READ_TRIES {
                tracing::error!(cause = error.explain(), "a read failed");
                return Err(error.not_done());
            }
            tries += 1;
        }
    }

    /// A connection that is free, or a new one.
    pub(crate) async fn borrow(&self) -> Result<Borrowed, Fault> {
        let _waiting = Waiting::enter(&self.waiting)?;
        let borrowed = self.pool.get().await.map_err(|error| match error {
            PoolError::Timeout(_) => Fault::Overloaded,
            PoolError::Closed => closed(),
            PoolError::Backend(error) => Fault::determinate(error),
            other => Fault::determinate(other),
        });
        Ok(Borrowed(Some(borrowed?)))
    }

    /// Lets go of the database; later reads are refused.
    pub(crate) fn close(&self) {
        self.pool.close();
    }
}

fn closed() -> Fault {
    Fault::determinate("the database is closed; the server is stopping")
}

/// A connection out of the pool. It goes back only after what ended well: one that was given up may be in the middle of a transaction.
pub(crate) struct Borrowed(Option<Object<SessionManager>>);

impl Borrowed {
    pub(crate) fn session(&self) -> Result<&Session, Fault> {
        self.0.as_deref().ok_or_else(closed)
    }

    pub(crate) fn give_back(&mut self) {
        drop(self.0.take());
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        if let Some(session) = self.0.take() {
            drop(Object::take(session));
        }
    }
}

/// Counts one waiting read, also when its caller gives up.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(waiting: &'a AtomicUsize) -> Result<Self, Fault> {
        let entered = Self(waiting);
        if waiting.fetch_add(1, Ordering::Relaxed) >= MAX_WAITING_READS {
            return Err(Fault::Overloaded);
        }
        Ok(entered)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
