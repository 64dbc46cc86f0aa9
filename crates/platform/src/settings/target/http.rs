//! `https://host/path`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{HeaderValue, Uri};
use url::{Host, Url};

use crate::settings::error::SettingsError;
use crate::settings::parts::{bad, credentials, without_credentials};

/// Where to post. What may be secret is not printed.
#[derive(Clone)]
pub(crate) struct HttpTarget {
    /// Without credentials.
    pub(crate) uri: Uri,
    pub(crate) host: Host,
    pub(crate) port: u16,
    pub(crate) is_https: bool,
    /// The credentials, as a header.
    pub(crate) authorization: Option<HeaderValue>,
}

impl HttpTarget {
    pub(super) fn read(url: &Url) -> Result<Self, SettingsError> {
        let host = url.host().ok_or_else(|| bad("it names no host"))?;
        let is_https = url.scheme() == "https";
        let authorization = credentials(url)?
            .map(|(user, password)| basic(&user, &password.unwrap_or_default()))
            .transpose()?;
        let uri = Uri::try_from(without_credentials(url.clone()).as_str())
            .map_err(|_| bad("its path or query has a character that must be written with %"))?;
        Ok(Self {
            uri,
            host: host.to_owned(),
            port: url.port().unwrap_or(if is_https { 443 } else { 80 }),
            is_https,
            authorization,
        })
    }
}

impl fmt::Debug for HttpTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The query may hold a token.
        write!(formatter, "HttpTarget({}:{})", self.host, self.port)
    }
}

fn basic(user: &str, password: &str) -> Result<HeaderValue, SettingsError> {
    let encoded = BASE64.encode(format!("{user}:{password}"));
    let mut value = HeaderValue::try_from(format!("Basic {encoded}"))
        .map_err(|_| bad("its user or password is too long"))?;
    value.set_sensitive(true);
    Ok(value)
}
