//! A server that comes and goes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jumun_platform::{Client, FailureKind, Outcome};

use super::server::Server;
use super::stream;
use crate::support::{DEADLINE, assert_says, client, deliver, eventually, fail, message, settings};

/// Kills and starts the server so often.
const KILLS: usize = 5;

/// How many messages are under way at a time.
const SENDERS: u64 = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_outlives_every_kill_and_all_goes_on_by_itself() {
    let mut server = Server::start().await;
    stream::create(&server, "orders").await;
    let client = client(&settings(&server.url("orders")));
    let delivered = Arc::new(AtomicU64::new(0));
    let is_over = Arc::new(AtomicBool::new(false));
    let mut senders = tokio::task::JoinSet::new();
    for sender in 0..SENDERS {
        let (client, delivered) = (Arc::clone(&client), Arc::clone(&delivered));
        let is_over = Arc::clone(&is_over);
        senders.spawn(async move {
            let mut sent = Vec::new();
            for number in (sender..).step_by(SENDERS as usize) {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                insist(&*client, number).await;
                delivered.fetch_add(1, Ordering::Relaxed);
                sent.push(number);
            }
            sent
        });
    }
    for _ in 0..KILLS {
        let enough = delivered.load(Ordering::Relaxed) + 100;
        let goes_on = async || delivered.load(Ordering::Relaxed) >= enough;
        eventually("messages are delivered again", goes_on).await;
        server.kill();
        server.start_again().await;
    }
    is_over.store(true, Ordering::Relaxed);
    let mut acknowledged = BTreeSet::new();
    for sent in senders.join_all().await {
        acknowledged.extend(sent.into_iter().map(|number| message(number).body));
    }
    let held = stream::held(&server).await.into_iter();
    let held: BTreeSet<_> = held.map(|held| held.body).collect();
    assert!(held.is_superset(&acknowledged), "acknowledged and lost");
}

/// Sends until it is delivered.
async fn insist(client: &dyn Client, number: u64) {
    let deadline = Instant::now() + DEADLINE;
    loop {
        match client.send(&message(number)).await.outcome {
            Outcome::Delivered { .. } => return,
            outcome => assert!(Instant::now() < deadline, "{number}: {outcome:?}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn while_the_server_is_down_every_message_fails_at_once() {
    let mut server = Server::start().await;
    stream::create(&server, "orders").await;
    let client = client(&settings(&server.url("orders")));
    deliver(&*client, &message(1)).await;
    server.kill();
    eventually("the loss is noticed", async || {
        // Until then a message is cut off on its way.
        let failure = fail(&*client, &message(2)).await;
        assert!(
            matches!(failure.kind, FailureKind::Reset | FailureKind::Connect),
            "{failure:?}"
        );
        failure.kind == FailureKind::Connect
    })
    .await;
    let begun = Instant::now();
    for _ in 0..100 {
        let failure = fail(&*client, &message(2)).await;
        assert_says(
            &failure.excerpt,
            &["not connected", "check that the server runs"],
        );
    }
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    server.start_again().await;
    insist(&*client, 2).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_yet_gets_messages_once_it_is() {
    let mut server = Server::start().await;
    stream::create(&server, "orders").await;
    server.kill();
    let client = client(&settings(&server.url("orders")));
    let failure = fail(&*client, &message(1)).await;
    assert_eq!(failure.kind, FailureKind::Connect);
    assert_says(
        &failure.excerpt,
        &["cannot be reached", "refused", "check host"],
    );
    server.start_again().await;
    insist(&*client, 1).await;
}

#[tokio::test]
async fn a_server_that_hangs_costs_no_more_than_the_timeout() {
    let server = Server::start().await;
    stream::create(&server, "orders").await;
    let mut settings = settings(&server.url("orders"));
    settings.timeout = Duration::from_millis(500);
    let client = client(&settings);
    insist(&*client, 1).await;
    server.freeze().await;
    let begun = Instant::now();
    let failure = fail(&*client, &message(2)).await;
    assert_eq!(failure.kind, FailureKind::Timeout);
    assert!(begun.elapsed() < DEADLINE / 2, "{:?}", begun.elapsed());
    server.thaw();
    insist(&*client, 3).await;
}
