//! TLS.

use std::net::Ipv4Addr;

use jumun_platform::{FailureKind, PlatformSettings, SettingsError, connect};
use jumun_test_cluster::Certificates;

use super::receiver::Receiver;
use crate::support::{assert_says, client, deliver, fail, message, settings};

#[tokio::test]
async fn only_a_server_with_a_certificate_that_proves_its_name_gets_messages() {
    let certificates = Certificates::create();
    let receiver = Receiver::with_tls(Ipv4Addr::LOCALHOST, &certificates).await;
    let at = |host: &str, is_trusted: bool| -> PlatformSettings {
        let mut settings = settings(&format!("https://{host}:{}/", receiver.port()));
        settings.root_certificates = is_trusted.then(|| certificates.authority());
        settings
    };
    deliver(&*client(&at("localhost", true)), &message(1)).await;
    deliver(&*client(&at("127.0.0.1", true)), &message(2)).await;
    assert_eq!(receiver.received().len(), 2);

    // The operating system does not know the tests' authority.
    let failure = fail(&*client(&at("localhost", false)), &message(3)).await;
    assert_eq!(failure.kind, FailureKind::Tls, "{failure:?}");
    assert_says(&failure.excerpt, &["certificate", "root certificates"]);
    assert_eq!(receiver.received().len(), 2);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_believed() {
    let certificates = Certificates::create();
    // An address of this machine that the certificate does not name.
    let address = Ipv4Addr::new(127, 0, 0, 2);
    let receiver = Receiver::with_tls(address, &certificates).await;
    let mut settings = settings(&format!("https://127.0.0.2:{}/", receiver.port()));
    settings.root_certificates = Some(certificates.authority());
    let failure = fail(&*client(&settings), &message(1)).await;
    assert_eq!(failure.kind, FailureKind::Tls, "{failure:?}");
}

#[tokio::test]
async fn a_server_without_tls_gets_nothing_readable() {
    let receiver = Receiver::with_status(200).await;
    let settings = settings(&receiver.url("/").replace("http:", "https:"));
    let failure = fail(&*client(&settings), &message(1)).await;
    assert_eq!(failure.kind, FailureKind::Tls, "{failure:?}");
    assert!(receiver.received().is_empty());
}

#[test]
fn root_certificates_that_cannot_be_used_are_told_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let empty = directory.path().join("empty.pem");
    std::fs::write(&empty, "no certificate").unwrap();
    for path in [empty, directory.path().join("missing.pem")] {
        let mut settings = settings("https://localhost/");
        settings.root_certificates = Some(path.clone());
        let Err(SettingsError::RootsUnusable { store, .. }) = connect(&settings).map(drop) else {
            panic!("{} is taken", path.display());
        };
        assert_eq!(store, path.display().to_string());
    }
}
