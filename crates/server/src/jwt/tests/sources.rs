//! Places of keys that have none, at the start.

use std::path::Path;
use std::time::Duration;

use jumun_test_cluster::Certificates;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::net::TcpListener;
use url::Url;

use super::super::fetch::Fetcher;
use super::super::source::MAX_JWKS_BYTES;
use super::issuer::Issuer;
use super::signer::Signer;
use super::{KeyFile, key_set, settings};
use crate::jwt::{JwksSource, JwtError, JwtVerifier};

/// What the start says of such keys.
async fn refusal(source: JwksSource) -> JwtError {
    let error = JwtVerifier::start(settings(source)).await.unwrap_err();
    let said = error.to_string();
    assert!(said.contains("; ") && !said.contains("secret"), "{said}");
    error
}

#[tokio::test]
async fn a_file_without_keys_is_told_at_once() {
    let file = KeyFile::with("");
    let large = format!(
        "{}{}",
        " ".repeat(MAX_JWKS_BYTES),
        key_set(&[&Signer::ed25519("e")])
    );
    type IsExpected = fn(&JwtError) -> bool;
    let table: [(&str, IsExpected); 4] = [
        ("", |error| matches!(error, JwtError::NotKeys { .. })),
        ("{\"keys\":[]}", |error| {
            matches!(error, JwtError::NoUsableKey { .. })
        }),
        (&large, |error| matches!(error, JwtError::TooLarge { .. })),
        ("\u{0}", |error| matches!(error, JwtError::NotKeys { .. })),
    ];
    for (content, is_expected) in table {
        file.write(content);
        let error = refusal(JwksSource::File(file.path())).await;
        assert!(is_expected(&error), "{error}");
        assert!(
            error
                .to_string()
                .contains(&file.path().display().to_string()),
            "{error}"
        );
    }
    let missing = file.directory.path().join("missing");
    for path in [
        missing.as_path(),
        file.directory.path(),
        Path::new("/dev/zero"),
    ] {
        let error = refusal(JwksSource::File(path.to_owned())).await;
        assert!(matches!(error, JwtError::Unreadable { .. }), "{error}");
    }
}

#[tokio::test]
async fn as_large_a_file_as_allowed_is_read() {
    let keys = key_set(&[&Signer::ed25519("e")]);
    let file = KeyFile::with(format!("{}{keys}", " ".repeat(MAX_JWKS_BYTES - keys.len())));
    assert!(JwtVerifier::start(file.settings()).await.is_ok());
}

#[tokio::test]
async fn a_url_is_asked_politely() {
    let issuer = Issuer::with(&key_set(&[&Signer::ed25519("e")])).await;
    assert!(JwtVerifier::start(settings(issuer.source())).await.is_ok());
    let request = issuer.last_request();
    assert!(
        request.starts_with("GET /keys?tenant=secret HTTP/1.1\r\n"),
        "{request}"
    );
    let host = issuer.url().split('/').nth(2).unwrap().to_owned();
    for header in [format!("host: {host}\r\n"), "user-agent: jumun/".to_owned()] {
        assert!(request.contains(&header), "{request}");
    }
}

#[tokio::test]
async fn a_url_without_keys_is_told_at_once() {
    let issuer = Issuer::with("").await;
    let ok = "HTTP/1.1 200 OK\r\n";
    let too_large = MAX_JWKS_BYTES + 1;
    let body = " ".repeat(too_large);
    let elsewhere = issuer.url();
    let table = [
        (
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned(),
            "it answers 404",
        ),
        (
            format!("HTTP/1.1 302 Found\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n"),
            "it answers 302",
        ),
        (
            "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
            "it answers 204",
        ),
        (
            format!("{ok}content-length: {too_large}\r\n\r\n{body}"),
            "larger than 262144 bytes",
        ),
        // Its length is not told before.
        (format!("{ok}\r\n{body}"), "larger than 262144 bytes"),
        (
            format!("{ok}x: {}\r\n\r\n", "a".repeat(300_000)),
            "does not give",
        ),
        (
            format!("{ok}content-length: 0\r\n\r\n"),
            "not a JSON Web Key Set",
        ),
        (
            format!("{ok}content-length: 90\r\n\r\nshort"),
            "does not give",
        ),
        ("SSH-2.0-OpenSSH_9.2\r\n".to_owned(), "does not give"),
        (String::new(), "does not give"),
    ];
    for (answer, expected) in table {
        issuer.answer_with(&answer);
        let said = refusal(issuer.source()).await.to_string();
        assert!(said.contains(expected), "{said}");
        assert!(said.contains("/keys"), "{said}");
    }
}

#[tokio::test]
async fn a_url_where_nobody_listens_is_told_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for url in [
        format!("http://{address}/"),
        "https://jwks.invalid/".to_owned(),
    ] {
        let error = refusal(url.parse().unwrap()).await;
        // A machine may have no root certificates at all.
        let is_expected = matches!(
            error,
            JwtError::Unreachable { .. } | JwtError::NoRoots { .. }
        );
        assert!(is_expected, "{error}");
    }
}

#[tokio::test]
async fn a_url_that_does_not_answer_is_given_up() {
    let issuer = Issuer::with("").await;
    issuer.fall_silent();
    let url = Url::parse(&issuer.url()).unwrap();
    let mut fetcher = Fetcher::new(&url, || Err("no roots are needed".to_owned())).unwrap();
    fetcher.timeout = Duration::from_millis(50);
    let said = fetcher.fetch().await.unwrap_err().to_string();
    assert!(said.contains("it took longer than 50ms"), "{said}");
}

#[tokio::test]
async fn only_a_server_with_a_certificate_that_proves_its_name_is_believed() {
    let certificates = Certificates::create();
    let keys = key_set(&[&Signer::ed25519("e")]);
    let issuer = Issuer::with_tls(&keys, &certificates).await;
    let trusted = || {
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_file(certificates.authority()).unwrap();
        roots.add(authority).unwrap();
        Ok(roots)
    };
    let url = |host: &str| Url::parse(&issuer.url().replace("127.0.0.1", host)).unwrap();
    for host in ["127.0.0.1", "localhost"] {
        let fetcher = Fetcher::new(&url(host), trusted).unwrap();
        assert_eq!(fetcher.fetch().await.unwrap(), keys.as_bytes());
    }
    assert_eq!(issuer.requests(), 2);

    // Nobody has vouched for it there.
    let strange = Certificates::create();
    let stranger = || {
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_file(strange.authority()).unwrap();
        roots.add(authority).unwrap();
        Ok(roots)
    };
    let untrusting = Fetcher::new(&url("localhost"), stranger).unwrap();
    let said = untrusting.fetch().await.unwrap_err().to_string();
    assert!(said.contains("certificate"), "{said}");
    let Err(error) = Fetcher::new(&url("localhost"), || Err("none here".to_owned())) else {
        panic!("nobody is trusted, and yet somebody is");
    };
    assert!(
        error
            .to_string()
            .contains("no root certificates (none here)"),
        "{error}"
    );
    assert_eq!(issuer.requests(), 2);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_believed() {
    let certificates = Certificates::create();
    let issuer = Issuer::with_tls("{}", &certificates).await;
    // The server is reached, but its certificate does not name this address.
    let url = issuer.url().replace("127.0.0.1", "[::ffff:127.0.0.1]");
    let trusted = || {
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_file(certificates.authority()).unwrap();
        roots.add(authority).unwrap();
        Ok(roots)
    };
    let fetcher = Fetcher::new(&Url::parse(&url).unwrap(), trusted).unwrap();
    let said = fetcher.fetch().await.unwrap_err().to_string();
    assert!(said.contains("certificate"), "{said}");
    assert_eq!(issuer.requests(), 0);
}
