//! Whom to believe that it is the issuer's server.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

/// Those that the operating system trusts, or that `SSL_CERT_FILE` and
/// `SSL_CERT_DIR` name.
///
/// # Errors
///
/// If there are none: what the operating system says.
pub(super) fn system_roots() -> Result<RootCertStore, String> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // The stores of some systems hold certificates too old to be parsed.
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let reason = found.errors.first().map(ToString::to_string);
        return Err(reason.unwrap_or_else(|| "the store is empty".to_owned()));
    }
    Ok(roots)
}

/// What encrypts, and checks the server's certificate and name by these roots.
///
/// # Errors
///
/// What the library says.
pub(super) fn connector(roots: RootCertStore) -> Result<TlsConnector, String> {
    // A provider for the whole process would be a decision of the binary.
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}
