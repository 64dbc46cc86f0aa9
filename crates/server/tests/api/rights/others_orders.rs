//! What users see of each other's orders: nothing.

use serde_json::json;

use super::stage::{Caller, OTHER, OWNER, Stage};
use crate::harness::{Engine, on_each_engine};

on_each_engine!(an_order_of_another_user_looks_like_none);
async fn an_order_of_another_user_looks_like_none(engine: Engine) {
    let stage = Stage::open(engine).await;
    let unknown = "01937d5e-0000-7000-8000-000000000000";
    let (theirs, nobodys) = (
        stage.fill("/orders/{orderId}"),
        format!("/orders/{unknown}"),
    );
    let theirs = stage.send(Caller::Other, "get", &theirs, None).await;
    let nobodys = stage.send(Caller::Other, "get", &nobodys, None).await;
    assert_eq!(theirs.problem(), (404, "order-not-found".to_owned()));
    assert_eq!(theirs.text.replace(&stage.order_id, unknown), nobodys.text);
    let names = |reply: &crate::harness::Reply| {
        let names = reply.headers.keys().map(|name| name.as_str().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(&theirs), names(&nobodys));
}

on_each_engine!(a_key_finds_an_order_only_for_the_user_who_used_it);
async fn a_key_finds_an_order_only_for_the_user_who_used_it(engine: Engine) {
    let stage = Stage::open(engine).await;
    let path = |user: i64| format!("/orders?userId={user}&idempotencyKey=first");
    let own = stage
        .send(Caller::Owner, "get", &path(OWNER), None)
        .await
        .expect(200);
    assert_eq!(own.json()["items"][0]["orderId"], json!(stage.order_id));
    let others = stage
        .send(Caller::Other, "get", &path(OTHER), None)
        .await
        .expect(200);
    assert_eq!(others.json(), json!({"items": []}));
    stage
        .send(Caller::Other, "get", &path(OWNER), None)
        .await
        .expect(403);
}

on_each_engine!(a_user_spends_what_is_theirs_alone);
async fn a_user_spends_what_is_theirs_alone(engine: Engine) {
    let stage = Stage::open(engine).await;
    let order = |user: i64| json!({"userId": user, "items": [{"productId": 1, "quantity": 1}]});
    for path in ["/orders", "/orders/quote"] {
        stage
            .send(Caller::Other, "post", path, Some(&order(OWNER)))
            .await
            .expect(403);
    }
    let coupon = stage.fill("/campaigns/{campaignId}/coupons");
    let body = json!({"userId": OWNER});
    stage
        .send(Caller::Other, "post", &coupon, Some(&body))
        .await
        .expect(403);
    // A key that another user's order was placed with is a fresh one here.
    let placed = stage
        .request(Caller::Other, "post", "/orders")
        .header("idempotency-key", "first")
        .json(&order(OTHER));
    let placed = crate::harness::send(placed).await.expect(201).json();
    assert_ne!(placed["orderId"], json!(stage.order_id));
    // An order does not take another user's coupon.
    let taken = stage
        .send(Caller::Owner, "post", &coupon, Some(&body))
        .await
        .expect(201);
    let mut with_coupon = order(OTHER);
    with_coupon["couponId"] = taken.json()["couponId"].clone();
    let refused = stage
        .send(Caller::Other, "post", "/orders", Some(&with_coupon))
        .await;
    assert_eq!(refused.problem(), (400, "invalid-coupon".to_owned()));
    assert_eq!(refused.json()["rejections"][0]["reason"], "NOT_OWNER");
}
