//! The database's server is stopped, and started again.

use std::sync::Arc;

use jumun_server::Config;
use jumun_test_cluster::{Cluster, Mode, Settings};
use serde_json::{Value, json};

use crate::harness::{Data, Shop};

/// A shop on a database's server of its own, with user 7 and 10 pieces of product 3.
async fn ready() -> (Arc<Cluster>, Data, Shop) {
    let cluster = Arc::new(Cluster::start(Settings::default()));
    let data = Data::Database(cluster.create_database());
    let shop = Shop::serve(Config::default(), data.open().await).await;
    shop.user(7, 5_000).await;
    shop.product(3, 1_000, 10).await;
    shop.get("/readyz").await.expect(200);
    (cluster, data, shop)
}

fn order() -> Value {
    json!({"userId": 7, "items": [{"productId": 3, "quantity": 1}]})
}

#[tokio::test]
async fn a_stopped_database_is_told_and_a_refused_order_can_be_sent_again_with_its_key() {
    let (cluster, _data, shop) = ready().await;
    cluster.stop(Mode::Fast);
    let probe = shop.get("/readyz").await.expect(503).json();
    assert_eq!(probe["status"], json!("DOWN"));
    let reason = probe["reason"].as_str().unwrap();
    assert!(reason.contains("start the PostgreSQL server"), "{reason}");
    shop.get("/livez").await.expect(200);
    let replies = [
        shop.get("/users/7").await,
        shop.keyed("key", "/orders", order()).await,
    ];
    for reply in replies {
        assert_eq!(reply.problem(), (503, "overloaded".to_owned()));
        assert_eq!(reply.header("retry-after"), Some("1"));
        let detail = reply.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("safe to try again"), "{detail}");
    }
    cluster.start_again();
    shop.get("/readyz").await.expect(200);
    assert_eq!(shop.get("/products/3").await.json()["stock"], json!(10));
    let placed = shop.keyed("key", "/orders", order()).await.expect(201);
    assert_eq!(placed.header("idempotent-replayed"), None);
    let again = shop.keyed("key", "/orders", order()).await.expect(201);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(shop.get("/products/3").await.json()["stock"], json!(9));
}

#[tokio::test]
async fn an_order_waits_for_a_database_that_is_restarted() {
    let (cluster, _data, shop) = ready().await;
    cluster.stop(Mode::Fast);
    let starting = cluster.clone();
    let (placed, started) = tokio::join!(
        shop.keyed("key", "/orders", order()),
        tokio::task::spawn_blocking(move || starting.start_again()),
    );
    started.unwrap();
    placed.expect(201);
    assert_eq!(shop.get("/products/3").await.json()["stock"], json!(9));
}
