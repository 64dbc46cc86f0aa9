//! Who may come in, and how.

use std::path::Path;
use std::time::Duration;

use async_nats::ConnectOptions;
use jumun_platform::{FailureKind, PlatformSettings, connect};
use jumun_test_cluster::Certificates;

use super::server::Server;
use super::stream;
use crate::support::{assert_says, client, deliver, fail, message, run_apart, settings};

#[tokio::test]
async fn user_and_password_or_a_token_come_from_the_url() {
    let check = async |options: &[&str], credentials: &str, connect: ConnectOptions| {
        let server = Server::with_options(&[&["-js"], options].concat()).await;
        stream::create_with(&server, "orders", connect).await;
        let with = |credentials: &str| {
            let url = server.url("orders");
            client(&settings(&url.replace("://", &format!("://{credentials}"))))
        };
        deliver(&*with(credentials), &message(1)).await;
        for wrong in ["", "u:s3cret-and-wrong@", "s3cret-and-wrong@"] {
            let failure = fail(&*with(wrong), &message(2)).await;
            assert_eq!(failure.kind, FailureKind::Connect, "{failure:?}");
            assert_says(
                &failure.excerpt,
                &["authorization violation", "check user and password"],
            );
            assert!(!failure.excerpt.contains("s3cret"), "{failure:?}");
        }
    };
    let options = ConnectOptions::with_user_and_password("u".to_owned(), "p@:1".to_owned());
    check(&["--user", "u", "--pass", "p@:1"], "u:p%40%3A1@", options).await;
    let options = ConnectOptions::with_token("t0ken".to_owned());
    check(&["--auth", "t0ken"], "t0ken@", options).await;
}

#[tokio::test]
async fn a_server_with_tls_is_trusted_by_its_certificate_only() {
    let certificates = Certificates::create();
    let tls = certificates.tls();
    let (certificate, key) = (
        tls.certificate.display().to_string(),
        tls.key.display().to_string(),
    );
    let options = ["-js", "--tls", "--tlscert", &certificate, "--tlskey", &key];
    let server = Server::with_options(&options).await;
    let trusting = ConnectOptions::new().add_root_certificates(certificates.authority());
    stream::create_with(&server, "orders", trusting).await;
    let at = |scheme: &str, is_trusted: bool| -> PlatformSettings {
        let mut settings = settings(&server.url("orders").replace("nats", scheme));
        settings.root_certificates = is_trusted.then(|| certificates.authority());
        settings
    };
    for scheme in ["nats", "tls"] {
        deliver(&*client(&at(scheme, true)), &message(1)).await;
        let failure = fail(&*client(&at(scheme, false)), &message(2)).await;
        assert_eq!(failure.kind, FailureKind::Tls, "{failure:?}");
        assert_says(&failure.excerpt, &["certificate", "root certificates"]);
    }
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_tls_is_asked_for() {
    let server = Server::start().await;
    stream::create(&server, "orders").await;
    let mut settings = settings(&server.url("orders").replace("nats", "tls"));
    settings.timeout = Duration::from_secs(2);
    fail(&*client(&settings), &message(1)).await;
    assert!(stream::held(&server).await.is_empty());
}

#[test]
fn a_system_that_trusts_nobody_keeps_nothing_but_tls_from_working() {
    let empty = tempfile::tempdir().unwrap();
    let none: &Path = &empty.path().join("none");
    let variables = [("SSL_CERT_FILE", none), ("SSL_CERT_DIR", none)];
    run_apart("nats::admission::trusts_nobody", ":", &variables);
}

#[tokio::test]
#[ignore = "run by the test above it, in a process of its own"]
async fn trusts_nobody() {
    for url in ["tls://127.0.0.1/orders", "https://127.0.0.1/"] {
        let error = connect(&settings(url)).map(drop).unwrap_err();
        assert_says(&error.to_string(), &["operating system", "name a PEM file"]);
    }
    let server = Server::start().await;
    stream::create(&server, "orders").await;
    deliver(&*client(&settings(&server.url("orders"))), &message(1)).await;
}
