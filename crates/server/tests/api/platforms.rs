//! What became of events at data platforms.

mod hostile;
mod names;
mod paused;
mod replays;
mod states;

use serde_json::json;

use crate::harness::Shop;

/// Users 7 and 8 with money for many orders, and pieces of product 3.
async fn stock(shop: &Shop) {
    shop.user(7, 100_000).await;
    shop.user(8, 100_000).await;
    shop.product(3, 1_000, 100).await;
}

/// An order of this user: one more event.
async fn place(shop: &Shop, user_id: i64) {
    let items = json!([{"productId": 3, "quantity": 1}]);
    let order = json!({"userId": user_id, "items": items});
    shop.post("/orders", order).await.expect(201);
}

/// The path of the platform of this name.
fn path(name: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    // In a path a plus stands for itself.
    format!("/platforms/{}", encoded.replace('+', "%20"))
}
