use insta::assert_json_snapshot;
use serde_json::json;

use crate::harness::{Engine, Shop, on_each_engine};

on_each_engine!(the_stock_history_begins_with_the_opening_stock);
async fn the_stock_history_begins_with_the_opening_stock(engine: Engine) {
    let shop = Shop::open(engine).await;
    shop.product(3, 100, 10).await;
    let body = json!({"delta": 20, "reason": "delivery 4711"});
    let adjusted = shop
        .post("/products/3/stock/adjustments", body)
        .await
        .expect(201);
    assert_json_snapshot!("stock-adjusted", adjusted.snapshot());
    let location = adjusted.header("location").unwrap().to_owned();
    assert_json_snapshot!(
        "stock-adjustments",
        shop.get(&location).await.expect(200).snapshot()
    );
}

on_each_engine!(a_stock_never_falls_below_zero);
async fn a_stock_never_falls_below_zero(engine: Engine) {
    let shop = Shop::open(engine).await;
    shop.product(3, 100, 10).await;
    let reply = shop
        .post("/products/3/stock/adjustments", json!({"delta": -11}))
        .await;
    assert_json_snapshot!("stock-below-zero", reply.snapshot());
    let detail = "Product 3: 10 on hand. The delta may take at most 10.";
    assert_eq!(reply.json()["detail"], json!(detail));
    assert_eq!(shop.get("/products/3").await.json()["stock"], json!(10));
}
