//! HTTPS.

use std::fs;
use std::time::{Duration, Instant};

use jumun_server::Config;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ProtocolVersion};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{Over, PATIENCE, PING, Server, status, until_closed};

async fn open() -> Server {
    Server::open(Over::Tls, Config::default()).await
}

/// The same client, with these versions only.
fn limited(
    server: &Server,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> ClientConfig {
    let provider = server.client().crypto_provider().clone();
    let mut client = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(server.roots())
        .with_no_client_auth();
    client.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    client
}

#[tokio::test]
async fn requests_are_answered_over_tls_1_2_and_1_3_and_http_1_1_is_agreed_on() {
    let server = open().await;
    let table = [
        (&TLS12, ProtocolVersion::TLSv1_2),
        (&TLS13, ProtocolVersion::TLSv1_3),
    ];
    for (version, expected) in table {
        let stream = server.tcp().await;
        let client = limited(&server, &[version]);
        let mut wire = server.handshake(stream, client).await.unwrap();
        let agreed = wire.get_ref().1;
        assert_eq!(agreed.protocol_version(), Some(expected));
        assert_eq!(agreed.alpn_protocol(), Some(&b"http/1.1"[..]));
        wire.write_all(PING).await.unwrap();
        assert_eq!(status(&mut wire).await, "200", "{expected:?}");
    }
}

#[tokio::test]
async fn browsers_are_told_to_come_over_tls_again_by_who_serves_it() {
    for (over, expected) in [(Over::Tls, true), (Over::Tcp, false)] {
        let server = Server::open(over, Config::default()).await;
        let mut wire = server.connect().await;
        wire.write_all(b"GET /docs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .await
            .unwrap();
        let answer = until_closed(&mut wire).await;
        let told = answer.contains("\r\nstrict-transport-security: max-age=15552000\r\n");
        assert_eq!(told, expected, "{answer}");
    }
}

#[tokio::test]
async fn who_speaks_something_else_is_turned_away_and_others_are_served() {
    let server = open().await;
    let mut only_h2 = server.client();
    only_h2.alpn_protocols = vec![b"h2".to_vec()];
    let refused = server.handshake(server.tcp().await, only_h2).await;
    assert!(refused.is_err());
    for plain in [PING, b"\x16\x03\x01\xff\xff", b"\0\0\0\0\0\0\0\0"] {
        let mut stream = server.tcp().await;
        stream.write_all(plain).await.unwrap();
        stream.shutdown().await.unwrap();
        assert!(!until_closed(&mut stream).await.contains("HTTP/1.1 2"));
    }
    let mut wire = server.connect().await;
    wire.write_all(PING).await.unwrap();
    assert_eq!(status(&mut wire).await, "200");
}

/// Whether a client that knows only the newest certificate is answered.
async fn is_known(server: &Server) -> bool {
    let stream = TcpStream::connect(server.address).await.unwrap();
    let Ok(mut wire) = server.handshake(stream, server.client()).await else {
        return false;
    };
    wire.write_all(PING).await.unwrap();
    status(&mut wire).await == "200"
}

/// Tries again until it is; a certificate is looked at every few seconds.
async fn becomes_known(server: &Server) {
    let begun = Instant::now();
    while !is_known(server).await {
        assert!(begun.elapsed() < PATIENCE, "the certificate is not used");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_certificate_is_renewed_without_a_restart_and_no_connection_is_lost() {
    let mut server = open().await;
    let mut before = server.connect().await;
    before.write_all(PING).await.unwrap();
    assert_eq!(status(&mut before).await, "200");
    server.renew();
    assert!(!is_known(&server).await, "it is another certificate");
    becomes_known(&server).await;
    // The connection with the certificate before is served on.
    let last = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    before.write_all(last).await.unwrap();
    before.flush().await.unwrap();
    assert!(until_closed(&mut before).await.contains("HTTP/1.1 200 "));
}

#[tokio::test]
async fn files_that_are_broken_for_a_while_cost_no_connection() {
    let mut server = open().await;
    let [certificate, key] = server.files();
    fs::write(&key, "broken").unwrap();
    assert!(is_known(&server).await, "the certificate before is used");
    fs::remove_file(&certificate).unwrap();
    assert!(is_known(&server).await, "the certificate before is used");
    server.renew();
    becomes_known(&server).await;
}

#[tokio::test]
async fn requests_in_flight_are_answered_when_the_server_stops() {
    let server = open().await;
    let mut wire = server.connect().await;
    wire.write_all(PING).await.unwrap();
    wire.flush().await.unwrap();
    // A second one has only shaken hands.
    let silent = server.connect().await;
    server.stop().await.unwrap();
    let answer = until_closed(&mut wire).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    drop(silent);
}
