//! Sessions: how they are opened, set up and watched.

mod attempt;
mod pool;
mod setup;
#[cfg(test)]
mod tests;
mod watch;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio_postgres::Client;
use tokio_postgres_rustls::MakeRustlsConnect;

pub(crate) use pool::{SessionManager, SessionPool, pool};

use crate::error::OpenError;
use crate::statements::Statements;
use crate::target::Target;
use crate::tls;
use setup::Told;
use watch::Warnings;

/// Opens sessions to one target. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Connector {
    shared: Arc<Shared>,
}

struct Shared {
    target: Target,
    encrypter: Option<MakeRustlsConnect>,
    /// What was logged, so that it is not logged for each session.
    told: Told,
}

impl Connector {
    /// Reads the root certificates that the target asks for; connects to nothing.
    pub(crate) fn new(target: Target) -> Result<Self, OpenError> {
        let encrypter = tls::encrypter(target.encryption())?;
        Ok(Self {
            shared: Arc::new(Shared {
                target,
                encrypter,
                told: Told::default(),
            }),
        })
    }

    /// Where sessions are opened.
    pub(crate) fn target(&self) -> &Target {
        &self.shared.target
    }

    /// Opens a session at the first server that is as the target wants it, and
    /// sets it up. Takes at most the target's `connect_timeout` for each address.
    ///
    /// # Errors
    ///
    /// What the server, or each of several servers, answered;
    /// [`OpenError::is_transient`] says whether trying again later may help.
    pub(crate) async fn connect(&self) -> Result<Session, OpenError> {
        let mut failures = Vec::new();
        for place in self.target().places() {
            match attempt::at_place(&self.shared, &place).await {
                Ok(session) => return Ok(session),
                Err(error) => {
                    tracing::debug!(%error, "a server was passed over");
                    failures.push(error);
                }
            }
        }
        Err(OpenError::of_several(failures))
    }
}

/// A session that is set up: commits are durable, waits are bounded, warnings
/// are kept. Dropping it ends it, and the server rolls back what was open.
pub(crate) struct Session {
    client: Client,
    warnings: Arc<Warnings>,
    statements: Statements,
    /// Tells the task that drives the connection that nobody waits any more.
    _alive: oneshot::Sender<()>,
}

impl Session {
    /// Forgets the warnings seen so far.
    pub(crate) fn forget_warnings(&self) {
        self.warnings.forget();
    }

    /// The first warning that the server has sent since. A commit that got one
    /// may not have reached the standbys it should wait for.
    pub(crate) fn warning(&self) -> Option<String> {
        self.warnings.first()
    }

    /// What is prepared on this connection.
    pub(crate) fn statements(&self) -> &Statements {
        &self.statements
    }

    /// Whether the connection has ended.
    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }
}

impl Deref for Session {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut Client {
        &mut self.client
    }
}
