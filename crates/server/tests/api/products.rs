use insta::assert_json_snapshot;
use serde_json::json;

use crate::harness::{Engine, Shop, on_each_engine};

on_each_engine!(a_product_is_created_with_its_stock_and_replaced_without);
async fn a_product_is_created_with_its_stock_and_replaced_without(engine: Engine) {
    let shop = Shop::open(engine).await;
    let body = json!({"name": "Mug", "price": 12_900, "stock": 10, "maxPerUser": 5});
    let created = shop.put("/products/3", body).await.expect(201);
    assert_json_snapshot!("product-created", created.snapshot());
    let body = json!({"name": "Cup", "price": 9_900, "stock": 99, "active": false});
    let replaced = shop.put("/products/3", body).await.expect(200);
    assert_json_snapshot!("product-replaced", replaced.snapshot());
    assert_eq!(
        shop.get("/products/3").await.expect(200).json(),
        replaced.json()
    );
    shop.product(2, 100, 0).await;
    assert_json_snapshot!(
        "products",
        shop.get("/products").await.expect(200).snapshot()
    );
    let first = shop.get("/products?limit=1").await.expect(200).json();
    assert_eq!(first["items"][0]["productId"], json!(2));
    let cursor = first["nextCursor"].as_str().unwrap();
    let second = shop
        .get(&format!("/products?limit=1&cursor={cursor}"))
        .await
        .json();
    assert_eq!(second["items"][0]["productId"], json!(3));
    assert_eq!(second["nextCursor"], json!(null));
}

on_each_engine!(best_sellers_count_paid_orders_and_not_cancelled_ones);
async fn best_sellers_count_paid_orders_and_not_cancelled_ones(engine: Engine) {
    let shop = Shop::open(engine).await;
    shop.user(1, 100_000).await;
    for product_id in 1..=3 {
        shop.product(product_id, 100, 50).await;
    }
    for (product_id, quantity) in [(1, 2), (2, 5), (3, 9)] {
        let items = json!([{"productId": product_id, "quantity": quantity}]);
        let order = shop
            .post("/orders", json!({"userId": 1, "items": items}))
            .await
            .expect(201);
        if product_id == 3 {
            let path = format!("{}/cancel", order.header("location").unwrap());
            shop.post(&path, json!({})).await.expect(200);
        }
    }
    let popular = shop
        .get("/products/popular?days=1&limit=2")
        .await
        .expect(200);
    assert_json_snapshot!("products-popular", popular.snapshot());
    shop.get("/products/popular").await.expect(200);
}
