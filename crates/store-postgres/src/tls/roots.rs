//! Root certificates, from a file or from the operating system.

use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::error::OpenError;

/// Issuers, and their certificates as they were given.
#[derive(Debug)]
pub(crate) struct Trusted {
    pub(crate) store: RootCertStore,
    pub(crate) certificates: Vec<CertificateDer<'static>>,
}

/// All certificates of a PEM file; each must be usable, since the operator
/// named them.
pub(super) fn of_file(path: &Path) -> Result<Trusted, OpenError> {
    let unusable = |reason: String| OpenError::RootsUnusable {
        store: path.display().to_string(),
        reason,
    };
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unusable(error.to_string()))?;
    let mut store = RootCertStore::empty();
    for certificate in &certificates {
        store
            .add(certificate.clone())
            .map_err(|error| unusable(error.to_string()))?;
    }
    if store.is_empty() {
        return Err(unusable("it holds no certificate".to_owned()));
    }
    Ok(Trusted {
        store,
        certificates,
    })
}

/// What the operating system trusts, as far as it can be read.
pub(super) fn of_system() -> Result<Trusted, OpenError> {
    let found = rustls_native_certs::load_native_certs();
    let mut store = RootCertStore::empty();
    // The stores of some systems hold certificates too old to be parsed.
    store.add_parsable_certificates(found.certs);
    if store.is_empty() {
        let reason = found.errors.first().map(ToString::to_string);
        return Err(OpenError::RootsUnusable {
            store: "the store of the operating system".to_owned(),
            reason: reason.unwrap_or_else(|| "there are none".to_owned()),
        });
    }
    Ok(Trusted {
        store,
        certificates: Vec::new(),
    })
}
