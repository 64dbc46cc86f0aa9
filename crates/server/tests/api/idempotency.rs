//! One effect for each key.

use insta::assert_json_snapshot;
use jumun_server::Config;
use serde_json::{Value, json};

use crate::harness::{ALWAYS, Engine, Shop, on_each_engine};

/// Every POST that takes a key, and whether the operator can demand one.
pub(crate) fn protected(order_id: &str) -> Vec<(String, Value, bool)> {
    let campaign = json!({
        "name": "C", "discount": {"type": "FIXED", "amount": 1},
        "validFrom": ALWAYS[0], "validUntil": ALWAYS[1], "quantity": 1,
    });
    let order = json!({"userId": 7, "items": [{"productId": 3, "quantity": 1}]});
    vec![
        (
            "/users/7/balance/charges".to_owned(),
            json!({"amount": 5}),
            true,
        ),
        (
            "/users/7/balance/adjustments".to_owned(),
            json!({"amount": -5, "reason": "r"}),
            true,
        ),
        (
            "/products/3/stock/adjustments".to_owned(),
            json!({"delta": 5}),
            true,
        ),
        (
            "/campaigns/1/coupons".to_owned(),
            json!({"userId": 7}),
            true,
        ),
        ("/orders".to_owned(), order, true),
        (format!("/orders/{order_id}/cancel"), json!({}), true),
        ("/campaigns".to_owned(), campaign, false),
    ]
}

/// A shop with a paid order; the order's id.
async fn ready(engine: Engine) -> (Shop, String) {
    let shop = Shop::open(engine).await;
    shop.user(7, 50_000).await;
    shop.product(3, 100, 100).await;
    shop.campaign(5, ALWAYS, None).await;
    let order = json!({"userId": 7, "items": [{"productId": 3, "quantity": 1}]});
    let placed = shop.post("/orders", order).await.expect(201).json();
    let order_id = placed["orderId"].as_str().unwrap().to_owned();
    (shop, order_id)
}

on_each_engine!(the_same_request_with_the_same_key_gets_the_first_answer_again);
async fn the_same_request_with_the_same_key_gets_the_first_answer_again(engine: Engine) {
    let (shop, order_id) = ready(engine).await;
    for (number, (path, body, _)) in protected(&order_id).into_iter().enumerate() {
        let key = format!("key-{number}");
        let first = shop.keyed(&key, &path, body.clone()).await;
        assert!(first.status.is_success(), "{path}: {}", first.text);
        assert_eq!(first.header("idempotent-replayed"), None, "{path}");
        let again = shop.keyed(&format!("\"{key}\""), &path, body).await;
        assert_eq!(again.header("idempotent-replayed"), Some("true"), "{path}");
        assert_eq!(
            (again.status, &again.text),
            (first.status, &first.text),
            "{path}"
        );
        assert_eq!(again.header("location"), first.header("location"), "{path}");
    }
}

on_each_engine!(an_order_is_replayed_as_it_was_although_it_was_cancelled_since);
async fn an_order_is_replayed_as_it_was_although_it_was_cancelled_since(engine: Engine) {
    let (shop, _) = ready(engine).await;
    let order = json!({"userId": 7, "items": [{"productId": 3, "quantity": 2}]});
    let first = shop
        .keyed("key", "/orders", order.clone())
        .await
        .expect(201);
    let path = format!("{}/cancel", first.header("location").unwrap());
    shop.post(&path, json!({})).await.expect(200);
    let again = shop.keyed("key", "/orders", order).await.expect(201);
    assert_json_snapshot!("order-replayed", again.snapshot());
    assert_eq!(again.text, first.text);
}

on_each_engine!(a_rejected_request_leaves_its_key_free);
async fn a_rejected_request_leaves_its_key_free(engine: Engine) {
    let (shop, _) = ready(engine).await;
    let order = |quantity| json!({"userId": 7, "items": [{"productId": 3, "quantity": quantity}]});
    shop.keyed("key", "/orders", order(1_000)).await.expect(400);
    shop.keyed("key", "/orders", order(1)).await.expect(201);
    shop.keyed("key", "/orders", order(1_000)).await.expect(422);
}

on_each_engine!(a_server_that_demands_keys_refuses_only_what_moves_something);
async fn a_server_that_demands_keys_refuses_only_what_moves_something(engine: Engine) {
    let config = Config {
        require_idempotency_key: true,
        ..Config::default()
    };
    let shop = Shop::open_with(engine, config).await;
    shop.user(7, 0).await;
    shop.product(3, 0, 100).await;
    let order_id = "01937d5e-0000-7000-8000-000000000000";
    for (path, body, required) in protected(order_id) {
        let reply = shop.post(&path, body).await;
        let refused = reply.status == 400 && reply.problem().1 == "idempotency-key-required";
        assert_eq!(refused, required, "{path}: {}", reply.text);
    }
    let order = json!({"userId": 7, "items": [{"productId": 3, "quantity": 1}]});
    shop.post("/orders/quote", order.clone()).await.expect(200);
    shop.keyed("key", "/orders", order).await.expect(201);
}

on_each_engine!(a_hundred_at_once_with_one_key_have_one_effect);
async fn a_hundred_at_once_with_one_key_have_one_effect(engine: Engine) {
    let (shop, _) = ready(engine).await;
    let order = json!({"userId": 7, "items": [{"productId": 3, "quantity": 1}]});
    let shop = std::sync::Arc::new(shop);
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let (shop, order) = (shop.clone(), order.clone());
            tokio::spawn(async move { shop.keyed("one", "/orders", order).await.expect(201) })
        })
        .collect();
    let (mut answers, mut replayed) = (std::collections::BTreeSet::new(), 0);
    for task in tasks {
        let reply = task.await.unwrap();
        replayed += usize::from(reply.header("idempotent-replayed").is_some());
        answers.insert(reply.text);
    }
    assert_eq!((answers.len(), replayed), (1, 99));
    assert_eq!(shop.get("/products/3").await.json()["stock"], json!(98));
}
