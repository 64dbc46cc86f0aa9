//! Keys from a URL: one GET on a connection of its own.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, HOST, USER_AGENT};
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper::client::conn::http1::Builder;
use hyper_util::rt::TokioIo;
use rustls::RootCertStore;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Position, Url};

use super::error::JwtError;
use super::settings::JwksSource;
use super::source::MAX_JWKS_BYTES;
use super::tls;

/// How long the keys may take to come, all in all: someone with a new key waits.
const FETCH_TIMEOUT: Duration = Duration::from_secs(10);

/// How long one address may take to be connected to, so that there is time left
/// for another one.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// The most bytes of an answer's head, which is a few hundred commonly.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// What the server is told of who asks.
const AGENT: &str = concat!("jumun/", env!("CARGO_PKG_VERSION"));

/// What holds keys.
const ACCEPTED: &str = "application/jwk-set+json, application/json";

/// Why there is no answer that can be used.
type Fault = Box<dyn Error + Send + Sync>;

/// Asks one URL, without redirects, which could lead to where nothing is
/// encrypted, and without a proxy.
pub(super) struct Fetcher {
    /// As the errors name it.
    place: String,
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    /// The value of `Host`.
    authority: String,
    path_and_query: String,
    /// For all of it; tests that cannot wait have a shorter one.
    pub(super) timeout: Duration,
}

impl Fetcher {
    /// For a URL that the settings allow, with the roots that are trusted if it
    /// is `https://`. Connects to nothing yet.
    pub(super) fn new(
        url: &Url,
        roots: impl FnOnce() -> Result<RootCertStore, String>,
    ) -> Result<Self, JwtError> {
        let place = JwksSource::Url(url.clone()).to_string();
        let bad = JwtError::BadSource {
            reason: "it has no host, or none that a certificate can be for",
        };
        let (host, name) = match url.host() {
            Some(Host::Domain(name)) => (name.to_owned(), ServerName::try_from(name.to_owned())),
            Some(Host::Ipv4(address)) => (address.to_string(), Ok(IpAddr::from(address).into())),
            Some(Host::Ipv6(address)) => (address.to_string(), Ok(IpAddr::from(address).into())),
            None => return Err(bad),
        };
        let tls = if url.scheme() == "https" {
            let connector = roots().and_then(tls::connector);
            let connector = connector.map_err(|reason| JwtError::NoRoots {
                url: place.clone(),
                reason,
            })?;
            Some((connector, name.map_err(|_| bad.clone())?))
        } else {
            None
        };
        Ok(Self {
            place,
            host,
            port: url.port_or_known_default().ok_or(bad)?,
            tls,
            authority: url[Position::BeforeHost..Position::AfterPort].to_owned(),
            path_and_query: url[Position::BeforePath..Position::AfterQuery].to_owned(),
            timeout: FETCH_TIMEOUT,
        })
    }

    /// As the errors name it.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// What the URL answers, in time, at most [`MAX_JWKS_BYTES`].
    pub(super) async fn fetch(&self) -> Result<Vec<u8>, JwtError> {
        let fault = match timeout(self.timeout, self.ask()).await {
            Ok(Ok(body)) => return Ok(body),
            Ok(Err(fault)) => fault,
            Err(_) => format!("it took longer than {:?}", self.timeout).into(),
        };
        Err(if fault.is::<LengthLimitError>() {
            let place = self.place.clone();
            JwtError::TooLarge { place }
        } else {
            JwtError::Unreachable {
                url: self.place.clone(),
                reason: fault.to_string(),
            }
        })
    }

    async fn ask(&self) -> Result<Vec<u8>, Fault> {
        let stream = self.connect().await?;
        match &self.tls {
            None => self.get(stream).await,
            Some((connector, name)) => {
                self.get(connector.connect(name.clone(), stream).await?)
                    .await
            }
        }
    }

    /// Connects to the first address that answers.
    async fn connect(&self) -> Result<TcpStream, Fault> {
        let mut fault = Fault::from("its name has no address that may be asked");
        for address in lookup_host((self.host.as_str(), self.port)).await? {
            if !self.may_ask(address) {
                continue;
            }
            match timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => fault = error.into(),
                Err(_) => fault = format!("no connection to {address} in time").into(),
            }
        }
        Err(fault)
    }

    /// Without TLS only this machine is believed, whatever `localhost` is here.
    fn may_ask(&self, address: SocketAddr) -> bool {
        self.tls.is_some() || address.ip().is_loopback()
    }

    async fn get<S>(&self, stream: S) -> Result<Vec<u8>, Fault>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (mut sender, connection) = Builder::new()
            .max_buf_size(MAX_HEAD_BYTES)
            .handshake(TokioIo::new(stream))
            .await?;
        // It ends with its sender, and tells that one of its errors.
        tokio::spawn(async move { drop(connection.await) });
        let request = Request::get(&self.path_and_query)
            .header(HOST, &self.authority)
            .header(ACCEPT, ACCEPTED)
            .header(USER_AGENT, AGENT)
            .body(Empty::<Bytes>::new())?;
        let answer = sender.send_request(request).await?;
        if answer.status() != StatusCode::OK {
            return Err(format!("it answers {}", answer.status()).into());
        }
        let body = Limited::new(answer.into_body(), MAX_JWKS_BYTES);
        Ok(body.collect().await?.to_bytes().into())
    }
}
