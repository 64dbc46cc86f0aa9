//! `nats://host:4222/subject`.

use std::fmt;

use url::Url;

use crate::settings::error::SettingsError;
use crate::settings::parts::{authority, bad, credentials, only_part};

/// Where NATS listens by default.
const DEFAULT_PORT: u16 = 4222;

/// The longest subject: the server takes a line of 4,096 bytes, in which there
/// is more than the subject.
const MAX_SUBJECT_BYTES: usize = 1024;

/// Where to publish. What may be secret is not printed.
#[derive(Clone)]
pub(crate) struct NatsTarget {
    /// `nats://host:port`.
    pub(crate) server: String,
    pub(crate) subject: String,
    /// Whether a server without TLS is refused.
    pub(crate) requires_tls: bool,
    pub(crate) credentials: Option<NatsCredentials>,
}

/// How to log in.
#[derive(Clone)]
pub(crate) enum NatsCredentials {
    Token(String),
    Password { user: String, password: String },
}

impl NatsTarget {
    pub(super) fn read(url: &Url) -> Result<Self, SettingsError> {
        let server = format!("nats://{}", authority(url, DEFAULT_PORT)?);
        let subject = only_part(url, "subject")?;
        if subject.len() > MAX_SUBJECT_BYTES || !subject.split('.').all(is_token) {
            return Err(bad(
                "its subject must be of letters, digits, - and _, with a . between its parts",
            ));
        }
        let credentials = credentials(url)?.map(|(user, password)| match password {
            Some(password) => NatsCredentials::Password { user, password },
            None => NatsCredentials::Token(user),
        });
        Ok(Self {
            server,
            subject: subject.to_owned(),
            requires_tls: url.scheme() == "tls",
            credentials,
        })
    }
}

impl fmt::Debug for NatsTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "NatsTarget({}/{})", self.server, self.subject)
    }
}

/// Without the characters that stand for many subjects, and those of the
/// server's own subjects.
fn is_token(token: &str) -> bool {
    !token.is_empty()
        && token
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "-_".contains(character))
}
