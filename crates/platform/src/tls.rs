//! How servers prove who they are.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use crate::settings::SettingsError;

/// Whether a server is sure to encrypt.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// It must.
    Required,
    /// It may. Then a system that trusts nobody, as a small container does, is
    /// well for all that, until the server does encrypt: it is not trusted then.
    IfOffered,
}

/// What checks a server's certificate and name: by the certificates of this
/// file, or else by those that the operating system trusts.
///
/// # Errors
///
/// [`SettingsError::RootsUnusable`] if there is none among them that can be used.
pub(crate) fn client_config(
    roots: Option<&Path>,
    encryption: Encryption,
) -> Result<ClientConfig, SettingsError> {
    let roots = match (roots, encryption) {
        (Some(path), _) => of_file(path)?,
        (None, Encryption::Required) => of_system()?,
        (None, Encryption::IfOffered) => of_system().unwrap_or_else(|_| RootCertStore::empty()),
    };
    // A provider for the whole process would be a decision of the binary.
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| SettingsError::NoTls {
            reason: error.to_string(),
        })?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

fn of_file(path: &Path) -> Result<RootCertStore, SettingsError> {
    let unusable = |reason: String| SettingsError::RootsUnusable {
        store: path.display().to_string(),
        reason,
    };
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unusable(error.to_string()))?;
    let mut store = RootCertStore::empty();
    for certificate in certificates {
        // Each was named by the operator, so each must be usable.
        store
            .add(certificate)
            .map_err(|error| unusable(error.to_string()))?;
    }
    if store.is_empty() {
        return Err(unusable("it holds no certificate".to_owned()));
    }
    Ok(store)
}

fn of_system() -> Result<RootCertStore, SettingsError> {
    let found = rustls_native_certs::load_native_certs();
    let mut store = RootCertStore::empty();
    // The stores of some systems hold certificates too old to be parsed.
    store.add_parsable_certificates(found.certs);
    if store.is_empty() {
        let reason = found.errors.first().map(ToString::to_string);
        return Err(SettingsError::RootsUnusable {
            store: "the store of the operating system".to_owned(),
            reason: reason.unwrap_or_else(|| "there are none".to_owned()),
        });
    }
    Ok(store)
}
