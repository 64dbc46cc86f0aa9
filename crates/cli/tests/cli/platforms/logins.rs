//! A NATS server that lets nobody in.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{DEADLINE, Folder, Server};

/// How often a test looks whether something has come.
const LOOK_PERIOD: Duration = Duration::from_millis(5);

/// What the server says first.
const GREETING: &[u8] = b"INFO {\"server_id\":\"a\",\"server_name\":\"a\",\"version\":\"2.10.0\",\
    \"go\":\"a\",\"host\":\"127.0.0.1\",\"port\":4222,\"headers\":true,\"max_payload\":1048576,\
    \"proto\":1,\"client_id\":1,\"auth_required\":true}\r\n";

async fn refuse(stream: TcpStream, refused: &AtomicUsize) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.get_mut().write_all(GREETING).await?;
    let mut connect = String::new();
    stream.read_line(&mut connect).await?;
    let answer = b"-ERR 'Authorization Violation'\r\n";
    stream.get_mut().write_all(answer).await?;
    refused.fetch_add(1, Ordering::SeqCst);
    Ok(())
}

#[tokio::test]
async fn a_login_that_fails_is_told_by_the_attempts_and_not_by_the_library() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let refused = Arc::new(AtomicUsize::new(0));
    let counting = refused.clone();
    // Ends with the runtime of the test.
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // The client may go at any time.
            let _ = refuse(stream, &counting).await;
        }
    });
    let folder = Folder::new();
    let url = format!("nats://zebra:giraffe@{address}/orders");
    let variables = [("JUMUN_PLATFORM", &*url)];
    let server = Server::start_in(&folder, &["--listen", "127.0.0.1:0"], &variables);
    let client = server.client();
    client.product(1, 1_000, 100).await;
    client.user(1, 100_000).await;
    assert_eq!(client.order(1, 1).await.status, 201);
    let deadline = Instant::now() + DEADLINE;
    let attempts = loop {
        let told = folder.shop_succeeds("events list --json --limit 1");
        if refused.load(Ordering::SeqCst) > 1 && told.contains("authorization violation") {
            break told;
        }
        assert!(Instant::now() < deadline, "{told}");
        tokio::time::sleep(LOOK_PERIOD).await;
    };
    server.stop();
    assert!(!attempts.contains("giraffe"), "{attempts}");
    let log = std::fs::read_to_string(folder.file("serve.log")).expect("a log");
    assert!(!log.contains("async_nats"), "{log}");
    assert!(log.contains(&format!("nats://{address}/orders")), "{log}");
}
