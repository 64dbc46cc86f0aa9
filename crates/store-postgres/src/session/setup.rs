//! What every session has set, and what it must find.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use crate::error::{OpenError, explain_at};
use crate::target::Target;

/// The oldest PostgreSQL that is accepted; also what CockroachDB calls itself.
const LEAST_VERSION: i32 = 13;

/// How long a statement waits for a row that another transaction holds. Batches
/// hold theirs for milliseconds; a minute's wait would only hide the trouble.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a transaction may do nothing before the server takes it back: so
/// long are the rows locked of an instance that was stopped in the middle.
const IDLE_IN_TRANSACTION_TIMEOUT: Duration = Duration::from_secs(5);

/// What was logged, so that it is logged once.
#[derive(Default)]
pub(super) struct Told {
    weak_commit: AtomicBool,
    no_fsync: AtomicBool,
}

/// Sets the session up and checks the server, in one round trip.
///
/// # Errors
///
/// The server is too old, or not as `target_session_attrs` wants it.
pub(super) async fn set_up(
    client: &Client,
    target: &Target,
    shown: &str,
    told: &Told,
) -> Result<(), OpenError> {
    let answer = client
        .simple_query(&statements())
        .await
        .map_err(|error| explain_at(shown, &error))?;
    let found = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(Found::read(row)),
        _ => None,
    });
    let found = found.flatten().ok_or_else(|| OpenError::Server {
        target: shown.to_owned(),
        reason: "it does not tell its settings".to_owned(),
    })?;
    found.warn(shown, told);
    found.check(target.access(), shown)
}

/// Reads the settings as they were, then changes them.
///
/// - A role or a database can have a `statement_timeout`, which would cut even
///   a commit that waits for its standbys, and an `idle_session_timeout`, which
///   would end the sessions of a pool.
/// - A role can have backslashes mean something in every text.
/// - Without warnings nobody would hear that a commit did not wait for them.
/// - A commit that does not wait for the disk and the standbys is raised to one
///   that does; `remote_apply` waits for more and stays.
///
/// What a server does not know is left out by its `current_setting`.
fn statements() -> String {
    let weak = WEAK_COMMITS.map(|value| format!("'{value}'")).join(", ");
    format!(
        "SELECT current_setting('server_version_num'), \
                current_setting('transaction_read_only'), \
                current_setting('in_hot_standby', true), \
                current_setting('synchronous_commit', true), \
                current_setting('fsync', true); \
         SET statement_timeout = 0; \
         SET lock_timeout = {}; \
         SET idle_in_transaction_session_timeout = {}; \
         SET client_min_messages = notice; \
         SET standard_conforming_strings = on; \
         SELECT set_config('idle_session_timeout', '0', false) \
          WHERE current_setting('idle_session_timeout', true) IS NOT NULL; \
         SELECT set_config('synchronous_commit', 'on', false) \
          WHERE current_setting('synchronous_commit', true) IN ({weak})",
        LOCK_TIMEOUT.as_millis(),
        IDLE_IN_TRANSACTION_TIMEOUT.as_millis(),
    )
}

/// Values of `synchronous_commit` that wait for less than all disks.
const WEAK_COMMITS: [&str; 3] = ["off", "local", "remote_write"];

/// What the session had before.
struct Found {
    version: i32,
    read_only: bool,
    standby: bool,
    synchronous_commit: Option<String>,
    fsync: Option<String>,
}

impl Found {
    fn read(row: &SimpleQueryRow) -> Option<Self> {
        let value = |index: usize| row.try_get(index).ok().flatten();
        Some(Self {
            version: value(0)?.parse().ok()?,
            read_only: value(1)? == "on",
            standby: value(2) == Some("on"),
            synchronous_commit: value(3).map(ToOwned::to_owned),
            fsync: value(4).map(ToOwned::to_owned),
        })
    }

    fn check(&self, access: TargetSessionAttrs, shown: &str) -> Result<(), OpenError> {
        let target = shown.to_owned();
        // 130004 is 13.4.
        let version = self.version / 10_000;
        if version < LEAST_VERSION {
            return Err(OpenError::ServerTooOld {
                target,
                found: version,
                least: LEAST_VERSION,
            });
        }
        match access {
            TargetSessionAttrs::ReadWrite if self.standby => Err(OpenError::Standby { target }),
            TargetSessionAttrs::ReadWrite if self.read_only => Err(OpenError::ReadOnly { target }),
            TargetSessionAttrs::ReadOnly if !self.read_only => {
                Err(OpenError::NotReadOnly { target })
            }
            _ => Ok(()),
        }
    }

    fn warn(&self, shown: &str, told: &Told) {
        if let Some(found) = self.synchronous_commit.as_deref()
            && WEAK_COMMITS.contains(&found)
            && !told.weak_commit.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                database = shown,
                found,
                "synchronous_commit is weaker than on and is raised for these sessions; set it to on for this role and database"
            );
        }
        if self.fsync.as_deref() == Some("off") && !told.no_fsync.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                database = shown,
                "the server runs with fsync = off: a crash of its machine can lose or damage the shop; set it to on"
            );
        }
    }
}
