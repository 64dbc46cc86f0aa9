//! Connections are kept.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::receiver::{Receiver, answer};
use crate::support::{client, deliver, deliver_together, message, settings};

fn connections(receiver: &Receiver) -> usize {
    let numbers: BTreeSet<usize> = receiver
        .received()
        .iter()
        .map(|request| request.connection)
        .collect();
    numbers.len()
}

#[tokio::test]
async fn one_message_after_the_other_takes_one_connection() {
    let check = async |status: u16, body: &'static str| {
        let receiver = Receiver::start(move |_| answer(status, &[], body)).await;
        let client = client(&settings(&receiver.url("/")));
        for number in 0..50 {
            client.send(&message(number)).await;
        }
        assert_eq!(receiver.received().len(), 50);
        assert_eq!(connections(&receiver), 1, "{status}");
    };
    check(204, "").await;
    check(200, "thank you").await;
    check(500, "not now").await;
}

#[tokio::test]
async fn an_answer_that_is_too_long_to_read_costs_its_connection_and_no_message() {
    let body: &'static str = "x".repeat(1_000_000).leak();
    let receiver = Receiver::start(move |_| answer(200, &[], body)).await;
    let client = client(&settings(&receiver.url("/")));
    for number in 0..5 {
        deliver(&*client, &message(number)).await;
    }
    assert_eq!(receiver.received().len(), 5);
}

#[tokio::test]
async fn a_connection_that_the_receiver_closes_between_messages_is_made_again() {
    let close = |_: &_| answer(200, &[("connection", "close")], "");
    let receiver = Receiver::start(close).await;
    let client = client(&settings(&receiver.url("/")));
    for number in 0..20 {
        deliver(&*client, &message(number)).await;
    }
    assert_eq!(connections(&receiver), 20);
}

#[tokio::test]
async fn a_connection_that_is_not_used_is_closed_before_the_receiver_would() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let receiver = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 4096];
        assert!(stream.read(&mut buffer).await.unwrap() > 0);
        stream
            .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
            .await
            .unwrap();
        let answered = Instant::now();
        assert_eq!(stream.read(&mut buffer).await.unwrap(), 0);
        answered.elapsed()
    });
    let client = client(&settings(&url));
    deliver(&*client, &message(1)).await;
    let kept = receiver.await.unwrap();
    let seconds = Duration::from_secs;
    assert!((seconds(3)..seconds(30)).contains(&kept), "{kept:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_messages_at_once_arrive_each_once() {
    let receiver = Receiver::with_status(200).await;
    let client = client(&settings(&receiver.url("/")));
    deliver_together(&client, 0..500).await;
    let bodies: BTreeSet<_> = receiver
        .received()
        .into_iter()
        .map(|request| request.body)
        .collect();
    let expected: BTreeSet<_> = (0..500).map(|number| message(number).body).collect();
    assert_eq!(receiver.received().len(), 500);
    assert!(bodies == expected);
}
