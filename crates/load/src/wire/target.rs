//! The server that is loaded, as it is reached.

use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;
use url::Url;

/// A server: where it listens, and what requests to it have in common.
#[derive(Clone)]
pub struct Target {
    pub(super) addresses: Vec<SocketAddr>,
    pub(super) encryption: Option<Encryption>,
    authority: String,
    base_path: String,
    token: Option<String>,
}

/// How it is spoken to over TLS.
#[derive(Clone)]
pub(super) struct Encryption {
    pub(super) connector: TlsConnector,
    pub(super) name: ServerName<'static>,
}

/// Why a server cannot be loaded. No message quotes the URL or the token.
#[derive(Debug, thiserror::Error)]
pub enum InvalidTarget {
    /// It is not `http://…` or `https://…`, or has a name and a password.
    #[error("this is not the URL of a server; write it as http://127.0.0.1:8080")]
    NotAUrl,
    /// The host has no address.
    #[error("the address of the server cannot be found: {0}; check the host of the URL")]
    Unknown(io::Error),
    /// TLS cannot be set up.
    #[error("TLS cannot be used: {0}; check the certificates of this machine, or SSL_CERT_FILE")]
    Encryption(rustls::Error),
    /// A token would travel in the clear.
    #[error(
        "the token could be read on its way; use https://, or load a server on this machine over \
         a loopback address"
    )]
    TokenInTheClear,
    /// A token with characters that no header may have.
    #[error("the token cannot be sent; give it as it was printed, without spaces and line breaks")]
    Token,
}

impl Target {
    /// Takes the URL of a server, and looks up its addresses, which blocks.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(url: &str, token: Option<&str>) -> Result<Self, InvalidTarget> {
        let url = Url::parse(url).map_err(|_| InvalidTarget::NotAUrl)?;
        let is_good = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none();
        let host = url.host_str().filter(|_| is_good);
        let host = host.ok_or(InvalidTarget::NotAUrl)?;
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let port = url.port_or_known_default().ok_or(InvalidTarget::NotAUrl)?;
        let found = (bare, port).to_socket_addrs();
        let addresses: Vec<SocketAddr> = found.map_err(InvalidTarget::Unknown)?.collect();
        if addresses.is_empty() {
            let none = io::Error::other("the host has none");
            return Err(InvalidTarget::Unknown(none));
        }
        let is_encrypted = url.scheme() == "https";
        let encryption = is_encrypted.then(|| Encryption::to(bare)).transpose()?;
        let target = Self {
            addresses,
            encryption,
            authority: url[url::Position::BeforeHost..url::Position::AfterPort].to_owned(),
            base_path: url.path().trim_end_matches('/').to_owned(),
            token: token.map(str::to_owned),
        };
        target.check_token()?;
        Ok(target)
    }

    /// A server that speaks plain HTTP at this address and asks for no token.
    pub fn plain(address: SocketAddr) -> Self {
        Self {
            addresses: vec![address],
            encryption: None,
            authority: address.to_string(),
            base_path: String::new(),
            token: None,
        }
    }

    /// Whether it is on this machine, by each of its addresses.
    pub fn is_on_loopback(&self) -> bool {
        let mut all = self.addresses.iter();
        all.all(|it| it.ip().to_canonical().is_loopback())
    }

    /// Host and port, as requests name them.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// What the path of every request begins with.
    pub(super) fn base_path(&self) -> &str {
        &self.base_path
    }

    /// The token of every request.
    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    fn check_token(&self) -> Result<(), InvalidTarget> {
        let Some(token) = &self.token else {
            return Ok(());
        };
        if token.is_empty() || !token.bytes().all(|it| it.is_ascii_graphic()) {
            return Err(InvalidTarget::Token);
        }
        if self.encryption.is_none() && !self.is_on_loopback() {
            return Err(InvalidTarget::TokenInTheClear);
        }
        Ok(())
    }
}

impl Encryption {
    fn to(host: &str) -> Result<Self, InvalidTarget> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| InvalidTarget::NotAUrl)?;
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(InvalidTarget::Encryption)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = TlsConnector::from(Arc::new(config));
        Ok(Self { connector, name })
    }
}

impl fmt::Debug for Target {
    /// Without the token.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_named_by_a_url_without_a_password() {
        let table = [
            ("http://127.0.0.1:8080", Some(("127.0.0.1:8080", true))),
            ("http://[::1]:8080/shop/", Some(("[::1]:8080", true))),
            ("https://127.0.0.1", Some(("127.0.0.1", true))),
            ("http://192.0.2.1", Some(("192.0.2.1", false))),
            ("http://me:secret@127.0.0.1", None),
            ("http://127.0.0.1/?a=b", None),
            ("ftp://127.0.0.1", None),
            ("127.0.0.1:8080", None),
            ("", None),
        ];
        for (url, expected) in table {
            let target = Target::parse(url, None).ok();
            let found = target.as_ref();
            let found = found.map(|it| (it.authority(), it.is_on_loopback()));
            assert_eq!(found, expected, "{url:?}");
        }
    }

    #[test]
    fn a_token_is_sent_only_where_nobody_can_read_it_on_its_way() {
        let table = [
            ("http://127.0.0.1", "jumun_1", true),
            ("https://192.0.2.1", "jumun_1", true),
            ("http://192.0.2.1", "jumun_1", false),
            ("http://127.0.0.1", "jumun_1\r\nX: y", false),
            ("http://127.0.0.1", "", false),
        ];
        for (url, token, accepted) in table {
            let target = Target::parse(url, Some(token));
            assert_eq!(target.is_ok(), accepted, "{url} {token:?}");
            let told = format!("{target:?}");
            assert!(!told.contains("jumun_1"), "{told}");
        }
    }
}
