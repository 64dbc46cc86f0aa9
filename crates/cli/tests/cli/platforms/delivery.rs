//! A server tells its platforms of every order.

use std::fs;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jumun_platform::Secret;
use jumun_platform::signature::{self, ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER};

use crate::support::{Folder, Received, Receiver, Server};

/// Longer than a delivery takes on a machine that is wholly busy.
const PATIENCE: Duration = Duration::from_secs(30);

const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEW: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// Starts a server that tells the receiver, and signs with these secrets.
fn server(folder: &Folder, receiver: &Receiver, secrets: &str) -> Server {
    let options = ["--listen", "127.0.0.1:0", "--platform", receiver.url()];
    Server::start_in(folder, &options, &[("JUMUN_PLATFORM_SECRET", secrets)])
}

fn assert_signed(received: &Received, secret: &str) {
    let secret: Secret = secret.parse().expect("a secret");
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let message = signature::Received {
        id: received.header(ID_HEADER),
        timestamp: received.header(TIMESTAMP_HEADER),
        signature: received.header(SIGNATURE_HEADER),
        body: &received.body,
    };
    let verified = message.verify(&[secret], now.expect("a clock").as_secs());
    assert_eq!(verified, Ok(()), "{received:?}");
}

fn sequences(received: &[Received]) -> Vec<u64> {
    received.iter().map(Received::sequence).collect()
}

#[tokio::test]
async fn each_order_is_told_once_signed_as_the_api_shows_it_and_a_restart_goes_on() {
    for folder in Folder::of_each_engine() {
        let receiver = Receiver::start().await;
        let running = server(&folder, &receiver, OLD);
        let client = running.client();
        client.product(1, 1_000, 100).await;
        client.user(1, 100_000).await;
        for _ in 0..3 {
            assert_eq!(client.order(1, 1).await.status, 201);
        }
        let received = receiver.wait_for(3).await;
        let listed = client.get("/events?after=0").await.json();
        for (one, shown) in received
            .iter()
            .zip(listed["items"].as_array().expect("events"))
        {
            assert_signed(one, OLD);
            assert_eq!(one.event(), *shown);
            assert_eq!(one.header(ID_HEADER), shown["id"]);
            assert_eq!(one.header("content-type"), "application/cloudevents+json");
        }
        running.stop();

        // Nothing is told twice after a stop in good order, and both sign while
        // the secret changes.
        let running = server(&folder, &receiver, &format!("{NEW} {OLD}"));
        assert_eq!(running.client().order(1, 1).await.status, 201);
        let received = receiver.wait_for(4).await;
        assert_eq!(sequences(&received), [1, 2, 3, 4], "{}", folder.url());
        for secret in [OLD, NEW] {
            assert_signed(&received[3], secret);
        }
        running.stop();
        folder.audit();
    }
}

#[tokio::test]
async fn what_was_placed_while_no_server_told_of_it_is_told_by_the_next_that_does() {
    let folder = Folder::new();
    let receiver = Receiver::start().await;
    let running = server(&folder, &receiver, OLD);
    let client = running.client();
    client.product(1, 1_000, 100).await;
    client.user(1, 100_000).await;
    running.stop();
    let silent = Server::start(&folder);
    assert_eq!(silent.client().order(1, 1).await.status, 201);
    silent.stop();
    assert!(receiver.received().is_empty());
    let running = server(&folder, &receiver, OLD);
    assert_eq!(sequences(&receiver.wait_for(1).await), [1]);
    running.stop();
}

#[tokio::test]
async fn a_platform_that_is_away_holds_up_neither_the_start_nor_an_order_nor_another_platform() {
    let folder = Folder::new();
    let file = folder.file("events.jsonl");
    let receiver = Receiver::start().await;
    let options = [
        "--listen=127.0.0.1:0".to_owned(),
        "--platform=http://127.0.0.1:9/".to_owned(),
        format!("--platform={}", receiver.url()),
        format!("--platform=file://{}", file.display()),
    ];
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let running = Server::start_with(&folder, &options);
    let client = running.client();
    client.product(1, 1_000, 100).await;
    client.user(1, 100_000).await;
    assert_eq!(client.order(1, 1).await.status, 201);
    let received = receiver.wait_for(1).await;
    assert!(received[0].headers.get(SIGNATURE_HEADER).is_none());
    // Each platform is told in its own time.
    let begun = Instant::now();
    let lines = loop {
        let lines = fs::read(&file).unwrap_or_default();
        if lines.ends_with(b"\n") {
            break lines;
        }
        assert!(begun.elapsed() < PATIENCE, "the file gets no event");
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    running.stop();
    assert_eq!(lines.strip_suffix(b"\n"), Some(&*received[0].body));
}

#[tokio::test]
async fn an_address_that_is_not_public_is_refused_when_that_is_asked_for() {
    let folder = Folder::new();
    let receiver = Receiver::start().await;
    folder.fail(
        &format!(
            "serve --listen=127.0.0.1:0 --allow-private-platforms=false --platform {}",
            receiver.url()
        ),
        2,
        &["which is not public", "allow private addresses"],
    );
    assert!(receiver.received().is_empty());
    assert!(!folder.file("jumun.db").exists());
}
