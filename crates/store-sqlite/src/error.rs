//! Faults of opening, in sentences that say what to do.

use std::path::PathBuf;

/// Why a database could not be opened. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another server runs on the file.
    #[error(
        "another jumun server{} is already running on {path}; stop it first, or give this one another --database",
        holder.map(|id| format!(" (process {id})")).unwrap_or_default()
    )]
    InUse {
        /// The database file.
        path: PathBuf,
        /// The process that holds it, where it could be read.
        holder: Option<u32>,
    },
    /// Another import runs on the file.
    #[error(
        "another import{} is already running on {path}; wait until it has ended, and import this file then",
        holder.map(|id| format!(" (process {id})")).unwrap_or_default()
    )]
    ImportUnderWay {
        /// The database file.
        path: PathBuf,
        /// The process that holds it, where it could be read.
        holder: Option<u32>,
    },
    /// The path does not exist where it must.
    #[error(
        "there is no database at {path}; check --database, or run `jumun migrate` to create it"
    )]
    Missing {
        /// The database file.
        path: PathBuf,
    },
    /// The file cannot be read or written.
    #[error("cannot open {path}: {reason}; {remedy}")]
    Unusable {
        /// The database file.
        path: PathBuf,
        /// What the operating system or SQLite says.
        reason: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The file is something else.
    #[error(
        "{path} is not a jumun database; give --database another file, this one was left as it is"
    )]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// A newer jumun has been at work.
    #[error(
        "{path} has schema version {found}, newer than this jumun knows ({known}); install the newer jumun again, or restore a backup from before the upgrade"
    )]
    Newer {
        /// The database file.
        path: PathBuf,
        /// The version in the file.
        found: i32,
        /// The newest version this program has.
        known: i32,
    },
    /// The schema is older than this program and was not to be changed.
    #[error(
        "{path} has schema version {found} and this jumun needs {known}; run `jumun migrate` first"
    )]
    Older {
        /// The database file.
        path: PathBuf,
        /// The version in the file.
        found: i32,
        /// The version this program needs.
        known: i32,
    },
    /// The schema is older than this program, and a server of that age runs on it.
    #[error(
        "{path} has schema version {found}, and an older jumun server runs on it that would fail with version {known}; stop the server, and try again"
    )]
    OlderIsServed {
        /// The database file.
        path: PathBuf,
        /// The version in the file.
        found: i32,
        /// The version this program needs.
        known: i32,
    },
    /// The currency asked for is not the one pinned.
    #[error(
        "{path} keeps its amounts in {pinned}, not {asked}; leave --currency out, or use another --database"
    )]
    OtherCurrency {
        /// The database file.
        path: PathBuf,
        /// The currency of the file.
        pinned: String,
        /// The currency asked for.
        asked: String,
    },
    /// The SQLite that was linked in is one that can lose commits.
    #[error(
        "this program was linked with SQLite {found}, which can lose commits; build it with at least {least} (the bundled one is)"
    )]
    UnsafeSqlite {
        /// The linked version.
        found: String,
        /// The least version accepted.
        least: &'static str,
    },
    /// Anything else that SQLite says.
    #[error("{path} cannot be used as it is: {reason}; put it aside and restore a backup")]
    Damaged {
        /// The database file.
        path: PathBuf,
        /// What SQLite says.
        reason: String,
    },
}
