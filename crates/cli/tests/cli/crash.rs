//! The server is killed under load, again and again. What it acknowledged is
//! there afterwards, and every key tells what became of its request.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::support::{Client, Folder, Reply, Server};

/// Kills in a normal run; `JUMUN_FAULT_RUNS` asks for more.
const RUNS: u64 = 10;
/// Clients that order at the same time.
const CLIENTS: u64 = 8;
/// The kill comes after a random number of acknowledged orders up to this.
const MAX_ORDERS_BEFORE_KILL: u64 = 60;
const PRODUCTS: u64 = 3;
/// Never used up, so that every order is paid.
const PLENTY: u64 = 1_000_000_000;

/// An order that was sent, and its answer where one came.
struct Sent {
    key: String,
    body: Value,
    answer: Option<Reply>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_order_survives_a_kill_and_every_key_tells_what_became_of_it() {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    let runs = number("JUMUN_FAULT_RUNS").unwrap_or(RUNS);
    let seed = number("JUMUN_FAULT_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("JUMUN_FAULT_SEED={seed} JUMUN_FAULT_RUNS={runs}");
    for folder in Folder::of_each_engine() {
        survives_kills(&folder, runs, fastrand::Rng::with_seed(seed)).await;
    }
}

async fn survives_kills(folder: &Folder, runs: u64, mut random: fastrand::Rng) {
    let server = Server::start(folder);
    for id in 1..=CLIENTS {
        server.client().user(id, PLENTY).await;
    }
    for id in 1..=PRODUCTS {
        server.client().product(id, 100 * id, PLENTY).await;
    }
    server.stop();

    let mut orders: HashMap<String, String> = HashMap::new();
    for run in 0..runs {
        let server = Server::start(folder);
        let kill_after = random.u64(1..=MAX_ORDERS_BEFORE_KILL);
        let sent = order_until_killed(server, run, kill_after, random.fork()).await;
        folder.settle();
        let server = Server::start(folder);
        for sent in sent {
            let order = ask_again(&server.client(), &sent).await;
            assert_eq!(orders.insert(sent.key, order), None);
        }
        // Killed again, now with nothing under way: the log is read once more.
        server.signal(Signal::KILL);
        server.wait();
        folder.audit();
    }
    let exported = folder.shop_succeeds("export orders");
    assert_eq!(
        exported.lines().count(),
        orders.len(),
        "one order a key and no more"
    );
}

/// Lets every client order, kills the server, and tells all that was sent.
async fn order_until_killed(
    server: Server,
    run: u64,
    kill_after: u64,
    mut random: fastrand::Rng,
) -> Vec<Sent> {
    let (acknowledged, enough) = (Arc::new(AtomicU64::new(0)), Arc::new(Notify::new()));
    let mut clients = JoinSet::new();
    for user in 1..=CLIENTS {
        let (client, mut random) = (server.client(), random.fork());
        let (acknowledged, enough) = (Arc::clone(&acknowledged), Arc::clone(&enough));
        clients.spawn(async move {
            let mut sent = Vec::new();
            for place in 0.. {
                let key = format!("run-{run}-user-{user}-order-{place}");
                let product = random.u64(1..=PRODUCTS);
                let items = json!([{"productId": product, "quantity": random.u64(1..=3)}]);
                let body = json!({"userId": user, "items": items});
                let answer = client.try_post("/orders", &key, &body).await.ok();
                let lost = answer.is_none();
                sent.push(Sent { key, body, answer });
                if lost {
                    break;
                }
                if acknowledged.fetch_add(1, Ordering::Relaxed) + 1 == kill_after {
                    enough.notify_one();
                }
            }
            sent
        });
    }
    enough.notified().await;
    server.signal(Signal::KILL);
    server.wait();
    clients.join_all().await.into_iter().flatten().collect()
}

/// Sends an order again with its key; the id of the order it placed.
async fn ask_again(client: &Client, sent: &Sent) -> String {
    let Sent { key, body, answer } = sent;
    let user = &body["userId"];
    let by_key = format!("/orders?userId={user}&idempotencyKey={key}");
    let before = client.get(&by_key).await.json();
    let reply = client
        .try_post("/orders", key, body)
        .await
        .expect("an answer");
    assert_eq!(reply.status, 201, "{key}: {}", reply.text);
    let placed_before = before["items"].as_array().expect("items").len();
    assert_eq!(
        placed_before,
        usize::from(reply.replayed),
        "{key}: the look-up tells the truth"
    );
    if let Some(answer) = answer {
        assert_eq!(
            (answer.status, answer.replayed),
            (201, false),
            "{key}: {}",
            answer.text
        );
        assert!(reply.replayed, "{key} was acknowledged and is gone");
        assert_eq!(reply.text, answer.text, "{key} is answered as it was");
    }
    let after = client.get(&by_key).await.json();
    assert_eq!(after["items"], Value::Array(vec![reply.json()]), "{key}");
    let order = reply.json()["orderId"].as_str().expect("an id").to_owned();
    assert_eq!(
        client.get(&format!("/orders/{order}")).await.json(),
        reply.json()
    );
    order
}
