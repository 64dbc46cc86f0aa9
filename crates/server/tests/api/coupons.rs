use insta::assert_json_snapshot;
use serde_json::json;

use crate::harness::{ALWAYS, Engine, Shop, on_each_engine};

on_each_engine!(a_coupon_is_given_out_once_and_shown_again_after);
async fn a_coupon_is_given_out_once_and_shown_again_after(engine: Engine) {
    let shop = Shop::open(engine).await;
    shop.user(7, 5_000).await;
    shop.product(3, 2_000, 10).await;
    let campaign_id = shop.campaign(1, ALWAYS, None).await;
    let path = format!("/campaigns/{campaign_id}/coupons");
    let issued = shop.post(&path, json!({"userId": 7})).await.expect(201);
    assert_json_snapshot!("coupon-issued", issued.snapshot());
    let again = shop.post(&path, json!({"userId": 7})).await.expect(200);
    assert_eq!(
        again.json(),
        issued.json(),
        "a holder gets the coupon, although it is sold out"
    );

    let coupon_id = &issued.json()["couponId"];
    let items = json!([{"productId": 3, "quantity": 1}]);
    let order = json!({"userId": 7, "items": items, "couponId": coupon_id});
    shop.post("/orders", order).await.expect(201);
    assert_json_snapshot!(
        "coupons",
        shop.get("/users/7/coupons").await.expect(200).snapshot()
    );
}
