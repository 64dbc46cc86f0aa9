//! Many at once, over HTTP.

use std::sync::Arc;

use serde_json::json;

use crate::harness::{ALWAYS, Engine, Shop, on_each_engine};

on_each_engine!(of_many_buyers_of_one_unit_one_gets_it);
async fn of_many_buyers_of_one_unit_one_gets_it(engine: Engine) {
    const BUYERS: i64 = 200;
    let shop = Shop::open(engine).await;
    shop.product(3, 10, 1).await;
    for user_id in 1..=BUYERS {
        shop.user(user_id, 10).await;
    }
    let shop = Arc::new(shop);
    let buy = |user_id| {
        let shop = shop.clone();
        let order = json!({"userId": user_id, "items": [{"productId": 3, "quantity": 1}]});
        tokio::spawn(async move { shop.post("/orders", order).await })
    };
    let tasks: Vec<_> = (1..=BUYERS).map(buy).collect();
    let mut won = 0;
    for task in tasks {
        let reply = task.await.unwrap();
        match reply.status.as_u16() {
            201 => won += 1,
            _ => assert_eq!(reply.problem(), (400, "out-of-stock".to_owned())),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(shop.get("/products/3").await.json()["stock"], json!(0));
    assert_eq!(
        shop.get("/events").await.json()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

on_each_engine!(of_many_takers_of_few_coupons_each_sequence_wins_once);
async fn of_many_takers_of_few_coupons_each_sequence_wins_once(engine: Engine) {
    let shop = Shop::open(engine).await;
    for user_id in 1..=50 {
        shop.user(user_id, 0).await;
    }
    let campaign_id = shop.campaign(10, ALWAYS, None).await;
    let shop = Arc::new(shop);
    let take = |user_id| {
        let (shop, path) = (shop.clone(), format!("/campaigns/{campaign_id}/coupons"));
        tokio::spawn(async move { shop.post(&path, json!({"userId": user_id})).await })
    };
    let tasks: Vec<_> = (1..=50).map(take).collect();
    let mut sequences = Vec::new();
    for task in tasks {
        let reply = task.await.unwrap();
        match reply.status.as_u16() {
            201 => sequences.push(reply.json()["sequence"].as_i64().unwrap()),
            _ => assert_eq!(reply.problem(), (409, "coupon-sold-out".to_owned())),
        }
    }
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=10).collect::<Vec<_>>());
}
