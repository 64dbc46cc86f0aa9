//! Where the database is, and how to talk to it: a URL as libpq reads it.

mod encryption;
mod parameters;
mod place;
#[cfg(test)]
mod tests;
mod url;

use std::fmt;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::TargetSessionAttrs;

pub(crate) use encryption::{Encryption, Roots};
pub(crate) use place::Place;

use crate::error::OpenError;
use parameters::Parameters;
use url::Url;

/// How long one attempt to reach one address may take, from the first packet to
/// the session that is set up: a server nearby needs milliseconds, one across
/// an ocean, with TLS, about one second.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// An attempt must end some time.
const MAX_CONNECT_TIMEOUT_SECONDS: u32 = 600;

/// Sent data that is not acknowledged for so long ends the connection: longer
/// than any usual loss of packets, and short enough that callers who wait
/// behind a server that vanished are answered.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(10);

/// An idle connection is probed after this long; with the interval, and with
/// [`TCP_USER_TIMEOUT`], one that leads nowhere ends after about 11 s.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(5);

/// Between two probes.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(3);

/// Probes without an answer after which the connection ends, where the
/// operating system does not know a TCP user timeout.
const KEEPALIVE_COUNT: u32 = 3;

/// What the operating systems take for the three above.
const MAX_KEEPALIVE: u32 = 32_767;

/// An hour: whoever wants longer wants none.
const MAX_TCP_USER_TIMEOUT_MS: u32 = 3_600_000;

/// How the server's list of sessions names this program.
const APPLICATION_NAME: &str = "jumun";

/// A database on a PostgreSQL server, or on one of several servers.
#[derive(Clone)]
pub struct Target {
    /// Everything but the places and how they are protected.
    config: Config,
    places: Vec<Place>,
    random_order: bool,
    encryption: Encryption,
    access: TargetSessionAttrs,
    connect_timeout: Duration,
    shown: String,
}

impl Target {
    /// Reads a `postgres://` or `postgresql://` URL as libpq does:
    /// `postgres://user:password@host1:5432,host2:5432/database?sslmode=verify-full`,
    /// or `postgres://user@/database?host=/var/run/postgresql` for a socket.
    ///
    /// Differences from libpq: a session must allow writes unless
    /// `target_session_attrs` says otherwise; a connection that leads nowhere
    /// ends after seconds; without a password the variable `PGPASSWORD` is read,
    /// but no other variable, no password file and no service file.
    ///
    /// # Errors
    ///
    /// [`OpenError::BadUrl`] and [`OpenError::UnknownParameter`] say what to
    /// write instead. Neither quotes the URL, which may hold a password.
    pub fn parse(url: &str) -> Result<Self, OpenError> {
        Self::parse_with(url, std::env::var("PGPASSWORD").ok())
    }

    /// `parse`, with the password to use when the URL has none.
    pub(crate) fn parse_with(url: &str, password: Option<String>) -> Result<Self, OpenError> {
        let url = Url::split(url)?;
        let parameters = Parameters::read(url.query)?;
        let mut config = url.config(&parameters)?;
        if config.get_password().is_none_or(<[u8]>::is_empty)
            && let Some(password) = password
        {
            config.password(password);
        }
        if config.get_application_name().is_none() {
            config.application_name(APPLICATION_NAME);
        }
        set_tcp_limits(&mut config, &parameters)?;
        let places = url.places(&parameters)?;
        let shown = place::shown(&config, &places);
        Ok(Self {
            places,
            random_order: random_order(&parameters)?,
            encryption: Encryption::read(&parameters)?,
            access: access(&parameters)?,
            connect_timeout: parameters
                .number("connect_timeout", 1..=MAX_CONNECT_TIMEOUT_SECONDS)?
                .map_or(CONNECT_TIMEOUT, seconds),
            config,
            shown,
        })
    }

    /// The URL without password and parameters, for messages and logs.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// The servers, in the order in which to try them.
    pub(crate) fn places(&self) -> Vec<Place> {
        let mut places = self.places.clone();
        if self.random_order {
            fastrand::shuffle(&mut places);
        }
        places
    }

    /// Whether the addresses of one host may be taken in any order, too.
    pub(crate) fn random_order(&self) -> bool {
        self.random_order
    }

    /// How far the way there is to be protected.
    pub(crate) fn encryption(&self) -> &Encryption {
        &self.encryption
    }

    /// Whether a session must allow writes.
    pub(crate) fn access(&self) -> TargetSessionAttrs {
        self.access
    }

    /// How long one attempt at one address may take.
    pub(crate) fn connect_timeout(&self) -> Duration {
        self.connect_timeout
    }

    /// The driver's settings without a host, to which the caller adds one.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// As [`Self::shown`], with one of the servers only.
    pub(crate) fn shown_at(&self, place: &Place) -> String {
        place::shown(&self.config, std::slice::from_ref(place))
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Target").field(&self.shown).finish()
    }
}

/// Keep-alives and the TCP user timeout. libpq counts the latter in
/// milliseconds, the driver would take seconds.
fn set_tcp_limits(config: &mut Config, parameters: &Parameters<'_>) -> Result<(), OpenError> {
    let keepalive = |name| parameters.number(name, 1..=MAX_KEEPALIVE);
    config
        .keepalives_idle(keepalive("keepalives_idle")?.map_or(KEEPALIVE_IDLE, seconds))
        .keepalives_interval(keepalive("keepalives_interval")?.map_or(KEEPALIVE_INTERVAL, seconds))
        .keepalives_retries(keepalive("keepalives_count")?.unwrap_or(KEEPALIVE_COUNT))
        .tcp_user_timeout(
            parameters
                .number("tcp_user_timeout", 1..=MAX_TCP_USER_TIMEOUT_MS)?
                .map_or(TCP_USER_TIMEOUT, |ms| Duration::from_millis(ms.into())),
        );
    Ok(())
}

fn seconds(number: u32) -> Duration {
    Duration::from_secs(number.into())
}

fn access(parameters: &Parameters<'_>) -> Result<TargetSessionAttrs, OpenError> {
    match parameters.get("target_session_attrs").as_deref() {
        None | Some("read-write") => Ok(TargetSessionAttrs::ReadWrite),
        Some("any") => Ok(TargetSessionAttrs::Any),
        Some("read-only") => Ok(TargetSessionAttrs::ReadOnly),
        Some(_) => Err(OpenError::BadUrl {
            reason: "target_session_attrs must be one of read-write, read-only and any".to_owned(),
        }),
    }
}

fn random_order(parameters: &Parameters<'_>) -> Result<bool, OpenError> {
    match parameters.get("load_balance_hosts").as_deref() {
        None | Some("disable") => Ok(false),
        Some("random") => Ok(true),
        Some(_) => Err(OpenError::BadUrl {
            reason: "load_balance_hosts must be one of disable and random".to_owned(),
        }),
    }
}
