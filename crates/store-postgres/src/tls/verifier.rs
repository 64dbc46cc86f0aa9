//! How much of a server's certificate is checked.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use super::roots::Trusted;

/// What is checked.
#[derive(Debug)]
pub(super) enum Check {
    /// Nothing: anyone could be the server.
    Nothing,
    /// Who issued the certificate, and until when.
    Issuer(Trusted),
    /// This, and that it is for the host of the URL.
    IssuerAndName(Trusted),
}

/// Checks certificates as `sslmode` asks.
///
/// That the server holds the certificate's key is always checked: channel
/// binding relies on it, also where nobody vouches for the certificate.
#[derive(Debug)]
pub(super) struct Verifier {
    check: Check,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    pub(super) fn new(provider: &Arc<CryptoProvider>, check: Check) -> Self {
        Self {
            check,
            algorithms: provider.signature_verification_algorithms,
        }
    }

    fn issuer(
        &self,
        trusted: &Trusted,
        certificate: &CertificateDer<'_>,
        parsed: &ParsedCertificate<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        match verify_server_cert_signed_by_trust_anchor(
            parsed,
            &trusted.store,
            intermediates,
            now,
            self.algorithms.all,
        ) {
            Err(error)
                if is_issuer_itself(&error) && trusted.certificates.contains(certificate) =>
            {
                Ok(())
            }
            result => result,
        }
    }
}

/// A self-signed certificate that OpenSSL made by its defaults says that it may
/// issue others, which a server's must not. When the operator named this very
/// certificate there is nobody else to trust. Its dates were checked before.
fn is_issuer_itself(error: &Error) -> bool {
    matches!(
        error,
        Error::InvalidCertificate(CertificateError::Other(other))
            if other.to_string() == "CaUsedAsEndEntity"
    )
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let (trusted, name) = match &self.check {
            Check::Nothing => return Ok(ServerCertVerified::assertion()),
            Check::Issuer(trusted) => (trusted, None),
            Check::IssuerAndName(trusted) => (trusted, Some(server_name)),
        };
        let parsed = ParsedCertificate::try_from(end_entity)?;
        self.issuer(trusted, end_entity, &parsed, intermediates, now)?;
        if let Some(name) = name {
            verify_server_name(&parsed, name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
