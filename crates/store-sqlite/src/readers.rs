//! A pool of read connections.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jumun_store::Fault;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::connection::{self, Role};
use crate::error::OpenError;
use crate::options::MAX_WAITING_READS;
use crate::states::{Log, View};
use crate::storage::StorageError;

/// Read connections; each read runs on the blocking threads of the runtime,
/// in one snapshot.
#[derive(Clone)]
pub(crate) struct Readers {
    shared: Arc<Shared>,
}

struct Shared {
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Reader>>,
    waiting: AtomicUsize,
}

impl Readers {
    pub(crate) fn open(path: &Path, count: usize) -> Result<Self, OpenError> {
        let count = count.max(1);
        let idle = (0..count)
            .map(|_| Reader::open(path))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            shared: Arc::new(Shared {
                permits: Arc::new(Semaphore::new(count)),
                idle: Mutex::new(idle),
                waiting: AtomicUsize::new(0),
            }),
        })
    }

    /// Runs `query` in one snapshot.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&View<'_>) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, Fault> {
        let shared = self.shared.clone();
        let waiting = Waiting::enter(&shared)?;
        let permit = shared
            .permits
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| closed())?;
        drop(waiting);
        let worker = self.shared.clone();
        let result = tokio::task::spawn_blocking(move || {
            // The permit stays with the connection, even if the caller gives up.
            let _permit = permit;
            let mut borrowed = Borrowed::take(&worker)?;
            borrowed.snapshot(query).map_err(|error| {
                tracing::error!(cause = error.explain(), "a read failed");
                error.not_done()
            })
        })
        .await;
        result.unwrap_or_else(|error| {
            tracing::error!(%error, "a read panicked");
            Err(Fault::determinate(
                "a read failed; report this fault of the engine",
            ))
        })
    }

    /// Lets go of the database; later reads are refused. Reads under way end first.
    pub(crate) fn close(&self) {
        self.shared.permits.close();
        self.shared.lock().clear();
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Reader>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn closed() -> Fault {
    Fault::determinate("the database is closed; the server is stopping")
}

/// Counts one waiting read, also when its caller gives up.
struct Waiting<'a>(&'a Shared);

impl<'a> Waiting<'a> {
    fn enter(shared: &'a Shared) -> Result<Self, Fault> {
        let waiting = Self(shared);
        if shared.waiting.fetch_add(1, Ordering::Relaxed) >= MAX_WAITING_READS {
            return Err(Fault::Overloaded);
        }
        Ok(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection, and what it has read of the log.
struct Reader {
    connection: Connection,
    log: Log,
}

impl Reader {
    fn open(path: &Path) -> Result<Self, OpenError> {
        Ok(Self {
            connection: connection::open(path, Role::Reader)?,
            log: Log::default(),
        })
    }
}

/// A reader out of the pool; it goes back however the read ends.
struct Borrowed<'a> {
    shared: &'a Shared,
    reader: Option<Reader>,
}

impl<'a> Borrowed<'a> {
    fn take(shared: &'a Shared) -> Result<Self, Fault> {
        let reader = shared.lock().pop().ok_or_else(closed)?;
        Ok(Self {
            shared,
            reader: Some(reader),
        })
    }

    fn snapshot<T>(
        &mut self,
        query: impl FnOnce(&View<'_>) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let Some(reader) = &mut self.reader else {
            return Err(StorageError::corrupt("readers", "no connection"));
        };
        let transaction = reader.connection.transaction()?;
        query(&View::new(&transaction, &reader.log))
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        if let Some(reader) = self.reader.take()
            && !self.shared.permits.is_closed()
        {
            self.shared.lock().push(reader);
        }
    }
}
