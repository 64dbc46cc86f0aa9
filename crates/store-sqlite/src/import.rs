//! Bulk imports beside a running server.

mod taking_back;

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use jumun_domain::{ProductId, Request, UserId};
use jumun_store::{BadRow, ImportRow, Imported};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::batch::decide_all;
use crate::checkpoint;
use crate::connection::Role;
use crate::error::OpenError;
use crate::lock::ImportLock;
use crate::memory::Memory;
use crate::migrate::{check_ours, migrate, open_current};
use crate::mint;
use crate::options::Options;
use crate::storage::StorageError;

/// Rows in one transaction: some milliseconds, which is what an order beside
/// it may have to wait.
const ROWS_PER_TRANSACTION: usize = 500;

/// Transactions between two checkpoints, so that the log stays short.
const TRANSACTIONS_PER_CHECKPOINT: usize = 20;

/// Ids looked up in one statement.
const IDS_PER_LOOKUP: usize = 1_000;

/// Why an import stopped.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A row cannot be brought in.
    #[error("line {line}: {reason}; nothing was imported")]
    Row {
        /// The line of the file.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A row could not be brought in and some rows before it are in use already.
    #[error(
        "line {line}: {reason}; {} before it, used or changed by now, {}, every other row was taken back",
        count(*kept),
        if *kept == 1 { "stays" } else { "stay" }
    )]
    Kept {
        /// The line of the file.
        line: u64,
        /// What is wrong with it.
        reason: String,
        /// How many rows stay.
        kept: u64,
    },
    /// The storage failed.
    #[error(
        "{reason}; {} imported: run the same import again, with the file as it is, to finish it",
        counted(*done)
    )]
    Storage {
        /// What the storage says, with a remedy.
        reason: String,
        /// Rows brought in before.
        done: u64,
    },
    /// The caller asked it to stop.
    #[error(
        "stopped after {done} of {}; run the same import again, with the file as it is, to finish it",
        count(*total)
    )]
    Stopped {
        /// Rows brought in before, in earlier runs too.
        done: u64,
        /// Rows of the file.
        total: u64,
    },
}

/// `1 row`, `2 rows`
fn count(rows: u64) -> String {
    format!("{rows} {}", if rows == 1 { "row" } else { "rows" })
}

/// `1 row was`, `2 rows were`
fn counted(rows: u64) -> String {
    format!("{} {}", count(rows), if rows == 1 { "was" } else { "were" })
}

/// Brings in rows in short transactions, so that a running server's orders go
/// on. A run that was cut short is finished by running the same file again.
/// One at a time: it holds a lock of its own until it is dropped.
pub struct Importer {
    connection: Connection,
    memory: Memory,
    _lock: ImportLock,
}

impl Importer {
    /// Opens the database, creating it and bringing its schema up to date first.
    ///
    /// # Errors
    ///
    /// As [`migrate`], and [`OpenError::ImportUnderWay`].
    pub fn open(path: &Path, options: &Options) -> Result<Self, OpenError> {
        check_ours(path)?;
        let lock = ImportLock::take(path)?;
        migrate(path, options)?;
        Ok(Self {
            connection: open_current(path, Role::Writer)?,
            memory: Memory::default(),
            _lock: lock,
        })
    }

    /// Which of these users exist.
    ///
    /// # Errors
    ///
    /// [`ImportError::Storage`] when the database cannot be read.
    pub fn existing_users(&self, ids: &[UserId]) -> Result<Vec<UserId>, ImportError> {
        let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
        Ok(self
            .existing("users", "user_id", &ids)?
            .into_iter()
            .filter_map(UserId::new)
            .collect())
    }

    /// Which of these products exist.
    ///
    /// # Errors
    ///
    /// [`ImportError::Storage`] when the database cannot be read.
    pub fn existing_products(&self, ids: &[ProductId]) -> Result<Vec<ProductId>, ImportError> {
        let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
        let found = self.existing("products", "product_id", &ids)?;
        Ok(found.into_iter().filter_map(ProductId::new).collect())
    }

    fn existing(&self, table: &str, column: &str, ids: &[i64]) -> Result<Vec<i64>, ImportError> {
        let mut found = Vec::new();
        for chunk in ids.chunks(IDS_PER_LOOKUP) {
            let list = chunk
                .iter()
                .map(i64::to_string)
                .collect::<Vec<_>>()
                .join(",");
            let sql = format!("SELECT {column} FROM {table} WHERE {column} IN ({list})");
            let query = || -> rusqlite::Result<Vec<i64>> {
                let mut statement = self.connection.prepare(&sql)?;
                let rows = statement.query_map([], |row| row.get(0))?;
                rows.collect()
            };
            found.extend(query().map_err(|error| storage(error.into(), 0))?);
        }
        Ok(found)
    }

    /// How many rows of the file with this digest an earlier run, cut short,
    /// has brought in: they exist and are no mistake of the file.
    ///
    /// # Errors
    ///
    /// [`ImportError::Storage`] when the database cannot be read.
    pub fn already_done(&self, digest: &[u8]) -> Result<u64, ImportError> {
        let done: Option<i64> = self
            .connection
            .query_row(
                "SELECT rows_done FROM imports WHERE digest = ?1 AND finished_at IS NULL",
                [digest],
                |row| row.get(0),
            )
            .optional()
            .map_err(|error| storage(error.into(), 0))?;
        Ok(done.and_then(|done| u64::try_from(done).ok()).unwrap_or(0))
    }

    /// For each import that was cut short and not finished since, how many rows
    /// it has brought in.
    ///
    /// # Errors
    ///
    /// [`ImportError::Storage`] when the database cannot be read.
    pub fn unfinished(&self) -> Result<Vec<u64>, ImportError> {
        let query = || -> rusqlite::Result<Vec<i64>> {
            let mut statement = self.connection.prepare(
                "SELECT rows_done FROM imports
                 WHERE finished_at IS NULL AND rows_done > 0 ORDER BY rows_done",
            )?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect()
        };
        let done = query().map_err(|error| storage(error.into(), 0))?;
        Ok(done
            .into_iter()
            .filter_map(|done| u64::try_from(done).ok())
            .collect())
    }

    /// Brings in all of `rows`, the whole file, whose `digest` recognises it
    /// again. `progress` is told how many rows are in, after each transaction,
    /// and may break the import off there.
    ///
    /// # Errors
    ///
    /// [`ImportError`]: a row that turns out to exist takes back all that this
    /// import brought in; after a failure of storage, or when it was told to
    /// stop, the same import can be run again and goes on where it stopped.
    pub fn import(
        &mut self,
        digest: &[u8],
        rows: &[ImportRow],
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Imported, ImportError> {
        let resumed = self.already_done(digest)?;
        let skip = usize::try_from(resumed)
            .unwrap_or(usize::MAX)
            .min(rows.len());
        let mut done = resumed;
        for (index, chunk) in rows[skip..].chunks(ROWS_PER_TRANSACTION).enumerate() {
            let started = Instant::now();
            done += chunk.len() as u64;
            let last = done == rows.len() as u64;
            let outcome = self.import_chunk(digest, chunk, done, last);
            if outcome.is_err() {
                self.memory.forget();
            }
            let asked = match outcome {
                Ok(()) => progress(done),
                Err(ChunkError::Row(bad)) => {
                    let before = done - chunk.len() as u64;
                    return Err(self.take_back(digest, rows, before, bad));
                }
                Err(ChunkError::Storage(error)) => {
                    return Err(storage(error, done - chunk.len() as u64));
                }
            };
            if index % TRANSACTIONS_PER_CHECKPOINT == TRANSACTIONS_PER_CHECKPOINT - 1 || last {
                // The log is only longer if it fails now.
                let _ = checkpoint::passive(&self.connection);
            }
            if !last && asked.is_break() {
                return Err(ImportError::Stopped {
                    done,
                    total: rows.len() as u64,
                });
            }
            if !last {
                // As long again for the orders of a server beside it.
                std::thread::sleep(started.elapsed());
            }
        }
        Ok(Imported {
            rows: done - resumed,
            resumed,
        })
    }

    fn import_chunk(
        &mut self,
        digest: &[u8],
        rows: &[ImportRow],
        done: u64,
        last: bool,
    ) -> Result<(), ChunkError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let requests: Vec<Request> = rows
            .iter()
            .flat_map(|row| row.requests.iter().cloned())
            .collect();
        let outcomes =
            decide_all(&transaction, &requests, &mut self.memory).map_err(ChunkError::Storage)?;
        let mut outcomes = outcomes.into_iter();
        for row in rows {
            row.check(outcomes.by_ref().take(row.requests.len()))?;
        }
        let finished_at = last.then(|| mint::now().as_micros());
        transaction.execute(
            "INSERT INTO imports (digest, rows_done, finished_at) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET rows_done = excluded.rows_done,
             finished_at = excluded.finished_at",
            params![digest, i64::try_from(done).unwrap_or(i64::MAX), finished_at],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// Undoes the rows before the one that failed, but for those that someone
    /// has used by now.
    fn take_back(
        &mut self,
        digest: &[u8],
        rows: &[ImportRow],
        done: u64,
        BadRow { line, reason }: BadRow,
    ) -> ImportError {
        let rows = &rows[..usize::try_from(done).unwrap_or(usize::MAX).min(rows.len())];
        match taking_back::take_back(&mut self.connection, digest, rows) {
            Ok(0) => ImportError::Row { line, reason },
            Ok(kept) => ImportError::Kept { line, reason, kept },
            Err((error, left)) => storage(error, left),
        }
    }
}

enum ChunkError {
    Row(BadRow),
    Storage(StorageError),
}

impl From<BadRow> for ChunkError {
    fn from(bad: BadRow) -> Self {
        Self::Row(bad)
    }
}

impl From<rusqlite::Error> for ChunkError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error.into())
    }
}

fn storage(error: StorageError, done: u64) -> ImportError {
    ImportError::Storage {
        reason: error.explain(),
        done,
    }
}
