//! Slow, silent and numerous clients.

use std::time::Duration;

use jumun_server::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::harness::{Engine, Shop};

const SHORT: Duration = Duration::from_millis(200);

/// Longer than any of these tests may take; a hang fails instead of hanging.
const PATIENCE: Duration = Duration::from_secs(20);

async fn connect(shop: &Shop) -> TcpStream {
    TcpStream::connect(&shop.address).await.unwrap()
}

/// All that the server sends until it closes.
async fn until_closed(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let closed = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    // A reset is a close as well.
    let _ = closed.expect("the server closes the connection");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_head_that_does_not_arrive_in_time_costs_its_connection() {
    let config = Config {
        header_deadline: SHORT,
        ..Config::default()
    };
    let shop = Shop::open_with(Engine::ANY, config).await;
    for start in ["", "GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Slow: "] {
        let mut stream = connect(&shop).await;
        stream.write_all(start.as_bytes()).await.unwrap();
        assert_eq!(until_closed(stream).await, "", "{start:?}");
    }
    // A second head on a connection that has served one has the same deadline.
    let mut stream = connect(&shop).await;
    stream
        .write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    stream.write_all(b"GET /livez HTTP/1.1\r\n").await.unwrap();
    assert!(!until_closed(stream).await.contains("HTTP/1.1 200"));
    shop.get("/livez").await.expect(200);
}

#[tokio::test]
async fn an_idle_connection_is_closed_in_the_end() {
    let config = Config {
        idle_deadline: SHORT,
        ..Config::default()
    };
    let shop = Shop::open_with(Engine::ANY, config).await;
    let mut stream = connect(&shop).await;
    stream
        .write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let answer = until_closed(stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn a_connection_may_be_idle_for_longer_than_a_head_may_take() {
    let config = Config {
        header_deadline: SHORT,
        ..Config::default()
    };
    let shop = Shop::open_with(Engine::ANY, config).await;
    let mut stream = connect(&shop).await;
    stream
        .write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut buffer = vec![0; 4096];
    let read = stream.read(&mut buffer).await.unwrap();
    assert!(buffer[..read].starts_with(b"HTTP/1.1 200 "));
    let closed = timeout(SHORT * 3, stream.read(&mut buffer)).await;
    assert!(
        closed.is_err(),
        "the connection was closed while it was idle"
    );
}

#[tokio::test]
async fn a_body_that_does_not_arrive_in_time_is_refused() {
    let config = Config {
        body_deadline: SHORT,
        ..Config::default()
    };
    let shop = Shop::open_with(Engine::ANY, config).await;
    let mut stream = connect(&shop).await;
    let head = "POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Content-Length: 100\r\n\r\n{\"userId\"";
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = until_closed(stream).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.contains("did not arrive within"), "{answer}");
}

#[tokio::test]
async fn at_the_cap_new_connections_wait_until_one_closes() {
    let config = Config {
        max_connections: 1,
        ..Config::default()
    };
    let shop = Shop::open_with(Engine::ANY, config).await;
    let request = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut first = connect(&shop).await;
    first.write_all(request).await.unwrap();
    let mut start = [0; 12];
    first.read_exact(&mut start).await.unwrap();
    let mut second = connect(&shop).await;
    second.write_all(request).await.unwrap();
    let early = timeout(SHORT, second.read_exact(&mut start)).await;
    assert!(
        early.is_err(),
        "a second connection was served beyond the cap"
    );
    drop(first);
    let served = timeout(PATIENCE, second.read_exact(&mut start)).await;
    served.expect("it is served once there is a slot").unwrap();
    assert_eq!(&start, b"HTTP/1.1 200");
}

#[tokio::test]
async fn a_client_that_sends_no_more_still_gets_its_answer() {
    let config = Config {
        header_deadline: SHORT,
        idle_deadline: SHORT,
        ..Config::default()
    };
    let shop = Shop::open_with(Engine::ANY, config).await;
    shop.user(7, 0).await;
    let request = "POST /users/7/balance/charges HTTP/1.1\r\nHost: localhost\r\n\
                   Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"amount\":1}";
    let mut stream = connect(&shop).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let answer = until_closed(stream).await;
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    // Nothing asked, or half of it: the connection ends by itself.
    for start in ["", "GET /livez HTTP/1.1\r\nHo"] {
        let mut stream = connect(&shop).await;
        stream.write_all(start.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        assert!(!until_closed(stream).await.contains("HTTP/1.1 200"));
    }
}
