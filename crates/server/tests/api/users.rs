use insta::assert_json_snapshot;
use serde_json::json;

use crate::harness::{Engine, Shop, on_each_engine, send};

on_each_engine!(a_user_is_created_once_and_renamed_after);
async fn a_user_is_created_once_and_renamed_after(engine: Engine) {
    let shop = Shop::open(engine).await;
    let created = shop
        .put("/users/7", json!({"name": "김하늘"}))
        .await
        .expect(201);
    assert_json_snapshot!("user-created", created.snapshot());
    let renamed = shop
        .put("/users/7", json!({"name": "Kim"}))
        .await
        .expect(200);
    assert_json_snapshot!("user-renamed", renamed.snapshot());
    let kept = shop.put("/users/7", json!({})).await.expect(200);
    assert_eq!(kept.json(), renamed.json(), "an absent name is kept");
    assert_eq!(
        shop.get("/users/7").await.expect(200).json(),
        renamed.json()
    );
}

on_each_engine!(a_user_can_be_registered_without_a_body);
async fn a_user_can_be_registered_without_a_body(engine: Engine) {
    let shop = Shop::open(engine).await;
    let request = shop.request(reqwest::Method::PUT, "/users/8");
    let created = send(request).await.expect(201).json();
    assert_eq!(created["name"], json!(null));
    assert_eq!(created["balance"], json!(0));
}
