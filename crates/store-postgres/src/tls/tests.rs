//! What each check finds in a certificate.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jumun_test_cluster::Certificates;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

use super::roots;
use super::verifier::{Check, Verifier};

/// Longer than the certificates of the tests last.
const LATER: Duration = Duration::from_secs(30 * 24 * 60 * 60);

fn read(path: &Path) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(path).unwrap()
}

/// What is wrong with `certificate`; nothing, if it is accepted.
fn fault(check: Check, certificate: &Path, host: &str, later: Duration) -> String {
    let verifier = Verifier::new(&Arc::new(ring::default_provider()), check);
    let now = UnixTime::now().as_secs() + later.as_secs();
    verifier
        .verify_server_cert(
            &read(certificate),
            &[],
            &ServerName::try_from(host).unwrap(),
            &[],
            UnixTime::since_unix_epoch(Duration::from_secs(now)),
        )
        .map_or_else(|error| error.to_string(), |_| String::new())
}

#[test]
fn issuer_name_and_dates_are_checked_as_far_as_the_mode_asks() {
    let ours = Certificates::create();
    let certificate = ours.tls().certificate;
    let root = ours.authority();
    let others = Certificates::create();
    let theirs = others.tls().certificate;
    let trusted = || roots::of_file(&root).unwrap();
    let nothing = || Check::Nothing;
    let issuer = || Check::Issuer(trusted());
    let full = || Check::IssuerAndName(trusted());
    let none = Duration::ZERO;
    for (check, certificate, host, later, part) in [
        (full(), &certificate, "localhost", none, None),
        (full(), &certificate, "127.0.0.1", none, None),
        (
            full(),
            &certificate,
            "other.example",
            none,
            Some("not valid for name"),
        ),
        (
            full(),
            &certificate,
            "127.0.0.2",
            none,
            Some("not valid for name"),
        ),
        (full(), &certificate, "localhost", LATER, Some("expired")),
        (full(), &theirs, "localhost", none, Some("BadSignature")),
        (issuer(), &certificate, "other.example", none, None),
        (issuer(), &certificate, "localhost", LATER, Some("expired")),
        (issuer(), &theirs, "localhost", none, Some("BadSignature")),
        (nothing(), &theirs, "other.example", LATER, None),
        // The authority as a server: named by the operator, so trusted, until it expires.
        (issuer(), &root, "localhost", none, None),
        (issuer(), &root, "localhost", LATER, Some("expired")),
        (full(), &root, "localhost", none, Some("not valid for name")),
    ] {
        let case = format!("{check:?} {certificate:?} {host} {later:?}");
        let fault = fault(check, certificate, host, later);
        match part {
            None => assert_eq!(fault, "", "{case}"),
            Some(part) => assert!(fault.contains(part), "{case}: {fault}"),
        }
    }
}

#[test]
fn an_authority_that_was_not_named_is_not_trusted_as_a_server() {
    let ours = Certificates::create();
    let others = Certificates::create();
    let trusted = roots::of_file(&ours.authority()).unwrap();
    let fault = fault(
        Check::Issuer(trusted),
        &others.authority(),
        "localhost",
        Duration::ZERO,
    );
    assert!(fault.contains("CaUsedAsEndEntity"), "{fault}");
}
