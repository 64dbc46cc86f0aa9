//! What SQLite's errors mean for a request.

use jumun_store::Fault;
use rusqlite::ErrorCode;

/// The table that every batch goes by: see the module `states`.
pub(crate) const STATE_LOG: &str = "state_log";

/// Why a batch or a read stopped below the rules.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StorageError {
    /// SQLite failed.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// A row holds what no version of this program writes.
    #[error(
        "a row of {table} cannot be read ({what}); see what `jumun audit` finds, and restore a backup"
    )]
    Corrupt { table: &'static str, what: String },
    /// What was asked for cannot be written as it is.
    #[error("{0}")]
    Refused(String),
    /// After a failed commit the database could not be opened again.
    #[error("the database could not be reopened: {0}")]
    NotReopened(String),
}

impl StorageError {
    pub(crate) fn corrupt(table: &'static str, what: impl ToString) -> Self {
        Self::Corrupt {
            table,
            what: what.to_string(),
        }
    }

    /// Whether the file or the disk is the trouble, rather than one request:
    /// trying the requests of a batch one by one would not help.
    pub(crate) fn concerns_everyone(&self) -> bool {
        match self {
            // Every batch reads it.
            Self::Corrupt { table, .. } => *table == STATE_LOG,
            Self::Refused(_) => false,
            Self::NotReopened(_) => true,
            Self::Sqlite(error) => !matches!(
                error.sqlite_error_code(),
                Some(
                    ErrorCode::ConstraintViolation
                        | ErrorCode::TooBig
                        | ErrorCode::TypeMismatch
                        | ErrorCode::ParameterOutOfRange
                ) | None
            ),
        }
    }

    /// The fault of a request that was surely not done.
    pub(crate) fn not_done(&self) -> Fault {
        Fault::determinate(self.explain())
    }

    /// The error with what an operator can do about it.
    pub(crate) fn explain(&self) -> String {
        let Self::Sqlite(error) = self else {
            return self.to_string();
        };
        let remedy = match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => "the disk is full; free space, no restart is needed",
            Some(ErrorCode::ReadOnly) => {
                "the database is read-only; give this user the right to write the file and its folder"
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                "another process holds the database; end what else writes to it"
            }
            Some(ErrorCode::SystemIoFailure) => {
                "the storage failed; check the disk and the system's log"
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                "the database file is damaged; stop the server and restore a backup"
            }
            _ => "this is a fault of the engine; report it",
        };
        format!("{error}: {remedy}")
    }
}
