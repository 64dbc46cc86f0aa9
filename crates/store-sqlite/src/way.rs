//! How operators and doors reach the database: through a running server's own threads,
//! or from another process beside it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jumun_store::Fault;
use rusqlite::{Connection, TransactionBehavior};

use crate::batch::{BatchError, commit_failed};
use crate::change;
use crate::connection::Role;
use crate::error::OpenError;
use crate::lock;
use crate::migrate::open_current;
use crate::readers::Readers;
use crate::storage::StorageError;
use crate::writer::Shared;

/// A way to the database, for reads and for short writes.
#[derive(Clone)]
pub(crate) enum Way {
    /// From within the server: reads by its readers, writes by its writer.
    Server {
        readers: Readers,
        shared: Arc<Shared>,
    },
    /// From another process: a connection for reads, and one for each write.
    Beside(Arc<Beside>),
}

/// What another process has open.
pub(crate) struct Beside {
    path: PathBuf,
    reader: Mutex<Connection>,
    /// Its writes take turns. SQLite has whoever waits for its lock ask again
    /// and again, and of many the unlucky would wait too long.
    turn: Mutex<()>,
}

impl Way {
    /// Opens the database at `path`, which must be there and up to date.
    pub(crate) fn beside(path: &Path) -> Result<Self, OpenError> {
        Ok(Self::Beside(Arc::new(Beside {
            path: path.to_owned(),
            reader: Mutex::new(open_current(path, Role::Reader)?),
            turn: Mutex::default(),
        })))
    }

    /// Runs `query` in one snapshot, on a thread that may block.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, Fault> {
        match self {
            Self::Server { readers, .. } => readers.read(move |view| query(view)).await,
            Self::Beside(beside) => {
                let beside = beside.clone();
                off_the_runtime(move || beside.read(query)).await
            }
        }
    }

    /// Runs `work` in a transaction of its own or of a batch, and commits it.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, Fault> {
        match self {
            Self::Server { shared, .. } => change::ask(&shared.queue, work).await,
            Self::Beside(beside) => {
                let beside = beside.clone();
                off_the_runtime(move || beside.write(&mut work)).await
            }
        }
    }

    /// Whether a server runs on the file now. It may look at the file system.
    pub(crate) fn is_served(&self) -> bool {
        match self {
            Self::Server { .. } => true,
            Self::Beside(beside) => lock::is_served(&beside.path),
        }
    }
}

impl Beside {
    fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StorageError>,
    ) -> Result<T, Fault> {
        // A panic in a query leaves no more behind than a transaction that ends.
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let result = reader
            .transaction()
            .map_err(StorageError::from)
            .and_then(|snapshot| query(&snapshot));
        result.map_err(|error| error.not_done())
    }

    fn write<T>(
        &self,
        work: impl FnMut(&Connection) -> Result<T, StorageError>,
    ) -> Result<T, Fault> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut connection = open_current(&self.path, Role::Writer).map_err(Fault::determinate)?;
        commit(&mut connection, work).map_err(|error| error.fault())
    }
}

fn commit<T>(
    connection: &mut Connection,
    mut work: impl FnMut(&Connection) -> Result<T, StorageError>,
) -> Result<T, BatchError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = work(&transaction)?;
    transaction.commit().map_err(commit_failed)?;
    Ok(done)
}

async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| {
        tracing::error!(%error, "a look at the database panicked");
        Err(Fault::indeterminate(
            "a look at the database failed; report this fault of the engine",
        ))
    })
}
