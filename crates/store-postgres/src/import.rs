//! Bulk imports beside the servers on a shop.

mod settling;
mod transaction;

use std::ops::ControlFlow;

use jumun_domain::{ProductId, UserId};
use jumun_store::{BadRow, ImportRow, Imported};
use tokio::time::timeout;

use crate::error::{OpenError, explain};
use crate::migrate::{check_currency, check_current, migrate, recognise};
use crate::options::{Options, READ_DEADLINE, ROLLBACK_DEADLINE};
use crate::planning;
use crate::session::{Connector, Session};
use crate::storage::{Remedy, StorageError};
use crate::target::Target;
use transaction::Stopped;

/// Ids looked up in one statement: some milliseconds.
const IDS_PER_LOOKUP: usize = 10_000;

/// How often an import is tried while other transactions are in its way: one
/// that adds the same rows makes it wait, and the next try finds them.
const TRIES: usize = 5;

/// Why an import did not bring in its rows.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A row cannot be brought in.
    #[error("line {}: {}; nothing was imported", .0.line, .0.reason)]
    Row(BadRow),
    /// The server or the way to it failed.
    #[error("{reason}; nothing was imported; import the file again")]
    Storage {
        /// What happened, with a remedy.
        reason: String,
    },
    /// The answer to the commit was lost, and the outcome could not be looked up.
    #[error(
        "{reason}, and it is not known whether the file was imported, all of it or nothing; import it again: if it was, its rows are told as existing"
    )]
    Unknown {
        /// What happened.
        reason: String,
    },
    /// The caller asked it to stop.
    #[error("stopped after {done} of {total} rows; nothing was imported; import the file again")]
    Stopped {
        /// Rows sent before.
        done: u64,
        /// Rows of the file.
        total: u64,
    },
}

/// Brings in all rows of a file in one transaction. It locks no row that is
/// there, so orders beside it go on; only a request that would add one of the
/// same rows waits until it has ended.
pub struct Importer {
    connector: Connector,
    session: Session,
}

impl Importer {
    /// Connects to the shop, and creates it first in a schema that has none of
    /// its tables yet.
    ///
    /// # Errors
    ///
    /// As [`PostgresStore::open`](crate::PostgresStore::open).
    pub async fn open(target: &Target, options: &Options) -> Result<Self, OpenError> {
        let connector = Connector::new(target.clone())?;
        let session = connector.connect().await?;
        if recognise(&session, target).await? == 0 {
            migrate(target, options).await?;
        }
        check_current(&session, target).await?;
        check_currency(&session, target, options.currency).await?;
        // What is looked up grows by this import.
        planning::by_key(&session)
            .await
            .map_err(|error| explain(target, &error))?;
        Ok(Self { connector, session })
    }

    /// Which of these users exist.
    ///
    /// # Errors
    ///
    /// [`ImportError::Storage`] when the database cannot be read.
    pub async fn existing_users(&self, ids: &[UserId]) -> Result<Vec<UserId>, ImportError> {
        let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
        let sql = "SELECT user_id FROM users WHERE user_id = ANY($1)";
        let found = self.existing(sql, &ids).await?;
        Ok(found.into_iter().filter_map(UserId::new).collect())
    }

    /// Which of these products exist.
    ///
    /// # Errors
    ///
    /// [`ImportError::Storage`] when the database cannot be read.
    pub async fn existing_products(
        &self,
        ids: &[ProductId],
    ) -> Result<Vec<ProductId>, ImportError> {
        let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
        let sql = "SELECT product_id FROM products WHERE product_id = ANY($1)";
        let found = self.existing(sql, &ids).await?;
        Ok(found.into_iter().filter_map(ProductId::new).collect())
    }

    async fn existing(&self, sql: &str, ids: &[i64]) -> Result<Vec<i64>, ImportError> {
        let mut found = Vec::new();
        for chunk in ids.chunks(IDS_PER_LOOKUP) {
            let query = async {
                let rows = self.session.query(sql, &[&chunk]).await?;
                let ids = rows.iter().map(|row| row.try_get(0));
                Ok(ids.collect::<Result<Vec<i64>, _>>()?)
            };
            let late = StorageError::Late(READ_DEADLINE.as_secs());
            let ids = timeout(READ_DEADLINE, query).await.unwrap_or(Err(late));
            found.extend(ids.map_err(|error| storage(&error))?);
        }
        Ok(found)
    }

    /// Brings in all of `rows`, the whole file. `progress` is told how many rows
    /// were sent, now and then, and may break the import off there. When other
    /// transactions were in the way it begins again.
    ///
    /// # Errors
    ///
    /// [`ImportError`]: nothing was imported, but for
    /// [`ImportError::Unknown`].
    pub async fn import(
        &mut self,
        rows: &[ImportRow],
        progress: &mut (dyn FnMut(u64) -> ControlFlow<()> + Send),
    ) -> Result<Imported, ImportError> {
        let mut tries = 1;
        loop {
            let error = match transaction::run(&self.session, rows, progress).await {
                Ok(()) => break,
                Err(Stopped::Row(bad)) => {
                    self.roll_back().await;
                    return Err(ImportError::Row(bad));
                }
                Err(Stopped::Asked { done }) => {
                    self.roll_back().await;
                    let total = rows.len() as u64;
                    return Err(ImportError::Stopped { done, total });
                }
                Err(Stopped::CommitLost { batch_id, cause }) => {
                    settling::settle(&self.connector, batch_id, cause).await?;
                    break;
                }
                Err(Stopped::Storage(error)) => error,
            };
            self.roll_back().await;
            if tries == TRIES || error.remedy() != Remedy::Retry {
                return Err(storage(&error));
            }
            tries += 1;
        }
        Ok(Imported {
            rows: rows.len() as u64,
            resumed: 0,
        })
    }

    /// Ends the transaction. Where that fails the connection has ended, or will
    /// with this process, and the server takes it back by itself.
    async fn roll_back(&self) {
        let _ = timeout(ROLLBACK_DEADLINE, self.session.batch_execute("ROLLBACK")).await;
    }
}

fn storage(error: &StorageError) -> ImportError {
    ImportError::Storage {
        reason: error.explain(),
    }
}
