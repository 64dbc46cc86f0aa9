//! More clients than there is room for.

use std::time::Duration;

use jumun_server::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::{Over, PATIENCE, PING, Server, Wire, status, until_closed};

/// The most connections of these tests.
const CAP: usize = 40;

async fn ping(wire: &mut impl Wire) {
    wire.write_all(PING).await.unwrap();
    wire.flush().await.unwrap();
    assert_eq!(status(wire).await, "200");
}

/// As many connections as there may be, each of which has been answered; `held`
/// of them were opened first and have sent a part of a request since.
async fn full(server: &Server, held: usize) -> Vec<Box<dyn Wire>> {
    let mut wires = Vec::new();
    for number in 0..CAP {
        let mut wire = server.connect().await;
        ping(&mut wire).await;
        if number < held {
            let head = b"POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\
                         Content-Type: application/json\r\n\r\n{";
            wire.write_all(head).await.unwrap();
            wire.flush().await.unwrap();
        }
        wires.push(wire);
    }
    wires
}

#[tokio::test]
async fn idle_connections_make_room_for_new_ones_the_longest_idle_first() {
    let config = Config {
        max_connections: CAP,
        ..Config::default()
    };
    for over in Over::BOTH {
        let server = Server::open(over, config.clone()).await;
        let (held, new) = (5, 10);
        let mut wires = full(&server, held).await;
        let mut newcomers = Vec::new();
        for _ in 0..new {
            let mut wire = timeout(PATIENCE, server.connect()).await.unwrap();
            ping(&mut wire).await;
            newcomers.push(wire);
        }
        for wire in &mut wires[held..held + new] {
            // What was left of the first answer, and no other.
            assert!(!until_closed(wire).await.contains("HTTP/1.1"), "{over:?}");
        }
        // Those in use, and those that were idle for less long, are served on.
        for wire in &mut wires[..held] {
            wire.write_all(b"}").await.unwrap();
            let mut rest = vec![0; 4096];
            let mut answer = String::new();
            while !answer.contains("HTTP/1.1 400 ") {
                let read = timeout(PATIENCE, wire.read(&mut rest)).await.unwrap();
                let read = read.unwrap();
                assert!(read > 0, "{over:?}: closed while it was in use");
                answer += &String::from_utf8_lossy(&rest[..read]);
            }
        }
    }
}

#[tokio::test]
async fn silent_connections_make_room_too() {
    let config = Config {
        max_connections: CAP,
        header_deadline: Duration::from_secs(600),
        ..Config::default()
    };
    for over in Over::BOTH {
        let server = Server::open(over, config.clone()).await;
        let mut silent = Vec::new();
        for _ in 0..CAP {
            silent.push(server.tcp().await);
        }
        let mut wire = timeout(PATIENCE, server.connect()).await.unwrap();
        ping(&mut wire).await;
    }
}

#[tokio::test]
async fn connections_in_use_are_not_closed_for_others() {
    let config = Config {
        max_connections: CAP,
        ..Config::default()
    };
    let server = Server::open(Over::Tcp, config).await;
    let wires = full(&server, CAP).await;
    let mut wire = server.connect().await;
    wire.write_all(PING).await.unwrap();
    let early = timeout(Duration::from_secs(2), wire.read(&mut [0])).await;
    assert!(early.is_err(), "somebody in use was closed");
    // Room comes when one of them goes.
    drop(wires);
    assert_eq!(status(&mut wire).await, "200");
}

#[tokio::test]
async fn the_doors_for_monitoring_are_open_when_the_api_is_full() {
    let config = Config {
        max_connections: CAP,
        ..Config::default()
    };
    let server = Server::open(Over::Tcp, config).await;
    let _wires = full(&server, CAP).await;
    let mut probe = tokio::net::TcpStream::connect(server.monitoring)
        .await
        .unwrap();
    ping(&mut probe).await;
}
