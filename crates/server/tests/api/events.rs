use insta::assert_json_snapshot;
use serde_json::json;

use crate::harness::{Engine, Shop, on_each_engine};

on_each_engine!(an_order_and_its_cancel_are_one_event_each);
async fn an_order_and_its_cancel_are_one_event_each(engine: Engine) {
    let shop = Shop::open(engine).await;
    shop.user(7, 50_000).await;
    shop.product(3, 2_000, 10).await;
    let items = json!([{"productId": 3, "quantity": 1}]);
    let placed = shop
        .post("/orders", json!({"userId": 7, "items": items}))
        .await
        .expect(201);
    let path = format!("{}/cancel", placed.header("location").unwrap());
    shop.post(&path, json!({})).await.expect(200);

    let events = shop.get("/events").await.expect(200);
    assert_json_snapshot!("events", events.snapshot());
    let events = events.json();
    assert_eq!(
        events["items"][0]["data"],
        placed.json(),
        "the order as it was then"
    );
    let sequence = events["items"][0]["sequence"].as_str().unwrap();
    let later = shop
        .get(&format!("/events?after={sequence}&limit=1"))
        .await
        .expect(200)
        .json();
    assert_eq!(later["items"], json!([events["items"][1]]));
    let schema = events["items"][0]["dataschema"].as_str().unwrap();
    assert_eq!(
        shop.get(schema).await.expect(200).json()["$id"],
        json!(schema)
    );
}
