//! A receiver that answers as a test wants, on hyper.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use jumun_test_cluster::Certificates;

/// What was received.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The number of the connection, from 0.
    pub(crate) connection: usize,
}

impl Received {
    /// A header that must be there, once.
    pub(crate) fn header(&self, name: &str) -> &str {
        let values: Vec<_> = self.headers.get_all(name).iter().collect();
        let [value] = *values else {
            panic!("{name}: {values:?}");
        };
        value.to_str().unwrap()
    }
}

/// A server on a free port of this machine.
pub(crate) struct Receiver {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
}

type Answer = dyn Fn(&Received) -> Response<Full<Bytes>> + Send + Sync;

impl Receiver {
    /// Answers every request with this status and no body.
    pub(crate) async fn with_status(status: u16) -> Self {
        Self::start(move |_| answer(status, &[], "")).await
    }

    /// Answers every request with what `answer` makes of it.
    pub(crate) async fn start(
        answer: impl Fn(&Received) -> Response<Full<Bytes>> + Send + Sync + 'static,
    ) -> Self {
        Self::serve(Ipv4Addr::LOCALHOST, answer, None).await
    }

    /// Takes everything over TLS, at this address, with the server's
    /// certificate among these.
    pub(crate) async fn with_tls(address: Ipv4Addr, certificates: &Certificates) -> Self {
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
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Self::serve(address, |_| answer(200, &[], ""), Some(acceptor)).await
    }

    async fn serve(
        address: Ipv4Addr,
        answer: impl Fn(&Received) -> Response<Full<Bytes>> + Send + Sync + 'static,
        acceptor: Option<TlsAcceptor>,
    ) -> Self {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&received);
        let answer: Arc<Answer> = Arc::new(answer);
        // Ends with the runtime of the test.
        tokio::spawn(async move {
            for connection in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, answer, log) =
                    (acceptor.clone(), Arc::clone(&answer), Arc::clone(&log));
                tokio::spawn(async move {
                    match acceptor {
                        None => run(stream, connection, answer, log).await,
                        // A client that does not trust it goes away.
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                run(stream, connection, answer, log).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, received }
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Its URL with this path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// All that was received so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// The one request that was received.
    pub(crate) fn only(&self) -> Received {
        let received = self.received();
        let [only] = &*received else {
            panic!("{} requests", received.len());
        };
        only.clone()
    }
}

/// An answer.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response<Full<Bytes>> {
    let mut answer = Response::builder().status(status);
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    answer
        .body(Full::new(Bytes::from(body.to_owned())))
        .unwrap()
}

async fn run(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    connection: usize,
    answer: Arc<Answer>,
    log: Arc<Mutex<Vec<Received>>>,
) {
    let service = service_fn(|request: Request<Incoming>| async {
        let (head, body) = request.into_parts();
        let received = Received {
            method: head.method,
            uri: head.uri,
            headers: head.headers,
            body: body.collect().await.unwrap().to_bytes(),
            connection,
        };
        let answer = answer(&received);
        log.lock().unwrap().push(received);
        Ok::<_, Infallible>(answer)
    });
    // The client may go at any time.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
