//! A platform's URL.

use std::fmt;
use std::str::FromStr;

use url::Url;

use super::error::SettingsError;
use super::parts::{bad, without_credentials};
use super::target::Target;

/// Where a platform is, by kind:
///
/// - `https://host/path` or `http://host/path`,
/// - `nats://host:4222/subject`, or `tls://…` to refuse a server without TLS,
/// - `kafka://host:9092/topic`,
/// - `file:///path`.
///
/// The first two may carry `user:password@`. It prints without that, and
/// without its query, which may hold a token.
#[derive(Clone)]
pub struct PlatformUrl {
    shown: String,
    pub(crate) target: Target,
}

impl PlatformUrl {
    /// The kind of platform, in a word for logs: `http`, `nats`, `kafka` or `file`.
    pub fn kind(&self) -> &'static str {
        match self.target {
            Target::Http(_) => "http",
            Target::Nats(_) => "nats",
            Target::Kafka(_) => "kafka",
            Target::File(_) => "file",
        }
    }

    /// Whether what is sent there can be signed: over HTTP only.
    pub fn is_signable(&self) -> bool {
        matches!(self.target, Target::Http(_))
    }
}

impl FromStr for PlatformUrl {
    type Err = SettingsError;

    /// # Errors
    ///
    /// [`SettingsError::BadUrl`], which quotes nothing of the URL.
    fn from_str(text: &str) -> Result<Self, SettingsError> {
        guard(text)?;
        // None of the library's sentences quotes the URL.
        let url = Url::parse(text).map_err(|error| bad(&error.to_string()))?;
        if url.fragment().is_some() {
            return Err(bad(
                "it has a #, which means nothing there; write it as %23",
            ));
        }
        let target = Target::read(&url)?;
        let mut url = without_credentials(url);
        url.set_query(None);
        Ok(Self {
            shown: url.into(),
            target,
        })
    }
}

impl fmt::Display for PlatformUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown)
    }
}

impl fmt::Debug for PlatformUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("PlatformUrl")
            .field(&self.shown)
            .finish()
    }
}

/// Refuses a URL whose borders may not be where they seem to be.
///
/// An unencoded `@`, `/`, `?` or `#` in a password would move them, and a piece
/// of the password would be taken for a host or a path and shown. So there must
/// be at most one `@`, before the first of the others.
fn guard(text: &str) -> Result<(), SettingsError> {
    let is_odd = |character: char| character.is_control() || " \\".contains(character);
    if text.contains(is_odd) {
        return Err(bad(
            "it contains a space, a \\, a line end or another control character",
        ));
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(bad("it has no ://"));
    };
    if scheme.eq_ignore_ascii_case("file") {
        // It has no password, and a path may hold an @.
        return Ok(());
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    if authority.matches('@').count() > 1 || rest.contains('@') {
        return Err(bad(
            "it has an @ where none may be; in a user, password, path or query write @ as %40, / as %2F, ? as %3F and # as %23",
        ));
    }
    Ok(())
}
