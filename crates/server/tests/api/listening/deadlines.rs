//! Clients that take their time.

use std::time::{Duration, Instant};

use jumun_server::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::{Over, PATIENCE, PING, Server, Wire, status, until_closed};

/// A deadline of these tests, short, and yet many times what a request takes.
const DEADLINE: Duration = Duration::from_millis(1500);

/// The pause between two bytes of a client that dribbles.
const PAUSE: Duration = Duration::from_millis(20);

/// How late a deadline may be seen on a busy machine, and less than one that
/// began after a slow handshake would be.
const SLACK: Duration = Duration::from_millis(900);

/// Asserts that a deadline, and not another one after it, ended what began then.
#[track_caller]
fn at_the_deadline(begun: Instant, what: &str) {
    let took = begun.elapsed();
    // Clocks of timers count whole milliseconds.
    let early = DEADLINE - Duration::from_millis(5);
    assert!(
        (early..DEADLINE + SLACK).contains(&took),
        "{what}: closed after {took:?}, not {DEADLINE:?}"
    );
}

/// Sends one byte after the other until the server closes; all that it sent.
async fn dribble(wire: &mut impl Wire, bytes: &[u8]) -> String {
    let mut answer = Vec::new();
    let dribbled = timeout(PATIENCE, async {
        for byte in bytes.iter().cycle() {
            if wire.write_all(&[*byte]).await.is_err() || wire.flush().await.is_err() {
                break;
            }
            let mut buffer = [0; 1024];
            match timeout(PAUSE, wire.read(&mut buffer)).await {
                Ok(Ok(0) | Err(_)) => break,
                Ok(Ok(read)) => answer.extend_from_slice(&buffer[..read]),
                Err(_) => {}
            }
        }
    });
    dribbled.await.expect("the server closes the connection");
    // What had come before the server was seen to be gone; a reset is a close as well.
    let _ = timeout(PATIENCE, wire.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_first_head_has_its_deadline_from_the_accept_silent_or_dribbled() {
    let config = Config {
        header_deadline: DEADLINE,
        ..Config::default()
    };
    for over in Over::BOTH {
        let server = Server::open(over, config.clone()).await;
        for start in ["", "GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Slow: "] {
            let begun = Instant::now();
            let mut wire = server.connect().await;
            wire.write_all(start.as_bytes()).await.unwrap();
            wire.flush().await.unwrap();
            assert_eq!(until_closed(&mut wire).await, "", "{start:?}");
            at_the_deadline(begun, &format!("{over:?}, {start:?}"));
        }
        let begun = Instant::now();
        let mut wire = server.connect().await;
        let head = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaa";
        wire.write_all(head).await.unwrap();
        assert_eq!(dribble(&mut wire, b"a").await, "");
        at_the_deadline(begun, &format!("{over:?}, dribbled"));
    }
}

#[tokio::test]
async fn a_handshake_is_a_part_of_the_first_head() {
    let config = Config {
        header_deadline: DEADLINE,
        ..Config::default()
    };
    let server = Server::open(Over::Tls, config).await;
    // Never begun; begun, and no more; and dribbled: a record of 512 bytes announced.
    let record = [22, 3, 1, 2, 0];
    for start in [&[][..], &record] {
        let begun = Instant::now();
        let mut stream = server.tcp().await;
        stream.write_all(start).await.unwrap();
        until_closed(&mut stream).await;
        at_the_deadline(begun, &format!("a handshake of {start:?}"));
    }
    let begun = Instant::now();
    let mut stream = server.tcp().await;
    // A message of 508 bytes follows, of which one comes at a time.
    let hello = [&record[..], &[1, 0, 1, 252]].concat();
    stream.write_all(&hello).await.unwrap();
    dribble(&mut stream, &[3]).await;
    at_the_deadline(begun, "a handshake that dribbles");
    // What a slow handshake took is gone from the head's time.
    let begun = Instant::now();
    let stream = server.tcp().await;
    tokio::time::sleep(DEADLINE * 2 / 3).await;
    let mut wire = server.dress(stream).await;
    dribble(&mut wire, b"a").await;
    at_the_deadline(begun, "a head after a slow handshake");
}

#[tokio::test]
async fn a_later_head_has_its_deadline_from_its_first_byte() {
    let config = Config {
        header_deadline: DEADLINE,
        ..Config::default()
    };
    for over in Over::BOTH {
        let server = Server::open(over, config.clone()).await;
        let mut wire = server.connect().await;
        wire.write_all(PING).await.unwrap();
        assert_eq!(status(&mut wire).await, "200");
        // Longer idle than a head may take: the rest of the answer, and nothing else.
        let mut buffer = vec![0; 4096];
        let idle = timeout(DEADLINE * 3 / 2, async {
            while wire.read(&mut buffer).await.unwrap() > 0 {}
        });
        assert!(idle.await.is_err(), "{over:?}: closed while it was idle");
        let begun = Instant::now();
        assert_eq!(dribble(&mut wire, b"a").await, "");
        at_the_deadline(begun, &format!("{over:?}, the second head"));
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed_at_its_deadline() {
    let config = Config {
        idle_deadline: DEADLINE,
        ..Config::default()
    };
    for over in Over::BOTH {
        let server = Server::open(over, config.clone()).await;
        let mut wire = server.connect().await;
        wire.write_all(PING).await.unwrap();
        let begun = Instant::now();
        let answer = until_closed(&mut wire).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{over:?}: {answer}");
        at_the_deadline(begun, &format!("{over:?}, idle"));
    }
}

#[tokio::test]
async fn every_answer_gives_an_idle_connection_its_time_anew() {
    let config = Config {
        idle_deadline: DEADLINE,
        ..Config::default()
    };
    for over in Over::BOTH {
        let server = Server::open(over, config.clone()).await;
        let mut wire = server.connect().await;
        let mut begun = Instant::now();
        for _ in 0..3 {
            begun = Instant::now();
            wire.write_all(PING).await.unwrap();
            assert_eq!(status(&mut wire).await, "200", "{over:?}");
            // The rest of the answer, and then nothing.
            let mut buffer = vec![0; 4096];
            let idle = timeout(DEADLINE * 2 / 3, async {
                while wire.read(&mut buffer).await.unwrap() > 0 {}
            });
            assert!(idle.await.is_err(), "{over:?}: closed before its time");
        }
        assert_eq!(until_closed(&mut wire).await, "", "{over:?}");
        at_the_deadline(begun, &format!("{over:?}, idle after the third"));
    }
}

#[tokio::test]
async fn a_body_that_dribbles_is_refused_at_its_deadline() {
    let config = Config {
        body_deadline: DEADLINE,
        ..Config::default()
    };
    let heads = [
        "Content-Length: 100000\r\n\r\n{\"userId\":",
        "Transfer-Encoding: chunked\r\n\r\n186a0\r\n{\"userId\":",
    ];
    for over in Over::BOTH {
        let server = Server::open(over, config.clone()).await;
        for rest in heads {
            let head = format!(
                "POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{rest}"
            );
            let mut wire = server.connect().await;
            wire.write_all(head.as_bytes()).await.unwrap();
            let begun = Instant::now();
            let answer = dribble(&mut wire, b" ").await;
            assert!(answer.starts_with("HTTP/1.1 400 "), "{over:?}: {answer}");
            assert!(answer.contains("did not arrive within"), "{answer}");
            at_the_deadline(begun, &format!("{over:?}, {rest:?}"));
        }
    }
}

/// A connection that can take little at a time.
async fn narrow(server: &Server) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(server.address).await.unwrap()
}

#[tokio::test]
async fn a_client_that_takes_no_answer_loses_its_connection() {
    // Its place is free for the next only when it is gone.
    let config = Config {
        max_connections: 1,
        write_deadline: DEADLINE,
        ..Config::default()
    };
    // 60 answers of 250 KiB are more than the kernel keeps for it.
    let requests = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(60);
    for over in Over::BOTH {
        let server = Server::open(over, config.clone()).await;
        let mut greedy = server.dress(narrow(&server).await).await;
        let begun = Instant::now();
        greedy.write_all(&requests).await.unwrap();
        greedy.flush().await.unwrap();
        let mut next = timeout(PATIENCE, server.connect()).await.unwrap();
        next.write_all(PING).await.unwrap();
        assert_eq!(status(&mut next).await, "200", "{over:?}");
        assert!(
            begun.elapsed() >= DEADLINE,
            "{over:?}: it was not at the cap"
        );
        drop(greedy);
    }
}
