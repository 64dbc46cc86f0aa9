//! `jumun events` beside a running server.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{DEADLINE, Folder, Received, Receiver, Server};

/// How often a test looks whether something has come about.
const LOOK_PERIOD: Duration = Duration::from_millis(20);

/// A server that tells one platform of the folder's shop, with a product and
/// two users.
async fn opened(folder: &Folder, receiver: &Receiver) -> Server {
    let server = telling(folder, receiver);
    let client = server.client();
    client.product(1, 1_000, 100).await;
    client.user(1, 100_000).await;
    client.user(2, 100_000).await;
    server
}

fn telling(folder: &Folder, receiver: &Receiver) -> Server {
    Server::start_with(
        folder,
        &["--listen", "127.0.0.1:0", "--platform", receiver.url()],
    )
}

/// What a command prints with `--json`.
fn items(folder: &Folder, line: &str) -> Vec<Value> {
    let printed = folder.shop_succeeds(&format!("{line} --json"));
    let mut printed: Value = serde_json::from_str(&printed).expect("JSON");
    match printed["items"].take() {
        Value::Array(items) => items,
        other => panic!("{line}: {other}"),
    }
}

/// Waits until a list has what is looked for.
async fn until(folder: &Folder, line: &str, is_so: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let deadline = Instant::now() + DEADLINE;
    loop {
        let items = items(folder, line);
        if is_so(&items) {
            return items;
        }
        assert!(Instant::now() < deadline, "{line}: {items:?}");
        tokio::time::sleep(LOOK_PERIOD).await;
    }
}

fn sequences(received: &[Received]) -> Vec<u64> {
    received.iter().map(Received::sequence).collect()
}

#[tokio::test]
async fn a_list_tells_what_a_platform_has_and_lacks() {
    for folder in Folder::of_each_engine() {
        let receiver = Receiver::start().await;
        let server = opened(&folder, &receiver).await;
        let client = server.client();
        assert_eq!(client.order(1, 1).await.status, 201);
        let is_recorded = |items: &[Value]| items[0]["position"] == 1;
        let known = until(&folder, "events list", is_recorded).await;
        assert_eq!(known.len(), 1, "{known:?}");
        assert_eq!(known[0]["name"], receiver.url());
        assert_eq!(known[0]["status"], "ACTIVE");
        assert_eq!(known[0]["lagEvents"], 0);
        let table = folder.shop_succeeds("events list");
        assert!(table.starts_with("name "), "{table}");
        assert!(table.contains(receiver.url()), "{table}");

        receiver.answer(503);
        for _ in 0..2 {
            assert_eq!(client.order(2, 1).await.status, 201);
        }
        let list = "events list --state failing";
        let failing = until(&folder, list, |items| !items.is_empty()).await;
        assert_eq!(failing[0]["sequence"], 2);
        assert_eq!(failing[0]["lastAttempt"]["status"], 503);
        let list = "events list --state blocked";
        let blocked = until(&folder, list, |items| !items.is_empty()).await;
        assert_eq!(blocked[0]["sequence"], 3);
        assert!(items(&folder, "events list --state dead").is_empty());
        let newest = items(&folder, "events list --limit 2");
        assert_eq!(newest.len(), 2, "{newest:?}");
        assert_eq!(newest[0]["sequence"], 3);
        let table = folder.shop_succeeds(&format!("events list {}", receiver.url()));
        for word in ["sequence", "delivered", "failing", "blocked", "status 503"] {
            assert!(table.contains(word), "no {word:?} in {table}");
        }
        server.stop();
        let after = items(&folder, "events list");
        assert_eq!(after[0]["lagEvents"], 2, "{after:?}");
        assert!(folder.shop_succeeds("events list").contains("no server"));
    }
}

#[tokio::test]
async fn events_are_sent_again_when_that_is_asked_for() {
    for folder in Folder::of_each_engine() {
        let receiver = Receiver::start().await;
        let server = opened(&folder, &receiver).await;
        for user in [1, 2, 1] {
            assert_eq!(server.client().order(user, 1).await.status, 201);
        }
        let first = receiver.wait_for(3).await;
        until(&folder, "events list", |items| items[0]["position"] == 3).await;
        let told = folder.shop_succeeds("events replay --sequence 2");
        assert!(told.contains("events 2 to 2 are sent again"), "{told}");
        let again = receiver.wait_for(4).await;
        // Events of two users come in any order.
        let second = first.iter().find(|it| it.sequence() == 2);
        assert_eq!(Some(&again[3].body), second.map(|it| &it.body));
        // What is asked for beyond the newest comes anyway.
        let told = folder.shop_succeeds(&format!(
            "events replay {} --from 1 --to 99",
            receiver.url()
        ));
        assert!(told.contains("events 1 to 3 are sent again"), "{told}");
        let mut again = sequences(&receiver.wait_for(7).await[4..]);
        again.sort_unstable();
        assert_eq!(again, [1, 2, 3]);
        server.stop();
    }
}

#[tokio::test]
async fn what_has_failed_is_tried_again_at_once_when_that_is_asked_for() {
    let folder = Folder::new();
    let receiver = Receiver::start().await;
    let server = opened(&folder, &receiver).await;
    receiver.answer(500);
    assert_eq!(server.client().order(1, 1).await.status, 201);
    let failing = |items: &[Value]| {
        items
            .iter()
            .any(|it| it["failedAttempts"].as_u64() > Some(1))
    };
    until(&folder, "events list --state failing", failing).await;
    receiver.answer(200);
    let told = folder.shop_succeeds("events replay --failed-since 2020-01-01T00:00:00Z");
    assert!(told.contains("what has failed since 2020-01-01"), "{told}");
    let list = "events list --limit 1";
    until(&folder, list, |items| items[0]["state"] == "DELIVERED").await;
    server.stop();
}

#[tokio::test]
async fn a_platform_that_is_paused_is_told_nothing_until_it_is_resumed() {
    for folder in Folder::of_each_engine() {
        let (paused, other) = (Receiver::start().await, Receiver::start().await);
        opened(&folder, &paused).await.stop();
        let told = folder.shop_succeeds("events pause");
        assert!(told.contains(paused.url()), "{told}");
        let options = ["--listen", "127.0.0.1:0", "--platform", paused.url()];
        let options = [&options[..], &["--platform", other.url()]].concat();
        let server = Server::start_with(&folder, &options);
        assert_eq!(server.client().order(1, 1).await.status, 201);
        other.wait_for(1).await;
        let known = items(&folder, "events list");
        let status = |url: &str| {
            let one = known.iter().find(|it| it["name"] == url);
            one.expect("a platform")["status"].clone()
        };
        assert_eq!(status(paused.url()), "PAUSED");
        assert_eq!(status(other.url()), "ACTIVE");
        assert!(paused.received().is_empty());
        folder
            .shop("events resume")
            .fails("events resume", 2, &["2 data platforms", paused.url()]);
        let line = format!("events resume {}", paused.url());
        folder.shop_succeeds(&line);
        assert_eq!(sequences(&paused.wait_for(1).await), [1]);
        server.stop();
    }
}

#[tokio::test]
async fn a_platform_is_forgotten_once_nobody_delivers_to_it() {
    for folder in Folder::of_each_engine() {
        let receiver = Receiver::start().await;
        let server = opened(&folder, &receiver).await;
        folder.shop_fails(
            "events forget",
            &["a server delivers to", "start the servers without it"],
        );
        server.stop();
        let told = folder.shop_succeeds("events forget");
        assert!(told.contains("forgotten"), "{told}");
        assert!(items(&folder, "events list").is_empty());
        let told = folder.shop("events list");
        assert_eq!(told.code, Some(0), "{}", told.stderr);
        assert!(
            told.stderr.contains("knows no data platform"),
            "{}",
            told.stderr
        );
        folder.shop_fails("events pause", &["knows no data platform", "--platform"]);
        folder.audit();
    }
}

#[tokio::test]
async fn a_platform_or_an_event_that_is_not_known_is_told_with_what_is() {
    let folder = Folder::new();
    let receiver = Receiver::start().await;
    opened(&folder, &receiver).await.stop();
    for action in ["list", "pause", "resume", "forget", "replay --sequence 1"] {
        let line = format!("events {action} billing");
        folder.shop_fails(&line, &["of the name billing", receiver.url()]);
    }
    let canary = "events pause https://zebra:zebra@host/a?zebra";
    let told = folder.shop(canary);
    told.fails(canary, 1, &["of the name"]);
    assert!(!told.stderr.contains("zebra"), "{}", told.stderr);
    folder.shop_fails(
        "events replay --sequence 7",
        &["no event in that range", "the newest has the sequence 0"],
    );
    let missing = "events list --database sqlite:missing.db";
    folder.fail(missing, 1, &["there is no database at missing.db"]);
}

#[tokio::test]
async fn what_was_given_up_is_listed_as_dead_and_sent_again_before_what_it_holds_up() {
    let folder = Folder::new();
    let receiver = Receiver::start().await;
    let url = receiver.url();
    folder.write(
        "jumun.toml",
        format!(
            "[[platform]]\nurl = \"{url}\"\nname = \"billing\"\ndead_letter_after = \"500ms\"\n"
        ),
    );
    let options = ["--listen", "127.0.0.1:0", "--config", "jumun.toml"];
    let server = Server::start_with(&folder, &options);
    let client = server.client();
    client.product(1, 1_000, 100).await;
    client.user(1, 100_000).await;
    receiver.answer(500);
    for _ in 0..2 {
        assert_eq!(client.order(1, 1).await.status, 201);
    }
    let list = "events list billing --state dead";
    let dead = until(&folder, list, |items| !items.is_empty()).await;
    assert_eq!(dead[0]["sequence"], 1);
    assert_eq!(dead[0]["state"], "DEAD");
    let attempts = dead[0]["failedAttempts"].as_u64().expect("a count");
    assert!(attempts > 1, "{dead:?}");
    assert_eq!(
        items(&folder, "events list --state blocked")[0]["sequence"],
        2
    );
    assert!(folder.shop_succeeds(list).contains("status 500"));
    receiver.answer(204);
    let failed = receiver.received().len();
    folder.shop_succeeds("events replay billing --failed-since 2020-01-01T00:00:00Z");
    let again = receiver.wait_for(failed + 2).await;
    assert_eq!(sequences(&again[failed..]), [1, 2]);
    server.stop();
}
