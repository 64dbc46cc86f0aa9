//! NATS JetStream as a platform.

use super::shop::{Shop, settings};
use super::taken::Taken;
use crate::nats::server::Server;
use crate::nats::stream;

async fn taken(server: &Server) -> Taken {
    let taken = Taken::default();
    for held in stream::held(server).await {
        taken.take(&held.body);
    }
    taken
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_has_every_event_though_its_server_is_killed_again_and_again() {
    let mut server = Server::start().await;
    stream::create(&server, "orders").await;
    let shop = Shop::open(20).await;
    let dispatchers = shop.dispatch(vec![settings(&server.url("orders"))]).await;
    shop.all_told().await;
    for _ in 0..5 {
        let (store, users) = (shop.store.clone(), (0..400).map(|n| n % 20 + 1));
        let orders = tokio::spawn(super::shop::place(store, users));
        // In the middle of them.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        server.kill();
        orders.await.unwrap();
        server.start_again().await;
    }
    shop.all_told().await;
    let taken = taken(&server).await;
    taken.assert_all_of(&shop.events().await);
    // The stream itself leaves repeats out, by the event's id.
    assert_eq!(taken.repeats(), 0);
    dispatchers.stop().await;
}
