//! Settings that can be used, and that cannot.

use std::path::PathBuf;
use std::time::Duration;

use super::KeyFile;
use super::signer::Signer;
use crate::jwt::{JwksSource, JwtError, JwtSettings, JwtVerifier};

#[test]
fn a_place_of_keys_is_a_url_or_a_path() {
    let table = [
        ("https://id.example.com/jwks.json", true),
        ("https://id.example.com:8443/jwks?tenant=1", true),
        ("HTTPS://id.example.com", true),
        ("http://127.0.0.1:8080/jwks", true),
        ("http://127.9.9.9/jwks", true),
        ("http://[::1]:8080/jwks", true),
        ("http://localhost:8080/jwks", true),
        ("/etc/jumun/jwks.json", false),
        ("jwks.json", false),
        ("./a:b", false),
    ];
    for (text, is_url) in table {
        match text.parse::<JwksSource>().unwrap() {
            JwksSource::Url(_) => assert!(is_url, "{text}"),
            JwksSource::File(path) => {
                assert!(!is_url, "{text}");
                assert_eq!(path, PathBuf::from(text));
            }
        }
    }
}

#[test]
fn a_place_that_cannot_be_trusted_is_refused() {
    let table = [
        ("", "it is empty"),
        ("http://id.example.com/jwks.json", "loopback addresses only"),
        ("http://10.0.0.1/jwks.json", "loopback addresses only"),
        ("http://[2001:db8::1]/", "loopback addresses only"),
        ("http://localhost.example.com/", "loopback addresses only"),
        ("http://127.0.0.1.example.com/", "loopback addresses only"),
        (
            "https://user:hunter2@id.example.com/",
            "a user or a password",
        ),
        ("https://user@id.example.com/", "a user or a password"),
        ("https://:hunter2@id.example.com/", "a user or a password"),
        ("ftp://id.example.com/jwks.json", "its scheme"),
        ("file:///etc/jumun/jwks.json", "its scheme"),
        ("https://", "not a URL"),
        ("https://a b/", "not a URL"),
        ("://", "not a URL"),
    ];
    for (text, expected) in table {
        let said = text.parse::<JwksSource>().unwrap_err().to_string();
        assert!(said.contains(expected), "{text}: {said}");
        assert!(
            said.contains("; write it as ") && !said.contains("hunter2"),
            "{said}"
        );
    }
}

#[test]
fn a_place_prints_without_its_query() {
    let url = "https://id.example.com:8443/jwks?key=secret#part";
    let source: JwksSource = url.parse().unwrap();
    assert_eq!(source.to_string(), "https://id.example.com:8443/jwks");
    assert!(!format!("{source:?}").contains("secret"));
    let unchecked = url::Url::parse("https://user:hunter2@id.example.com/").unwrap();
    let source = JwksSource::Url(unchecked);
    assert_eq!(source.to_string(), "https://id.example.com/");
}

#[tokio::test]
async fn settings_that_would_believe_too_much_are_refused() {
    let file = KeyFile::with(super::key_set(&[&Signer::ed25519("e")]));
    type Change = fn(&mut JwtSettings);
    let table: [(Change, &str); 9] = [
        (
            |settings| settings.issuer.clear(),
            "the issuer of tokens is empty",
        ),
        (
            |settings| settings.audience.clear(),
            "the audience of tokens is empty",
        ),
        (
            |settings| settings.user_claim.clear(),
            "the user claim of tokens is empty",
        ),
        (
            |settings| settings.user_claim = "iat".to_owned(),
            "the claim iat",
        ),
        (
            |settings| settings.user_claim = "exp".to_owned(),
            "the claim exp",
        ),
        (
            |settings| settings.user_claim = "aud".to_owned(),
            "the claim aud",
        ),
        (
            |settings| settings.leeway = Duration::from_secs(601),
            "leeway of 601s",
        ),
        (
            |settings| settings.jwks = url("http://id.example.com/jwks"),
            "loopback addresses only",
        ),
        (
            |settings| settings.jwks = url("https://user:hunter2@id.example.com/"),
            "a user or a password",
        ),
    ];
    for (change, expected) in table {
        let mut settings = file.settings();
        change(&mut settings);
        let error: JwtError = JwtVerifier::start(settings).await.unwrap_err();
        let said = error.to_string();
        assert!(said.contains(expected) && said.contains("; "), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

/// As the program could make it, past what reads settings.
fn url(text: &str) -> JwksSource {
    JwksSource::Url(url::Url::parse(text).unwrap())
}
