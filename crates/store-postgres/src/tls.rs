//! Encryption by `sslmode`, with rustls.

mod roots;
#[cfg(test)]
mod tests;
mod verifier;

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::{CryptoProvider, ring};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::OpenError;
use crate::target::{Encryption, Roots};
use verifier::{Check, Verifier};

/// What encrypts connections, unless there is nothing to encrypt.
///
/// Reads the root certificates, so it is called once, when a database is opened.
///
/// # Errors
///
/// [`OpenError::RootsUnusable`] if the root certificates cannot be read.
pub(crate) fn encrypter(encryption: &Encryption) -> Result<Option<MakeRustlsConnect>, OpenError> {
    let check = match encryption {
        Encryption::Never => return Ok(None),
        Encryption::IfOffered | Encryption::Unchecked => Check::Nothing,
        Encryption::Issuer(path) => Check::Issuer(roots::of_file(path)?),
        Encryption::IssuerAndName(Roots::System) => Check::IssuerAndName(roots::of_system()?),
        Encryption::IssuerAndName(Roots::File(path)) => Check::IssuerAndName(roots::of_file(path)?),
    };
    // A provider for the whole process would be a decision of the binary.
    let provider = Arc::new(ring::default_provider());
    Ok(Some(MakeRustlsConnect::new(client_config(
        provider, check,
    )?)))
}

fn client_config(provider: Arc<CryptoProvider>, check: Check) -> Result<ClientConfig, OpenError> {
    let verifier = Verifier::new(&provider, check);
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| OpenError::BadUrl {
            reason: format!("TLS cannot be used here ({error})"),
        })?;
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}
