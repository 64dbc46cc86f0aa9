//! TLS, with certificates that can be renewed while the server runs.

mod error;
mod pair;
mod resolver;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use tokio_rustls::TlsAcceptor;

pub use error::TlsError;

use pair::{Files, Print};
use resolver::Resolver;

/// The only protocol that is spoken inside; a client that insists on another
/// is told so in the handshake.
const PROTOCOL: &[u8] = b"http/1.1";

/// TLS 1.2 and 1.3 with a certificate and its key, which are read again when
/// their files change. Neither is ever shown.
pub struct Tls {
    files: Files,
    /// What was in the files then.
    loaded: Print,
    resolver: Arc<Resolver>,
    acceptor: TlsAcceptor,
}

impl Tls {
    /// Reads the certificate, followed by those between it and its authority,
    /// and its key; both files are PEM.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or has something else in it, or when the key
    /// is not that of the certificate.
    pub fn load(certificate: PathBuf, key: PathBuf) -> Result<Self, TlsError> {
        let files = Files { certificate, key };
        let content = files.read();
        let loaded = content.print();
        let resolver = Arc::new(Resolver::new(content.pair(&files)?));
        // A provider for the whole process would be a decision of the binary.
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Unusable)?
            .with_no_client_auth()
            .with_cert_resolver(resolver.clone());
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        Ok(Self {
            files,
            loaded,
            resolver,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.clone()
    }
}

#[cfg(test)]
mod tests;
