use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::time::Instant;

use super::*;

/// The answer to one request of a connection that was told to close before it, or not,
/// and has not heard of it yet.
async fn answer(told: bool) -> String {
    let phase = Phase::new(Instant::now());
    let register = Register::default();
    let mut http = http1::Builder::new();
    http.header_read_timeout(None).half_close(true);
    let exchange = Exchange {
        router: Router::new().route("/", get(|| async { "here" })),
        peer: ClientAddress::of_socket("127.0.0.1:9".parse().unwrap()),
        behind_proxy: false,
        http,
        entry: register.enter(phase.clone()),
        phase: phase.clone(),
    };
    let (mut client, server) = duplex(1024);
    let served = tokio::spawn(exchange.serve(server));
    if told {
        phase.tell_to_close();
    }
    let request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    client.write_all(request).await.unwrap();
    client.shutdown().await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    served.await.unwrap().unwrap();
    answer
}

#[tokio::test]
async fn an_answer_says_that_the_connection_closes_before_its_task_has_heard_so() {
    for told in [false, true] {
        let answer = answer(told).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert_eq!(answer.contains("connection: close"), told, "{answer}");
    }
}
