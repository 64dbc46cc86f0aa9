//! The certificate that the server would show.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::files;
use super::findings::Findings;
use super::x509::Certificate;

/// How long before the end of a certificate it should be renewed.
pub(super) const RENEW_BEFORE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Checks the certificate in a file, whose key was found to fit, and the key's
/// file.
pub(super) fn check(findings: &mut Findings, certificate: &Path, key: &Path) {
    files::secret(findings, "key file", key);
    let first = CertificateDer::pem_file_iter(certificate)
        .ok()
        .and_then(|mut all| all.next())
        .and_then(Result::ok);
    match first.as_deref().and_then(Certificate::read) {
        Some(certificate) => judge(findings, &certificate, Timestamp::now()),
        None => findings.warning(
            "certificate",
            format!("{} cannot be looked into", certificate.display()),
            "look at it with openssl x509 -noout -dates",
        ),
    }
}

/// Judges when it ends and whom it names.
pub(super) fn judge(findings: &mut Findings, certificate: &Certificate, now: Timestamp) {
    let (begin, end) = (certificate.not_before, certificate.not_after);
    if end <= now || begin > now {
        findings.wrong(
            "certificate",
            format!("it is valid from {begin} to {end}, and not now"),
            "renew it; a server takes the new files up by itself",
        );
    } else if end.duration_since(now) < RENEW_BEFORE {
        findings.warning(
            "certificate",
            format!("it ends soon, at {end}"),
            "renew it; a server takes the new files up by itself",
        );
    } else {
        findings.ok("certificate", format!("it is valid until {end}"));
    }
    if certificate.names.is_empty() {
        findings.wrong(
            "certificate names",
            "it names no host (subjectAltName), so that no client will accept it",
            "have it made for the names by which clients call the server",
        );
    } else {
        let names = certificate.names.join(", ");
        findings.ok("certificate names", format!("it is for {names}"));
    }
}
