//! Every code, provoked, in both languages.

use std::sync::Arc;

use insta::assert_json_snapshot;
use jumun_domain::CouponFault;
use jumun_server::{Code, Config, Language};
use jumun_store::{Fault, Store};
use reqwest::Method;
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, HeaderMap, HeaderValue};
use serde_json::{Value, json};

use crate::harness::{ALWAYS, OVER, Reply, Shop, TO_COME, send};
use crate::rigged::{Rig, Rigged};

/// Codes that nothing answers yet: they come with tokens and rate limits.
const RESERVED: [Code; 3] = [
    Code::Forbidden,
    Code::TooManyRequests,
    Code::Unauthenticated,
];

const NO_ORDER: &str = "/orders/01937d5e-0000-7000-8000-000000000000";

#[tokio::test]
async fn every_code_is_answered_in_english_and_korean() {
    for code in Code::ALL
        .iter()
        .copied()
        .filter(|code| !RESERVED.contains(code))
    {
        for language in Language::ALL {
            let reply = provoke(code, language).await;
            assert_eq!(
                reply.problem(),
                (code.status().as_u16(), code.name().to_owned())
            );
            assert_eq!(reply.header("content-language"), Some(language.tag()));
            assert_eq!(reply.json()["title"], code.title(language));
            let name = format!("problem-{}-{}", code.name(), language.tag());
            assert_json_snapshot!(name, reply.snapshot());
        }
    }
}

/// A shop whose every request is made in this language.
async fn shop_in(language: Language, config: Config, rig: Option<Rig>) -> Shop {
    let wrap = |store: Arc<dyn Store>| match rig {
        Some(rig) => Arc::new(Rigged { store, rig }) as Arc<dyn Store>,
        None => store,
    };
    let mut shop = Shop::open_over(config, wrap).await;
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(language.tag()));
    shop.client = reqwest::Client::builder()
        .no_proxy()
        .default_headers(headers)
        .build()
        .unwrap();
    shop
}

fn order(product_id: i64, quantity: i64) -> Value {
    json!({"userId": 7, "items": [{"productId": product_id, "quantity": quantity}]})
}

/// The request that is answered with this code.
async fn provoke(code: Code, language: Language) -> Reply {
    let config = Config {
        require_idempotency_key: code == Code::IdempotencyKeyRequired,
        ..Config::default()
    };
    let rig = match code {
        Code::Overloaded => Some(Rig::Fault(Fault::Overloaded)),
        Code::OutcomeUnknown => Some(Rig::Fault(Fault::indeterminate("the disk failed"))),
        Code::Internal => Some(Rig::Panic),
        _ => None,
    };
    let faulty = rig.is_some() || config.require_idempotency_key;
    let shop = shop_in(language, config, rig).await;
    shop.user(7, if faulty { 0 } else { 5_000 }).await;
    shop.product(3, 1_000, 10).await;
    match code {
        Code::Forbidden | Code::TooManyRequests | Code::Unauthenticated => {
            unreachable!("{code:?} is reserved")
        }
        Code::BodyTooLarge => shop.raw("/orders", vec![b' '; 1024 * 1024 + 1]).await,
        Code::CampaignNotFound => {
            shop.post("/campaigns/9/coupons", json!({"userId": 7}))
                .await
        }
        Code::CouponSoldOut => {
            let campaign_id = shop.campaign(1, ALWAYS, None).await;
            shop.coupon(campaign_id, 7).await;
            shop.user(8, 0).await;
            shop.post(
                &format!("/campaigns/{campaign_id}/coupons"),
                json!({"userId": 8}),
            )
            .await
        }
        Code::IdempotencyKeyRequired | Code::Overloaded | Code::OutcomeUnknown | Code::Internal => {
            shop.post("/orders", order(3, 1)).await
        }
        Code::IdempotencyKeyReused => {
            shop.keyed("key", "/orders", order(3, 1)).await.expect(201);
            shop.keyed("key", "/orders", order(3, 2)).await
        }
        Code::InsufficientBalance => shop.post("/orders", order(3, 6)).await,
        Code::InvalidCoupon => {
            let mut order = order(3, 1);
            order["couponId"] = json!("01937d5e-0000-7000-8000-000000000000");
            shop.post("/orders", order).await
        }
        Code::MethodNotAllowed => send(shop.request(Method::DELETE, "/users/7")).await,
        Code::NotAcceptable => {
            send(
                shop.request(Method::GET, "/users/7")
                    .header(ACCEPT, "text/html"),
            )
            .await
        }
        Code::NotFound => shop.get("/user/7").await,
        Code::OrderNotCancellable => {
            let placed = shop.post("/orders", order(3, 1)).await.expect(201);
            let path = format!("{}/cancel", placed.header("location").unwrap());
            shop.post(&path, json!({})).await.expect(200);
            shop.post(&path, json!({})).await
        }
        Code::OrderNotFound => shop.get(NO_ORDER).await,
        Code::OutOfStock => shop.post("/orders", order(3, 11)).await,
        Code::PriceChanged => {
            let mut order = order(3, 1);
            order["expectedTotal"] = json!(900);
            shop.post("/orders", order).await
        }
        Code::ProductNotForSale => {
            let product = json!({"name": "Mug", "price": 1_000, "active": false});
            shop.put("/products/3", product).await.expect(200);
            shop.post("/orders", order(3, 1)).await
        }
        Code::ProductNotFound => shop.post("/orders", order(9, 1)).await,
        Code::PurchaseLimitExceeded => {
            let product = json!({"name": "Mug", "price": 1_000, "maxPerUser": 2});
            shop.put("/products/3", product).await.expect(200);
            shop.post("/orders", order(3, 1)).await.expect(201);
            shop.post("/orders", order(3, 2)).await
        }
        Code::UnsupportedMediaType => {
            let request = shop
                .request(Method::POST, "/orders")
                .header("content-type", "text/xml");
            send(request.body("<order/>")).await
        }
        Code::UserNotFound => shop.get("/users/8").await,
        Code::ValidationFailed => {
            let body = json!({"userId": 7, "items": [{"productId": 3}], "couponID": "x"});
            shop.post("/orders", body).await
        }
    }
}

#[tokio::test]
async fn every_reason_against_a_coupon_is_told_in_both_languages() {
    let faults = [
        CouponFault::NotFound,
        CouponFault::NotOwner,
        CouponFault::AlreadyUsed,
        CouponFault::NotYetValid,
        CouponFault::Expired,
        CouponFault::MinimumNotMet,
    ];
    for fault in faults {
        for language in Language::ALL {
            let shop = shop_in(language, Config::default(), None).await;
            let reply = with_coupon(&shop, fault).await.expect(400).snapshot();
            let rejections = reply["body"]["rejections"].as_array().unwrap();
            assert_eq!(rejections[0]["code"], "invalid-coupon");
            assert_eq!(rejections[0]["reason"], fault.code());
            let name = format!("coupon-{}-{}", fault.code(), language.tag());
            assert_json_snapshot!(name, reply["body"]["detail"]);
        }
    }
}

/// The answer to an order, or to taking a coupon, that fails for this reason.
async fn with_coupon(shop: &Shop, fault: CouponFault) -> Reply {
    shop.user(7, 5_000).await;
    shop.user(8, 5_000).await;
    shop.product(3, 1_000, 10).await;
    let mut body = order(3, 1);
    let take = |campaign_id: i64| format!("/campaigns/{campaign_id}/coupons");
    let coupon_id = match fault {
        CouponFault::NotFound => "01937d5e-0000-7000-8000-000000000000".to_owned(),
        CouponFault::NotOwner => shop.coupon(shop.campaign(1, ALWAYS, None).await, 8).await,
        CouponFault::AlreadyUsed => {
            let coupon_id = shop.coupon(shop.campaign(1, ALWAYS, None).await, 7).await;
            body["couponId"] = json!(coupon_id);
            shop.post("/orders", body.clone()).await.expect(201);
            coupon_id
        }
        CouponFault::NotYetValid => {
            let campaign_id = shop.campaign(1, TO_COME, None).await;
            return shop.post(&take(campaign_id), json!({"userId": 7})).await;
        }
        CouponFault::Expired => {
            let campaign_id = shop.campaign(1, OVER, None).await;
            return shop.post(&take(campaign_id), json!({"userId": 7})).await;
        }
        CouponFault::MinimumNotMet => {
            shop.coupon(shop.campaign(1, ALWAYS, Some(1_001)).await, 7)
                .await
        }
    };
    body["couponId"] = json!(coupon_id);
    shop.post("/orders", body).await
}

#[tokio::test]
async fn a_database_that_surely_did_nothing_says_so_and_hides_its_cause() {
    let fault = Fault::determinate("/var/lib/secret: disk full");
    let shop = shop_in(
        Language::English,
        Config::default(),
        Some(Rig::Fault(fault)),
    )
    .await;
    shop.put("/products/3", json!({"name": "Mug", "price": 1}))
        .await
        .expect(201);
    let reply = shop.post("/orders", order(3, 1)).await;
    assert_json_snapshot!("problem-database-unavailable", reply.snapshot());
}
