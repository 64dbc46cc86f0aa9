use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::harness::{ALWAYS, Engine, Shop, on_each_engine, send};

/// A shop with user 7, products 3 and 4, and a coupon of the user's.
async fn ready(engine: Engine) -> (Shop, String) {
    let shop = Shop::open(engine).await;
    shop.user(7, 50_000).await;
    shop.product(3, 2_000, 10).await;
    shop.product(4, 3_000, 10).await;
    let campaign_id = shop.campaign(5, ALWAYS, Some(5_000)).await;
    let coupon_id = shop.coupon(campaign_id, 7).await;
    (shop, coupon_id)
}

fn order(coupon_id: Option<&str>) -> Value {
    let line = |product_id, quantity| json!({"productId": product_id, "quantity": quantity});
    let items = [line(3, 1), line(4, 2), line(3, 1)];
    json!({"userId": 7, "items": items, "couponId": coupon_id})
}

on_each_engine!(an_order_takes_stock_coupon_and_balance_together);
async fn an_order_takes_stock_coupon_and_balance_together(engine: Engine) {
    let (shop, coupon_id) = ready(engine).await;
    let placed = shop
        .post("/orders", order(Some(&coupon_id)))
        .await
        .expect(201);
    assert_json_snapshot!("order-placed", placed.snapshot());
    let location = placed.header("location").unwrap().to_owned();
    assert_eq!(shop.get(&location).await.expect(200).json(), placed.json());
    assert_eq!(shop.get("/products/3").await.json()["stock"], json!(8));
    assert_eq!(
        shop.get("/users/7/balance").await.json()["balance"],
        json!(41_000)
    );
    assert_json_snapshot!(
        "orders",
        shop.get("/users/7/orders").await.expect(200).snapshot()
    );
}

on_each_engine!(a_cancel_gives_everything_back);
async fn a_cancel_gives_everything_back(engine: Engine) {
    let (shop, coupon_id) = ready(engine).await;
    let placed = shop
        .post("/orders", order(Some(&coupon_id)))
        .await
        .expect(201);
    let path = format!("{}/cancel", placed.header("location").unwrap());
    let reason = json!({"reason": "changed my mind"});
    let cancelled = shop.post(&path, reason).await.expect(200);
    assert_json_snapshot!("order-cancelled", cancelled.snapshot());
    assert_eq!(shop.get("/products/4").await.json()["stock"], json!(10));
    assert_eq!(
        shop.get("/users/7/balance").await.json()["balance"],
        json!(50_000)
    );
    let coupons = shop.get("/users/7/coupons").await.json();
    assert_eq!(coupons["items"][0]["status"], json!("AVAILABLE"));
}

on_each_engine!(a_cancel_needs_no_body_and_can_leave_the_stock);
async fn a_cancel_needs_no_body_and_can_leave_the_stock(engine: Engine) {
    let (shop, _) = ready(engine).await;
    for body in [None, Some(""), Some("null"), Some(" null\n"), Some("{}")] {
        let placed = shop.post("/orders", order(None)).await.expect(201);
        let path = format!("{}/cancel", placed.header("location").unwrap());
        let cancelled = match body {
            None => send(shop.request(reqwest::Method::POST, &path)).await,
            Some(body) => shop.raw(&path, body).await,
        };
        assert_eq!(cancelled.expect(200).json()["restocked"], json!(true));
    }
    let placed = shop.post("/orders", order(None)).await.expect(201);
    let path = format!("{}/cancel", placed.header("location").unwrap());
    let cancelled = shop
        .post(&path, json!({"restock": false}))
        .await
        .expect(200);
    assert_eq!(cancelled.json()["restocked"], json!(false));
    assert_eq!(shop.get("/products/3").await.json()["stock"], json!(8));
}

on_each_engine!(a_quote_is_the_decision_without_its_effect);
async fn a_quote_is_the_decision_without_its_effect(engine: Engine) {
    let (shop, coupon_id) = ready(engine).await;
    let quote = shop
        .post("/orders/quote", order(Some(&coupon_id)))
        .await
        .expect(200);
    assert_json_snapshot!("order-quoted", quote.snapshot());
    let mut hopeless = order(Some(&coupon_id));
    hopeless["userId"] = json!(8);
    hopeless["items"][0]["productId"] = json!(99);
    let quote = shop.post("/orders/quote", hopeless).await.expect(200);
    assert_json_snapshot!("order-quoted-unknown", quote.snapshot());
    assert_eq!(shop.get("/products/3").await.json()["stock"], json!(10));
    let mut endless = order(None);
    endless["items"][0]["quantity"] = json!(9_007_199_254_740_991_i64);
    shop.post("/orders/quote", endless).await.expect(400);
}

on_each_engine!(everything_that_stands_in_the_way_is_told_at_once);
async fn everything_that_stands_in_the_way_is_told_at_once(engine: Engine) {
    let (shop, coupon_id) = ready(engine).await;
    shop.user(8, 10).await;
    let body = json!({
        "userId": 8,
        "items": [{"productId": 3, "quantity": 11}, {"productId": 4, "quantity": 12}],
        "couponId": coupon_id,
        "expectedTotal": 1,
    });
    let refused = shop.post("/orders", body).await;
    assert_json_snapshot!("order-refused", refused.snapshot());
}

on_each_engine!(an_order_is_found_by_its_key);
async fn an_order_is_found_by_its_key(engine: Engine) {
    let (shop, _) = ready(engine).await;
    let placed = shop
        .keyed("key-1", "/orders", order(None))
        .await
        .expect(201);
    let found = shop
        .get("/orders?userId=7&idempotencyKey=key-1")
        .await
        .expect(200)
        .json();
    assert_eq!(found, json!({"items": [placed.json()]}));
    for query in [
        "userId=7&idempotencyKey=key-2",
        "userId=9&idempotencyKey=key-1",
    ] {
        let found = shop
            .get(&format!("/orders?{query}"))
            .await
            .expect(200)
            .json();
        assert_eq!(found, json!({"items": []}), "{query}");
    }
}
