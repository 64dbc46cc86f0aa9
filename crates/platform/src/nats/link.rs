//! The connection to a NATS server, and whether it is there.

use std::time::Duration;

use async_nats::jetstream::{self, Context};
use async_nats::{ClientError, ConnectOptions, Event};
use tokio::sync::watch;

use super::fault;
use crate::outcome::{Failure, FailureKind};
use crate::settings::{MAX_IN_FLIGHT, NatsCredentials, NatsTarget};

/// How often an idle connection is tried out. The library gives it up after two
/// answers are missing: one that leads nowhere is made again after 15 s.
const PING_INTERVAL: Duration = Duration::from_secs(5);

/// The part of an attempt that connecting may take: the answer needs time, too.
const SHARE_OF_TIMEOUT: u32 = 2;

/// A connection that the library makes again whenever it is lost.
pub(super) struct Link {
    server: String,
    jetstream: Context,
    state: watch::Receiver<State>,
}

/// What the library has told so far.
#[derive(Clone, Debug, Default)]
struct State {
    is_down: bool,
    /// How often the connection was lost: what was sent before is not answered.
    losses: u64,
    /// The last error, for those who wait in vain.
    error: Option<String>,
}

/// The connection while it is there.
pub(super) struct Up<'a> {
    pub(super) jetstream: &'a Context,
    pub(super) lost: Lost<'a>,
}

/// The end of a connection.
pub(super) struct Lost<'a> {
    server: &'a str,
    state: watch::Receiver<State>,
    losses: u64,
}

impl Link {
    /// Connects for the first time.
    pub(super) async fn begin(
        target: &NatsTarget,
        tls: rustls::ClientConfig,
        timeout: Duration,
    ) -> Result<Self, Failure> {
        let (sender, state) = watch::channel(State::default());
        let options = ConnectOptions::new()
            .name("jumun")
            .connection_timeout(timeout / SHARE_OF_TIMEOUT)
            .ping_interval(PING_INTERVAL)
            .tls_client_config(tls)
            .require_tls(target.requires_tls)
            .event_callback(move |event| {
                sender.send_modify(|state| state.note(event));
                std::future::ready(())
            });
        let options = match target.credentials.clone() {
            None => options,
            Some(NatsCredentials::Token(token)) => options.token(token),
            Some(NatsCredentials::Password { user, password }) => {
                options.user_and_password(user, password)
            }
        };
        let client = options
            .connect(&target.server)
            .await
            .map_err(|error| fault::not_connected(&error, &target.server))?;
        let jetstream = jetstream::ContextBuilder::new()
            // The caller's own deadline is the one that counts.
            .timeout(timeout)
            .max_ack_inflight(MAX_IN_FLIGHT)
            .build(client);
        Ok(Self {
            server: target.server.clone(),
            jetstream,
            state,
        })
    }

    /// The connection, unless it is lost at the moment.
    ///
    /// # Errors
    ///
    /// At once, so that the library does not keep the message for later: by
    /// then it was perhaps sent again.
    pub(super) fn up(&self) -> Result<Up<'_>, Failure> {
        let state = self.state.clone();
        let seen = state.borrow().clone();
        if seen.is_down {
            let why = seen.error.as_deref().unwrap_or("the connection was lost");
            let text = format!(
                "{} is not connected ({why}); check that the server runs, and this machine's way to it",
                self.server
            );
            return Err(Failure::new(FailureKind::Connect, text));
        }
        Ok(Up {
            jetstream: &self.jetstream,
            lost: Lost {
                server: &self.server,
                state,
                losses: seen.losses,
            },
        })
    }

    /// The last error that the server has told, which may be why it is silent.
    pub(super) fn last_error(&self) -> Option<String> {
        self.state.borrow().error.clone()
    }
}

impl Lost<'_> {
    /// Waits until the connection is lost.
    pub(super) async fn wait(mut self) -> Failure {
        let losses = self.losses;
        // It ends with the library's tasks, whose end is a loss, too.
        let _ = self.state.wait_for(|state| state.losses != losses).await;
        let text = format!(
            "the connection to {} was lost before it acknowledged the message",
            self.server
        );
        Failure::new(FailureKind::Reset, text)
    }
}

impl State {
    fn note(&mut self, event: Event) {
        match event {
            Event::Connected => {
                self.is_down = false;
                self.error = None;
            }
            Event::Disconnected | Event::Closed => {
                self.is_down = true;
                self.losses += 1;
            }
            Event::ServerError(error) => self.error = Some(error.to_string()),
            Event::ClientError(ClientError::Other(error)) => self.error = Some(error),
            Event::ClientError(error) => self.error = Some(error.to_string()),
            Event::LameDuckMode | Event::Draining | Event::SlowConsumer(_) => {}
        }
    }
}
