//! `--url`: deployments that run.

use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, DATE};
use jumun_test_cluster::Certificates;
use tokio::net::TcpListener;

use super::Report;
use crate::support::{Folder, Receiver, Server};

/// What is told of a certificate that no authority known here stands for.
const NOT_TRUSTED: [&str; 3] = [
    "its certificate is not trusted by this machine",
    "SSL_CERT_FILE",
    "mend the certificate",
];

fn ask(folder: &Folder, url: &str, variables: &[(&str, &str)]) -> Report {
    let mut command = folder.command(["doctor", "--url", url]);
    Report::of(command.envs(variables.iter().copied()))
}

#[test]
fn an_open_server_on_this_machine_is_well_and_one_that_is_away_is_not() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let report = ask(&folder, server.base(), &[]);
    for check in [
        "livez",
        "readyz",
        "encryption",
        "clock",
        "security headers",
        "metrics",
    ] {
        report.says(check, "ok");
    }
    report.says("authentication", "ok");
    let base = server.base().to_owned();
    server.stop();
    ask(&folder, &base, &[]).says("reachable", "wrong");
}

#[test]
fn a_server_over_tls_shows_its_certificate_and_who_is_not_trusted_is_wrong() {
    let folder = Folder::new();
    let made = Certificates::create();
    let tls = made.tls();
    let options = [
        "--listen=127.0.0.1:0".to_owned(),
        "--auth=token".to_owned(),
        format!("--tls-cert={}", tls.certificate.display()),
        format!("--tls-key={}", tls.key.display()),
    ];
    let server = Server::start_with(&folder, &options.each_ref().map(String::as_str));
    let authority = made.authority();
    let roots = [("SSL_CERT_FILE", authority.to_str().expect("text"))];
    let report = ask(&folder, server.base(), &roots);
    report.says("livez", "ok");
    report.says("authentication", "ok");
    // It lasts for two days.
    report.says("certificate", "warning");
    let untrusted = ask(&folder, server.base(), &[]);
    untrusted.tells("reachable", "wrong", &NOT_TRUSTED);
    server.stop();
}

#[test]
fn a_certificate_that_nobody_else_has_signed_is_told_in_words() {
    let folder = Folder::new();
    let some = Certificates::create();
    let key = folder.write("server.key", fs::read(some.tls().key).expect("a key"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-days", "365", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=IP:127.0.0.1", "-key"])
        .arg(&key)
        .arg("-out")
        .arg(folder.file("server.crt"))
        .output()
        .expect("openssl is there");
    assert!(made.status.success(), "{made:?}");
    let options = [
        "--listen=127.0.0.1:0",
        "--tls-cert=server.crt",
        "--tls-key=server.key",
    ];
    let server = Server::start_with(&folder, &options);
    let report = ask(&folder, server.base(), &[]);
    report.tells("reachable", "wrong", &NOT_TRUSTED);
    // Over TLS there is nothing to be said to who speaks none.
    let plain = Server::start(&Folder::new());
    let encrypted = plain.base().replace("http://", "https://");
    let misled = ask(&folder, &encrypted, &[]);
    misled.tells("reachable", "wrong", &["no TLS", "port"]);
    for check in [&report.checks, &misled.checks].into_iter().flatten() {
        let told = check.to_string();
        for part in ["Error(", "CaUsed", "Invalid", "UnknownIssuer"] {
            assert!(!told.contains(part), "{part:?}: {told}");
        }
    }
    plain.stop();
    server.stop();
}

#[tokio::test]
async fn with_a_token_it_tells_what_platforms_lack_and_a_wrong_token_is_wrong() {
    let folder = Folder::new();
    let receiver = Receiver::start().await;
    let url = receiver.url();
    folder.write(
        "jumun.toml",
        format!(
            "[[platform]]\nurl = \"{url}\"\nname = \"billing\"\ndead_letter_after = \"10ms\"\n"
        ),
    );
    let options = [
        "--listen=127.0.0.1:0",
        "--auth=token",
        "--config=jumun.toml",
    ];
    let server = Server::start_with(&folder, &options);
    let token = |options: &str| {
        let printed = folder.shop_succeeds(&format!("token create {options}"));
        printed.trim_end().to_owned()
    };
    let (admin, user) = (token("--scope admin"), token("--user 7"));
    let client = server.client().bearing(&admin);
    client.product(1, 1_000, 100).await;
    client.user(7, 100_000).await;
    let of = |token: &str| ask(&folder, server.base(), &[("JUMUN_TOKEN", token)]);
    of(&admin).says("deliveries", "ok");
    of(&user).says("deliveries", "warning");
    let mut wrong = admin.clone();
    wrong.replace_range(wrong.len() - 8.., "AAAAAAAA");
    of(&wrong).says("token", "wrong");
    receiver.answer(500);
    assert_eq!(client.order(7, 1).await.status, 201);
    let deadline = std::time::Instant::now() + crate::support::DEADLINE;
    while !client.get("/platforms").await.text.contains("\"dead\":1") {
        assert!(std::time::Instant::now() < deadline, "nothing was given up");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    of(&admin).says("dead letters", "warning");
    folder.shop_succeeds("events pause");
    while !client.get("/platforms").await.text.contains("PAUSED") {
        assert!(std::time::Instant::now() < deadline, "it is not paused");
    }
    of(&admin).says("deliveries", "warning");
    server.stop();
}

#[tokio::test]
async fn what_answers_like_no_server_of_ours_is_told() {
    let date = [(DATE, "Fri, 20 Nov 2020 00:00:00 GMT")];
    let router = Router::new().fallback(move || async move { (date, "ok") });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let running = tokio::spawn(async move { axum::serve(listener, router).await });
    tokio::task::spawn_blocking(move || {
        let report = ask(&Folder::new(), &url, &[]);
        report.says("clock", "warning");
        report.says("security headers", "warning");
    })
    .await
    .expect("no panic");
    running.abort();
}

#[tokio::test]
async fn a_token_is_sent_to_this_machine_and_never_over_plain_http_to_another() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let router = Router::new().fallback(move |headers: HeaderMap| async move {
        let tokens = headers.get_all(AUTHORIZATION).iter().count();
        counted.fetch_add(tokens, Ordering::SeqCst);
        "{}"
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let running = tokio::spawn(async move { axum::serve(listener, router).await });
    tokio::task::spawn_blocking(move || {
        let token = [("JUMUN_TOKEN", "jumun_zebra")];
        let of = |host: &str| ask(&Folder::new(), &format!("http://{host}:{port}"), &token);
        // It leads to this machine, and is no loopback address.
        let report = of("0.0.0.0");
        report.says("livez", "ok");
        report.says("encryption", "wrong");
        report.tells(
            "token",
            "warning",
            &["not asked: the token would travel in the clear", "https://"],
        );
        assert_eq!(report.verdict("deliveries"), "not checked");
        assert_eq!(sent.load(Ordering::SeqCst), 0, "the token was sent");
        for (index, host) in ["127.0.0.1", "localhost"].into_iter().enumerate() {
            assert_eq!(of(host).verdict("token"), "not checked", "{host}");
            assert_eq!(sent.load(Ordering::SeqCst), index + 1, "{host}");
        }
    })
    .await
    .expect("no panic");
    running.abort();
}
