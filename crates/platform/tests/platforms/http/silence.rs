//! Receivers that answer too late, half, or not at all.

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use jumun_platform::{FailureKind, Outcome};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::raw::{self, Part};
use crate::support::{DEADLINE, assert_says, client, deliver, fail, message, settings};

/// Long enough for an answer over loopback, and short for a test.
const TIMEOUT: Duration = Duration::from_millis(1_500);

#[tokio::test]
async fn a_receiver_without_an_answer_in_time_is_given_up() {
    let check = async |part: Part| {
        let mut settings = settings(&raw::start(part).await);
        settings.timeout = TIMEOUT;
        let begun = Instant::now();
        let failure = fail(&*client(&settings), &message(1)).await;
        assert_eq!(failure.kind, FailureKind::Timeout);
        assert_says(&failure.excerpt, &["1.5s"]);
        assert!(begun.elapsed() >= TIMEOUT, "{:?}", begun.elapsed());
        assert!(begun.elapsed() < DEADLINE / 2, "{:?}", begun.elapsed());
    };
    tokio::join!(
        check(Part::Nothing),
        // Each byte comes in time, the answer does not.
        check(Part::Drip("", "HTTP/1.1 200 OK\r\n\r\n")),
        check(Part::Drip("HTTP/1.1 200 OK\r\n", "a: b\r\n\r\n")),
    );
}

#[tokio::test]
async fn a_receiver_that_cuts_the_connection_has_perhaps_the_message() {
    let check = async |part: Part, expected: FailureKind| {
        let client = client(&settings(&raw::start(part).await));
        let failure = fail(&*client, &message(1)).await;
        assert_eq!(failure.kind, expected, "{failure:?}");
        assert!(!failure.excerpt.is_empty());
    };
    tokio::join!(
        check(Part::Reset, FailureKind::Reset),
        check(Part::Close, FailureKind::Reset),
        check(Part::Send(b"HTTP/1.1 200 OK\r\ncont"), FailureKind::Reset),
        check(
            Part::Send(b"220 smtp.example.com ready\r\n"),
            FailureKind::Other
        ),
        check(Part::Send(&[b'x'; 4096]), FailureKind::Other),
    );
}

#[tokio::test]
async fn the_status_counts_though_the_body_is_slow_or_cut() {
    let check = async |part: Part, expected: Result<u16, (u16, &str)>| {
        let url = raw::start(part).await;
        let outcome = client(&settings(&url)).send(&message(1)).await.outcome;
        match (outcome, expected) {
            (Outcome::Delivered { status }, Ok(expected)) => assert_eq!(status, Some(expected)),
            (Outcome::Failed(failure), Err((status, excerpt))) => {
                assert_eq!(failure.kind, FailureKind::Status(status));
                // With what has dripped until then.
                assert!(failure.excerpt.starts_with(excerpt), "{failure:?}");
                assert!(failure.excerpt.len() < excerpt.len() + 10, "{failure:?}");
            }
            (outcome, expected) => panic!("{outcome:?} instead of {expected:?}"),
        }
    };
    let slow = "and slowly so, for a whole minute and more: it is read no longer than it matters";
    let drip = |head: &'static str| Part::Drip(head, slow);
    tokio::join!(
        check(
            drip("HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n"),
            Ok(200)
        ),
        check(
            drip("HTTP/1.1 503 No\r\ncontent-length: 90\r\n\r\nfull:"),
            Err((503, "full:"))
        ),
        check(
            Part::Send(b"HTTP/1.1 500 No\r\ncontent-length: 90\r\n\r\ndisk"),
            Err((500, "disk"))
        ),
    );
}

#[tokio::test]
async fn where_nothing_listens_there_is_no_connection() {
    // A port that was free a moment ago.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = client(&settings(&format!("http://{address}/")));
    let failure = fail(&*client, &message(1)).await;
    assert_eq!(failure.kind, FailureKind::Connect);
    assert_says(
        &failure.excerpt,
        &[&address.to_string(), "refused", "check host"],
    );
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_told_as_such() {
    let mut settings = settings("http://no-such-host.invalid/");
    settings.allow_private_addresses = false;
    let failure = fail(&*client(&settings), &message(1)).await;
    assert_eq!(failure.kind, FailureKind::Connect, "{failure:?}");
    assert_says(&failure.excerpt, &["not found", "DNS"]);
}

#[tokio::test]
async fn a_receiver_that_comes_back_gets_the_message() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    // Nobody accepts: the connection stands, and no answer comes.
    let mut settings = settings(&format!("http://{address}/"));
    settings.timeout = Duration::from_millis(100);
    let client = client(&settings);
    let failure = fail(&*client, &message(1)).await;
    assert_eq!(failure.kind, FailureKind::Timeout);
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(take_all(stream));
        }
    });
    crate::support::eventually("it is delivered", async || {
        matches!(
            client.send(&message(1)).await.outcome,
            Outcome::Delivered { .. }
        )
    })
    .await;
    deliver(&*client, &message(2)).await;
}

/// Takes every message of a connection.
async fn take_all(mut stream: TcpStream) {
    // One request is small, and comes in one piece.
    while stream.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        // An attempt that was given up has left its message.
        if stream.write_all(answer).await.is_err() {
            return;
        }
    }
}
