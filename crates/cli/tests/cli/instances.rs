//! Several servers of ours on one database.

use rustix::process::Signal;
use tokio::task::JoinSet;

use crate::support::{Folder, Server, one_piece};

/// Orders that are sent to each instance.
const ORDERS: u64 = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_share_a_shop_on_a_database_server() {
    let folder = Folder::on_server();
    // Both at once, so that both find nothing there.
    let start = || Server::start(&folder);
    let servers = std::thread::scope(|scope| {
        let other = scope.spawn(start);
        [start(), other.join().expect("it starts")]
    });
    let [one, other] = &servers;
    one.client().user(1, 1_000_000).await;
    // Half of what is wanted, so that they take it from one another.
    other.client().product(1, 100, ORDERS).await;

    let mut orders = JoinSet::new();
    for place in 0..ORDERS {
        for server in &servers {
            let client = server.client();
            // The same key at both: one order.
            let key = format!("order-{}", place / 2);
            orders.spawn(async move { client.order(1, 1).await.status });
            let client = server.client();
            orders.spawn(async move {
                let body = one_piece(1, 1);
                let reply = client.try_post("/orders", &key, &body).await;
                reply.expect("an answer").status
            });
        }
    }
    let answers = orders.join_all().await;
    assert!(
        answers.iter().all(|status| [201, 400].contains(status)),
        "{answers:?}"
    );
    let stock = one.client().get("/products/1").await.json()["stock"].clone();
    assert_eq!(
        stock,
        other.client().get("/products/1").await.json()["stock"]
    );
    assert_eq!(stock, 0);
    // What one of them has acknowledged the other shows at once.
    let orders = other.client().get("/users/1/orders?limit=200").await.json();
    let count = orders["items"].as_array().expect("items").len();
    assert_eq!(count as u64, ORDERS);
    let [one, other] = servers;
    // One that goes takes nothing with it.
    one.signal(Signal::KILL);
    one.wait();
    assert_eq!(other.client().order(1, 1).await.status, 400);
    other.client().product(2, 1, 1).await;
    assert_eq!(other.client().order(1, 2).await.status, 201);
    other.stop();
    folder.audit();
}
