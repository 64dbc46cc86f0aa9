//! Letting go in good order.

use std::sync::Arc;
use std::time::Duration;

use jumun_server::Config;
use jumun_store::Store;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, Semaphore};

use crate::harness::{Engine, Shop, on_each_engine};
use crate::rigged::{Rig, Rigged};

/// A shop whose orders wait for a permit.
async fn gated(config: Config) -> (Shop, Arc<Notify>, Arc<Semaphore>) {
    let (came, go_on) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(0)));
    let rig = Rig::Gate {
        came: came.clone(),
        go_on: go_on.clone(),
    };
    let wrap = |store| Arc::new(Rigged { store, rig }) as Arc<dyn Store>;
    let shop = Shop::open_over(Engine::ANY, config, wrap).await;
    shop.user(7, 0).await;
    (shop, came, go_on)
}

const CHARGE: &str = "POST /users/7/balance/charges HTTP/1.1\r\nHost: localhost\r\n\
                      Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"amount\":1}";

#[tokio::test]
async fn a_request_in_flight_is_answered_and_the_connection_closed() {
    let (mut shop, came, go_on) = gated(Config::default()).await;
    let mut stream = TcpStream::connect(&shop.address).await.unwrap();
    stream.write_all(CHARGE.as_bytes()).await.unwrap();
    came.notified().await;
    shop.begin_stop();
    shop.lets_nobody_in().await;
    go_on.add_permits(1);
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    shop.stop().await.unwrap();
}

#[tokio::test]
async fn a_request_that_was_just_sent_is_answered() {
    let shop = Shop::open(Engine::ANY).await;
    let mut streams = Vec::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(&shop.address).await.unwrap();
        stream
            .write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .await
            .unwrap();
        streams.push(stream);
    }
    shop.stop().await.unwrap();
    for mut stream in streams {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
}

on_each_engine!(idle_connections_do_not_hold_up_a_shutdown);
async fn idle_connections_do_not_hold_up_a_shutdown(engine: Engine) {
    let shop = Shop::open(engine).await;
    shop.get("/livez").await.expect(200);
    let silent = TcpStream::connect(&shop.address).await.unwrap();
    let started = std::time::Instant::now();
    shop.stop().await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(10));
    drop(silent);
}

#[tokio::test]
async fn a_shutdown_ends_at_its_deadline_and_says_that_answers_are_owed() {
    let config = Config {
        drain_deadline: Duration::from_millis(200),
        ..Config::default()
    };
    let (mut shop, came, go_on) = gated(config).await;
    let mut stream = TcpStream::connect(&shop.address).await.unwrap();
    stream.write_all(CHARGE.as_bytes()).await.unwrap();
    came.notified().await;
    shop.begin_stop();
    let error = shop.stop().await.expect_err("a request was not answered");
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    go_on.add_permits(1);
}
