//! One plain request to a deployment, and what its certificate is.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

use super::obstacle::Obstacle;
use crate::failure::Failure;

/// How long a deployment may take for one answer.
const DEADLINE: Duration = Duration::from_secs(10);

/// The largest answer that is read: a page of the API is smaller.
const MAX_ANSWER_BYTES: u64 = 4 << 20;

/// More headers than an answer of ours has, with those of some proxies.
const MAX_HEADERS: usize = 100;

/// A deployment.
#[derive(Clone, Debug)]
pub(super) struct Deployment {
    url: Url,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// By their names in lower case.
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// The certificate of the other side, in DER.
    pub(super) certificate: Option<Vec<u8>>,
}

impl Answer {
    /// The first header of a name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter();
        all.find(|(it, _)| it == name).map(|(_, value)| &**value)
    }
}

impl Deployment {
    /// Takes a URL of a server.
    ///
    /// # Errors
    ///
    /// When it is none of HTTP. It is not quoted: it may hold a password.
    pub(super) fn new(text: &str) -> Result<Self, Failure> {
        let url = Url::parse(text).ok();
        let url = url.filter(|it| {
            matches!(it.scheme(), "http" | "https")
                && it.host().is_some()
                && it.username().is_empty()
                && it.password().is_none()
        });
        url.map(|url| Self { url }).ok_or_else(|| {
            Failure::usage("--url is not the URL of a server")
                .help("write it as https://shop.example.com, with the token in JUMUN_TOKEN")
        })
    }

    /// Whether it is on this machine.
    pub(super) fn is_on_loopback(&self) -> bool {
        match self.url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Whether it is reached over TLS.
    pub(super) fn is_encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether nobody can read on the way what is sent to it.
    pub(super) fn is_private(&self) -> bool {
        self.is_encrypted() || self.is_on_loopback()
    }

    /// Asks for a path, with or without a token, which only one that
    /// [is private](Self::is_private) may be sent.
    ///
    /// # Errors
    ///
    /// What stood in the way, in words.
    pub(super) async fn get(&self, path: &str, token: Option<&str>) -> Result<Answer, Obstacle> {
        let asked = timeout(DEADLINE, self.ask(path, token)).await;
        match asked {
            Ok(answer) => answer.map_err(Obstacle::from),
            Err(_) => Err(Obstacle::silence(DEADLINE.as_secs())),
        }
    }

    async fn ask(&self, path: &str, token: Option<&str>) -> io::Result<Answer> {
        let host = self.url.host_str().unwrap_or_default();
        let port = self.url.port_or_known_default().unwrap_or(80);
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let stream = TcpStream::connect((bare, port)).await?;
        let base = self.url.path().trim_end_matches('/');
        let authority = &self.url[url::Position::BeforeHost..url::Position::AfterPort];
        // The older version keeps no connection and sends no chunks.
        let mut request = format!("GET {base}{path} HTTP/1.0\r\nHost: {authority}\r\n");
        // Whoever calls asks that before; a token that leaked cannot be called back.
        if let Some(token) = token.filter(|_| self.is_private()) {
            request.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        request.push_str("\r\n");
        if !self.is_encrypted() {
            return exchange(stream, &request).await;
        }
        let name = ServerName::try_from(bare.to_owned()).map_err(io::Error::other)?;
        let stream = connector()?.connect(name, stream).await?;
        let certificates = stream.get_ref().1.peer_certificates();
        let first = certificates.and_then(<[_]>::first).map(|it| it.to_vec());
        let mut answer = exchange(stream, &request).await?;
        answer.certificate = first;
        Ok(answer)
    }
}

async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    request: &str,
) -> io::Result<Answer> {
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    let mut bytes = Vec::new();
    let read = stream.take(MAX_ANSWER_BYTES).read_to_end(&mut bytes).await;
    match read {
        Ok(_) => {}
        // Some end TLS without saying so.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
        Err(error) => return Err(error),
    }
    parse(&bytes).ok_or_else(|| io::Error::other("the answer is not HTTP"))
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = head.parse(bytes).ok()? else {
        return None;
    };
    let text = |it: &httparse::Header<'_>| {
        let value = String::from_utf8_lossy(it.value).into_owned();
        (it.name.to_ascii_lowercase(), value)
    };
    Some(Answer {
        status: head.code?,
        headers: head.headers.iter().map(text).collect(),
        body: bytes.get(length..)?.to_vec(),
        certificate: None,
    })
}

fn connector() -> io::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_is_named_by_a_url_without_a_password() {
        let table = [
            ("https://shop.example.com", Some((false, true))),
            ("http://127.0.0.1:8080/", Some((true, false))),
            ("http://[::1]:8080", Some((true, false))),
            ("http://localhost", Some((true, false))),
            ("https://me:secret@shop.example.com", None),
            ("ftp://shop.example.com", None),
            ("shop.example.com", None),
            ("", None),
        ];
        for (text, expected) in table {
            let found = Deployment::new(text).ok();
            let found = found.map(|it| (it.is_on_loopback(), it.is_encrypted()));
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
