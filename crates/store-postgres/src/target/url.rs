//! The parts of a URL.

use std::error::Error as _;

use tokio_postgres::Config;

use super::parameters::Parameters;
use super::place::Place;
use crate::error::OpenError;

/// The parts of a URL, still encoded.
pub(super) struct Url<'a> {
    user_and_password: Option<&'a str>,
    hosts: &'a str,
    database: &'a str,
    pub(super) query: &'a str,
}

impl<'a> Url<'a> {
    /// Cuts a URL into its parts.
    ///
    /// An unencoded `@`, `/` or `?` in a password would move the borders, and a
    /// piece of the password would be taken for a host or a parameter and shown
    /// in a message. So there must be at most one `@`, before the first of the
    /// other two.
    pub(super) fn split(url: &'a str) -> Result<Self, OpenError> {
        let rest = url
            .strip_prefix("postgres://")
            .or_else(|| url.strip_prefix("postgresql://"))
            .ok_or_else(|| bad("it does not begin with postgres://"))?;
        if rest.contains(|character: char| character.is_control() || character == ' ') {
            return Err(bad(
                "it contains a space, a line end or another control character",
            ));
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        let (user_and_password, hosts) = match authority.split_once('@') {
            Some((user, hosts)) => (Some(user), hosts),
            None => (None, authority),
        };
        if hosts.contains('@') || rest.contains('@') {
            return Err(bad(
                "it has a special character where none may be; in a user, password or parameter write @ as %40, / as %2F and ? as %3F",
            ));
        }
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Ok(Self {
            user_and_password,
            hosts,
            database: path.strip_prefix('/').unwrap_or(path),
            query,
        })
    }

    /// The driver's settings, without a host.
    pub(super) fn config(&self, parameters: &Parameters<'_>) -> Result<Config, OpenError> {
        let user = self
            .user_and_password
            .map_or_else(String::new, |user| format!("{user}@"));
        read(&format!(
            "postgres://{user}/{}{}",
            self.database,
            parameters.drivers()
        ))
    }

    /// The servers named, at least one.
    pub(super) fn places(&self, parameters: &Parameters<'_>) -> Result<Vec<Place>, OpenError> {
        if !self.hosts.is_empty() && (parameters.has("host") || parameters.has("port")) {
            return Err(bad(
                "it names hosts twice, before the database and as a parameter",
            ));
        }
        let config = read(&format!(
            "postgres://{}/{}",
            self.hosts,
            parameters.places()
        ))?;
        Place::all(&config)
    }
}

/// Lets the driver read a URL.
fn read(url: &str) -> Result<Config, OpenError> {
    url.parse::<Config>().map_err(|error| OpenError::BadUrl {
        // Names a parameter; never quotes a value.
        reason: error
            .source()
            .map_or_else(|| error.to_string(), ToString::to_string),
    })
}

pub(super) fn bad(reason: &str) -> OpenError {
    OpenError::BadUrl {
        reason: reason.to_owned(),
    }
}
