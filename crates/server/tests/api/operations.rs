use std::sync::Arc;

use insta::assert_json_snapshot;
use jumun_server::{AuthMode, Config};
use jumun_store::Fault;
use serde_json::json;

use crate::harness::{Engine, Shop, on_each_engine};
use crate::rigged::{Rig, Rigged};

on_each_engine!(a_probe_learns_that_orders_can_be_taken);
async fn a_probe_learns_that_orders_can_be_taken(engine: Engine) {
    let shop = Shop::open(engine).await;
    assert_json_snapshot!("livez", shop.get("/livez").await.snapshot());
    assert_json_snapshot!("readyz", shop.get("/readyz").await.snapshot());
}

#[tokio::test]
async fn a_probe_learns_why_orders_cannot_be_taken() {
    let fault = Rig::Fault(Fault::Overloaded);
    let wrap = |store| Arc::new(Rigged { store, rig: fault }) as Arc<dyn jumun_store::Store>;
    let shop = Shop::open_over(Engine::ANY, Config::default(), wrap).await;
    assert_json_snapshot!("readyz-down", shop.get("/readyz").await.snapshot());
    shop.get("/livez").await.expect(200);
}

#[tokio::test]
async fn why_a_server_is_not_ready_is_for_its_operators() {
    let fault = Rig::Fault(Fault::Overloaded);
    let wrap = |store| Arc::new(Rigged { store, rig: fault }) as Arc<dyn jumun_store::Store>;
    let config = Config {
        auth: AuthMode::Token,
        ..Config::default()
    };
    let shop = Shop::open_over(Engine::ANY, config, wrap).await;
    let probe = shop.get("/readyz").await.expect(503);
    assert_eq!(probe.json(), json!({"status": "DOWN"}));
}

on_each_engine!(figures_name_routes_and_not_paths);
async fn figures_name_routes_and_not_paths(engine: Engine) {
    let shop = Shop::open(engine).await;
    shop.user(4711, 100).await;
    shop.product(1, 10, 1).await;
    let order = json!({"userId": 4711, "items": [{"productId": 1, "quantity": 1}]});
    shop.keyed("k", "/orders", order.clone()).await.expect(201);
    shop.keyed("k", "/orders", order.clone()).await.expect(201);
    shop.post("/orders", order).await.expect(400);
    shop.get("/no/such/path/4711").await.expect(404);
    let metrics = shop.get("/metrics").await.expect(200);
    assert_eq!(
        metrics.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    let lines = [
        "jumun_http_requests_total{route=\"/users/{userId}\",method=\"PUT\",status=\"201\"}",
        "jumun_http_requests_total{route=\"unmatched\",method=\"GET\",status=\"404\"}",
        "jumun_http_request_duration_seconds_bucket{route=\"/orders\",le=\"0.01\"}",
        "jumun_http_connections",
        "jumun_orders_total{outcome=\"placed\"}",
        "jumun_orders_total{outcome=\"replayed\"}",
        "jumun_orders_total{outcome=\"cancelled\"}",
        "jumun_rejections_total{code=\"out-of-stock\"}",
    ];
    for line in lines {
        assert!(
            metrics.text.contains(line),
            "{line} is missing in\n{}",
            metrics.text
        );
    }
    // Of a line only its labels: a duration may well have these digits.
    let labels = |line: &str| line.rsplit_once('}').map_or("", |it| it.0).to_owned();
    for line in metrics.text.lines() {
        assert!(
            !labels(line).contains("4711"),
            "an id became a label: {line}"
        );
    }
}
