//! The task that drives a connection and listens to what the server remarks.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_postgres::error::{DbError, Severity};
use tokio_postgres::tls::TlsStream;
use tokio_postgres::{AsyncMessage, Client, Connection, Socket};

use super::Session;
use crate::statements::Statements;

/// How long a connection may take to end after its session was dropped: a round
/// trip, unless the server hangs, which must not keep sockets open for ever.
const FAREWELL_TIMEOUT: Duration = Duration::from_secs(5);

/// The first warning since the last time they were forgotten.
#[derive(Default)]
pub(super) struct Warnings {
    first: Mutex<Option<String>>,
}

impl Warnings {
    pub(super) fn forget(&self) {
        *self.lock() = None;
    }

    pub(super) fn first(&self) -> Option<String> {
        self.lock().clone()
    }

    fn keep(&self, warning: &DbError) {
        self.lock().get_or_insert_with(|| warning.to_string());
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts the task that drives `connection`.
pub(super) fn begin<S>(
    client: Client,
    mut connection: Connection<Socket, S>,
    shown: &str,
) -> Session
where
    S: TlsStream + Unpin + Send + 'static,
{
    let warnings = Arc::new(Warnings::default());
    let (alive, dropped) = oneshot::channel::<()>();
    let kept = warnings.clone();
    let database = shown.to_owned();
    tokio::spawn(async move {
        let driven = tokio::select! {
            driven = drive(&mut connection, &kept, &database) => Some(driven),
            _ = dropped => {
                timeout(FAREWELL_TIMEOUT, drive(&mut connection, &kept, &database)).await.ok()
            }
        };
        match driven {
            Some(Ok(())) => tracing::debug!(database, "a session has ended"),
            Some(Err(error)) => {
                tracing::debug!(database, error = explained(&error), "a connection was lost");
            }
            None => tracing::debug!(database, "a connection was cut: the server did not end it"),
        }
    });
    Session {
        client,
        warnings,
        statements: Statements::default(),
        _alive: alive,
    }
}

/// Until the connection ends. A notice is handed out before what the server
/// sent after it, so a warning is kept before the answer it came before is seen.
async fn drive<S>(
    connection: &mut Connection<Socket, S>,
    warnings: &Warnings,
    database: &str,
) -> Result<(), tokio_postgres::Error>
where
    S: TlsStream + Unpin,
{
    while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
        if let AsyncMessage::Notice(notice) = message? {
            hear(&notice, warnings, database);
        }
    }
    Ok(())
}

fn hear(notice: &DbError, warnings: &Warnings, database: &str) {
    if is_warning(notice) {
        tracing::warn!(database, warning = %notice, code = notice.code().code(), "the database warns");
        warnings.keep(notice);
    } else {
        tracing::debug!(database, notice = %notice, "the database remarks");
    }
}

/// Servers translate the severity; what is not translated came later, and not
/// all that speak the protocol send it.
fn is_warning(notice: &DbError) -> bool {
    match notice.parsed_severity() {
        Some(severity) => severity == Severity::Warning,
        None => notice.severity() == "WARNING",
    }
}

fn explained(error: &tokio_postgres::Error) -> String {
    use std::error::Error as _;
    error
        .source()
        .map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}
