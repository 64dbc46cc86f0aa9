//! A server with doors of the test's choosing, and clients of it.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jumun_server::{Config, Listeners, Tls, install_metrics, run};
use jumun_test_cluster::Certificates;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use crate::harness::{Data, Engine};

/// What HTTP goes over.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Over {
    Tcp,
    Tls,
}

impl Over {
    /// What holds, holds over both.
    pub(crate) const BOTH: [Self; 2] = [Self::Tcp, Self::Tls];
}

/// A client's end of a connection.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// A server, and the certificate that its clients know it by.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) monitoring: SocketAddr,
    folder: TempDir,
    certificates: Certificates,
    over: Over,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
    _data: Data,
}

impl Server {
    pub(crate) async fn open(over: Over, config: Config) -> Self {
        let data = Data::new(Engine::ANY);
        let services = data.open().await.services;
        let folder = tempfile::tempdir().unwrap();
        let certificates = Certificates::create();
        put(&certificates, folder.path());
        let [certificate, key] = paths(folder.path());
        let api = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let monitoring = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = api.local_addr().unwrap();
        let monitoring_address = monitoring.local_addr().unwrap();
        let doors = Listeners {
            api,
            tls: (over == Over::Tls).then(|| Tls::load(certificate, key).unwrap()),
            monitoring: Some(monitoring),
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move {
            let _ = stopped.await;
        };
        let task = tokio::spawn(async move {
            let store = services.store.clone();
            let outcome = run(doors, config, services, install_metrics(), shutdown).await;
            store.close().await;
            outcome
        });
        Self {
            address,
            monitoring: monitoring_address,
            folder,
            certificates,
            over,
            stop: Some(stop),
            task,
            _data: data,
        }
    }

    /// A connection without anything on it.
    pub(crate) async fn tcp(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// A connection on which requests can be sent.
    pub(crate) async fn connect(&self) -> Box<dyn Wire> {
        self.dress(self.tcp().await).await
    }

    /// The same over a socket that is there.
    pub(crate) async fn dress(&self, stream: TcpStream) -> Box<dyn Wire> {
        match self.over {
            Over::Tcp => Box::new(stream),
            Over::Tls => Box::new(self.handshake(stream, self.client()).await.unwrap()),
        }
    }

    /// The authority of the server's certificate.
    pub(crate) fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_file(self.certificates.authority()).unwrap();
        roots.add(authority).unwrap();
        roots
    }

    /// A client that trusts the server's certificate and no other.
    pub(crate) fn client(&self) -> ClientConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.roots())
            .with_no_client_auth();
        // A certificate is shown in a whole handshake only.
        client.resumption = rustls::client::Resumption::disabled();
        client
    }

    pub(crate) async fn handshake(
        &self,
        stream: TcpStream,
        client: ClientConfig,
    ) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(client))
            .connect(name, stream)
            .await
    }

    /// Where certificate and key are read from.
    pub(crate) fn files(&self) -> [PathBuf; 2] {
        paths(self.folder.path())
    }

    /// Replaces certificate and key. Clients made from now on know the new ones.
    pub(crate) fn renew(&mut self) {
        self.certificates = Certificates::create();
        put(&self.certificates, self.folder.path());
    }

    /// Stops the server, and gives what it came to.
    pub(crate) async fn stop(mut self) -> std::io::Result<()> {
        let _ = self.stop.take().map(|stop| stop.send(()));
        self.task.await.unwrap()
    }
}

fn paths(folder: &Path) -> [PathBuf; 2] {
    ["server.crt", "server.key"].map(|name| folder.join(name))
}

fn put(certificates: &Certificates, folder: &Path) {
    let [certificate, key] = paths(folder);
    fs::copy(certificates.tls().certificate, certificate).unwrap();
    fs::copy(certificates.tls().key, key).unwrap();
}
