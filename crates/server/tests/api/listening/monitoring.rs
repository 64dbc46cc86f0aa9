//! The listener for metrics and probes.

use std::time::{Duration, Instant};

use jumun_server::{AuthMode, Config};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{Over, PING, Server, status, until_closed};

async fn ask(server: &Server, path: &str, host: &str) -> String {
    let mut stream = TcpStream::connect(server.monitoring).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    until_closed(&mut stream).await
}

#[tokio::test]
async fn it_answers_three_paths_to_anyone_and_nothing_else() {
    let table = [
        ("/metrics", "200"),
        ("/livez", "200"),
        ("/readyz", "200"),
        ("/", "404"),
        ("/users/1", "404"),
        ("/orders", "404"),
        ("/docs", "404"),
        ("/openapi.json", "404"),
        ("/metrics/", "404"),
    ];
    for (over, auth) in [
        (Over::Tcp, AuthMode::None),
        (Over::Tcp, AuthMode::Token),
        (Over::Tls, AuthMode::None),
    ] {
        let config = Config {
            auth,
            ..Config::default()
        };
        let server = Server::open(over, config).await;
        for (path, expected) in table {
            for host in ["127.0.0.1", "shop-1.internal:9100"] {
                let answer = ask(&server, path, host).await;
                let start = format!("HTTP/1.1 {expected} ");
                assert!(answer.starts_with(&start), "{auth:?} {path}: {answer:.300}");
            }
        }
        let figures = ask(&server, "/metrics", "127.0.0.1").await;
        for name in [
            "jumun_http_connections ",
            "jumun_http_connections_refused_total ",
            "jumun_http_connections_evicted_total ",
        ] {
            assert!(figures.contains(name), "{name} in {figures}");
        }
    }
}

#[tokio::test]
async fn it_is_closed_with_the_server_and_holds_nothing_up() {
    let server = Server::open(Over::Tcp, Config::default()).await;
    let address = server.monitoring;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(PING).await.unwrap();
    assert_eq!(status(&mut stream).await, "200");
    let begun = Instant::now();
    server.stop().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(10));
    until_closed(&mut stream).await;
    assert!(TcpStream::connect(address).await.is_err());
}
