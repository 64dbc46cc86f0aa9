//! What a server's errors mean for a request.

use jumun_store::Fault;
use tokio_postgres::error::{DbError, SqlState};

/// Why a batch or a read stopped below the rules.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StorageError {
    /// The server or the connection failed.
    #[error(transparent)]
    Server(#[from] tokio_postgres::Error),
    /// No connection was to be had.
    #[error("{0}")]
    Unreachable(String),
    /// The server did not answer in time.
    #[error("the server did not answer within {0} s")]
    Late(u64),
    /// A row holds what no version of this program writes.
    #[error(
        "a row of {table} cannot be read ({what}); see what `jumun audit` finds, and restore a backup"
    )]
    Corrupt { table: &'static str, what: String },
    /// What was locked is not what turned out to be needed: another batch came between.
    #[error("rows changed while they were looked up")]
    Moved,
    /// A commit came back before the standbys that it has to wait for had it.
    #[error(
        "a commit did not wait for its standby; let nobody cancel such waits, and see that the standbys are connected"
    )]
    NotReplicated,
    /// The engine broke its own contract.
    #[error("{0}; report this fault of the engine")]
    Engine(&'static str),
}

/// What to do after an error before COMMIT was sent: surely nothing was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Remedy {
    /// Another transaction was in the way: try again.
    Retry,
    /// The connection is of no use any more: try again on another.
    Reconnect,
    /// The same would happen to every request: tell everyone.
    TellEveryone,
    /// One request may be at fault: its neighbours must not suffer.
    Isolate,
}

impl StorageError {
    pub(crate) fn corrupt(table: &'static str, what: impl ToString) -> Self {
        Self::Corrupt {
            table,
            what: what.to_string(),
        }
    }

    /// What to do after this error.
    pub(crate) fn remedy(&self) -> Remedy {
        match self {
            Self::Server(error) => match error.as_db_error() {
                Some(told) => remedy(told.code()),
                None if error.is_closed() || is_io(error) => Remedy::Reconnect,
                // A value that the driver cannot send or read.
                None => Remedy::Isolate,
            },
            Self::Unreachable(_) | Self::Late(_) => Remedy::Reconnect,
            Self::Moved => Remedy::Retry,
            Self::NotReplicated => Remedy::TellEveryone,
            Self::Corrupt { .. } | Self::Engine(_) => Remedy::Isolate,
        }
    }

    /// Whether the server said so itself. An error without its word tells
    /// nothing of what it has done.
    pub(crate) fn told(&self) -> Option<&DbError> {
        match self {
            Self::Server(error) => error.as_db_error(),
            _ => None,
        }
    }

    /// Whether the server, asked to commit, has said for certain that it did not.
    pub(crate) fn tells_of_no_commit(&self) -> bool {
        self.told().is_some_and(|told| {
            let class = &told.code().code()[..2];
            *told.code() != SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN
                && matches!(class, "40" | "23")
        })
    }

    /// The fault of a request that was surely not done.
    pub(crate) fn not_done(&self) -> Fault {
        Fault::determinate(self.explain())
    }

    /// The error with what an operator can do about it. A server's message may
    /// quote values of a request, but never a password.
    pub(crate) fn explain(&self) -> String {
        let Some(told) = self.told() else {
            return match self {
                Self::Server(error) => {
                    format!(
                        "{}: check the database server and the way to it",
                        plain(error)
                    )
                }
                other => other.to_string(),
            };
        };
        let code = told.code();
        let remedy = match (&code.code()[..2], code) {
            (_, &SqlState::DISK_FULL) => "free space on the database server, no restart is needed",
            (_, &SqlState::READ_ONLY_SQL_TRANSACTION) => {
                "this server is a standby or read-only; name all hosts of the cluster in --database"
            }
            (_, &SqlState::INSUFFICIENT_PRIVILEGE) => {
                "grant this role the rights that docs/operating/postgres.md lists"
            }
            ("53", _) => "give the database server more of it, or this program fewer connections",
            ("40" | "55", _) => "too many transactions change the same rows; try again",
            ("57" | "08", _) => "the database server is stopping or starting; try again",
            ("58" | "XX", _) => "check the database server's log and its storage",
            ("42", _) => "check the schema with `jumun migrate`",
            _ => "this is a fault of the engine; report it",
        };
        format!("{} ({}): {remedy}", told.message(), code.code())
    }
}

/// What to do by the server's code (PostgreSQL, appendix A).
fn remedy(code: &SqlState) -> Remedy {
    match (&code.code()[..2], code) {
        // Two batches added the same key: the second try finds it there.
        (_, &SqlState::UNIQUE_VIOLATION) => Remedy::Retry,
        (_, &SqlState::LOCK_NOT_AVAILABLE) | ("40", _) => Remedy::Retry,
        (
            _,
            &SqlState::READ_ONLY_SQL_TRANSACTION
            | &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
            | &SqlState::TOO_MANY_CONNECTIONS,
        )
        // 26 and 0A: a statement that was prepared is gone, or its tables changed.
        | ("08" | "57" | "26" | "0A", _) => Remedy::Reconnect,
        ("53" | "58" | "42" | "28" | "3D" | "XX", _) => Remedy::TellEveryone,
        _ => Remedy::Isolate,
    }
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>())
}

/// The error with its cause, in one line.
fn plain(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_of_error_has_a_remedy() {
        let table = [
            ("40001", Remedy::Retry),
            ("40P01", Remedy::Retry),
            ("55P03", Remedy::Retry),
            ("23505", Remedy::Retry),
            ("57P01", Remedy::Reconnect),
            ("57P03", Remedy::Reconnect),
            ("25P03", Remedy::Reconnect),
            ("25006", Remedy::Reconnect),
            ("53300", Remedy::Reconnect),
            ("08006", Remedy::Reconnect),
            ("26000", Remedy::Reconnect),
            ("0A000", Remedy::Reconnect),
            ("53100", Remedy::TellEveryone),
            ("42501", Remedy::TellEveryone),
            ("42P01", Remedy::TellEveryone),
            ("58030", Remedy::TellEveryone),
            ("XX000", Remedy::TellEveryone),
            ("23514", Remedy::Isolate),
            ("22021", Remedy::Isolate),
            ("54000", Remedy::Isolate),
            ("P0001", Remedy::Isolate),
        ];
        for (code, expected) in table {
            assert_eq!(remedy(&SqlState::from_code(code)), expected, "{code}");
        }
    }
}
