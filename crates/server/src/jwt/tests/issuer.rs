//! An issuer's server, which answers as a test wants.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jumun_test_cluster::Certificates;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::jwt::JwksSource;

/// How long a test waits for what must come.
const DEADLINE: Duration = Duration::from_secs(20);

/// Between two looks.
const LOOK: Duration = Duration::from_millis(2);

/// A server on a free port of this machine.
pub(super) struct Issuer {
    scheme: &'static str,
    address: SocketAddr,
    /// What it answers, head and body; nothing at all while there is none.
    answer: Arc<Mutex<Option<Vec<u8>>>>,
    requests: Arc<AtomicUsize>,
    last_request: Arc<Mutex<String>>,
}

impl Issuer {
    /// Gives these keys to everyone.
    pub(super) async fn with(keys: &str) -> Self {
        Self::serve("http", None, keys).await
    }

    /// The same over TLS.
    pub(super) async fn with_tls(keys: &str, certificates: &Certificates) -> Self {
        let tls = certificates.tls();
        let chain = CertificateDer::pem_file_iter(tls.certificate).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                chain.map(Result::unwrap).collect(),
                PrivateKeyDer::from_pem_file(tls.key).unwrap(),
            )
            .unwrap();
        Self::serve("https", Some(TlsAcceptor::from(Arc::new(config))), keys).await
    }

    async fn serve(scheme: &'static str, tls: Option<TlsAcceptor>, keys: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = Self {
            scheme,
            address: listener.local_addr().unwrap(),
            answer: Arc::default(),
            requests: Arc::default(),
            last_request: Arc::default(),
        };
        issuer.publish(keys);
        let (answer, requests) = (issuer.answer.clone(), issuer.requests.clone());
        let last_request = issuer.last_request.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (answer, requests) = (answer.clone(), requests.clone());
                let last_request = last_request.clone();
                let reply = move |request: String| {
                    requests.fetch_add(1, Ordering::SeqCst);
                    *last_request.lock().unwrap() = request;
                    answer.lock().unwrap().clone()
                };
                match tls.clone() {
                    None => drop(tokio::spawn(converse(stream, reply))),
                    Some(acceptor) => drop(tokio::spawn(async move {
                        if let Ok(stream) = acceptor.accept(stream).await {
                            converse(stream, reply).await;
                        }
                    })),
                }
            }
        });
        issuer
    }

    /// Answers with these keys from now on.
    pub(super) fn publish(&self, keys: &str) {
        let length = keys.len();
        self.answer_with(&format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{keys}"
        ));
    }

    /// Answers with these bytes from now on.
    pub(super) fn answer_with(&self, answer: &str) {
        *self.answer.lock().unwrap() = Some(answer.to_owned().into_bytes());
    }

    /// Takes requests, and answers none, from now on.
    pub(super) fn fall_silent(&self) {
        *self.answer.lock().unwrap() = None;
    }

    pub(super) fn url(&self) -> String {
        format!("{}://{}/keys?tenant=secret", self.scheme, self.address)
    }

    pub(super) fn source(&self) -> JwksSource {
        self.url().parse().unwrap()
    }

    /// How often it was asked.
    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    pub(super) fn last_request(&self) -> String {
        self.last_request.lock().unwrap().clone()
    }
}

/// Waits until the condition holds.
pub(super) async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < DEADLINE, "waited in vain until {what}");
        tokio::time::sleep(LOOK).await;
    }
}

/// One request, one answer. Without an answer, the client is waited for.
async fn converse<S>(mut stream: S, reply: impl FnOnce(String) -> Option<Vec<u8>>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => request.push(byte),
            Err(_) => return,
        }
    }
    match reply(String::from_utf8(request).unwrap()) {
        // A client that has seen enough may close before it has read everything.
        Some(answer) => drop(stream.write_all(&answer).await),
        None => drop(stream.read_u8().await),
    }
    let _ = stream.shutdown().await;
}
