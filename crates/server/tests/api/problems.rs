//! Every code, provoked, in both languages.

use std::num::NonZeroU32;
use std::sync::Arc;

use insta::assert_json_snapshot;
use jumun_domain::CouponFault;
use jumun_server::{Code, Config, Language, Rates};
use jumun_store::delivery::MAX_OPEN_REPLAYS;
use jumun_store::{Fault, Store};
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_TYPE, HOST, IF_NONE_MATCH,
};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::harness::{
    ALWAYS, Dispatcher, Engine, OVER, Shop, TO_COME, of_user, on_each_engine, send, token,
};
use crate::rigged::{Rig, Rigged};

/// Codes of the doors, which a shop that asks for tokens answers.
const GUARDED: [Code; 3] = [
    Code::Forbidden,
    Code::TooManyRequests,
    Code::Unauthenticated,
];

/// Codes that no engine has a part in: the server answers before it asks the
/// store, or the store is made to fail.
const UNDECIDED: [Code; 14] = [
    Code::BodyTooLarge,
    Code::Forbidden,
    Code::IdempotencyKeyRequired,
    Code::Internal,
    Code::MethodNotAllowed,
    Code::MisdirectedRequest,
    Code::NotAcceptable,
    Code::NotFound,
    Code::Overloaded,
    Code::OutcomeUnknown,
    Code::TooManyRequests,
    Code::Unauthenticated,
    Code::UnsupportedMediaType,
    Code::ValidationFailed,
];

const NO_ORDER: &str = "/orders/01937d5e-0000-7000-8000-000000000000";

#[tokio::test]
async fn every_code_without_a_decision_is_answered_in_english_and_korean() {
    for code in UNDECIDED {
        is_answered_in_english_and_korean(Engine::ANY, code).await;
    }
}

on_each_engine!(every_code_of_a_decision_is_answered_in_english_and_korean);
async fn every_code_of_a_decision_is_answered_in_english_and_korean(engine: Engine) {
    for code in Code::ALL {
        if !UNDECIDED.contains(code) {
            is_answered_in_english_and_korean(engine, *code).await;
        }
    }
}

async fn is_answered_in_english_and_korean(engine: Engine, code: Code) {
    let shop = shop_for(engine, code).await;
    let request = provocation(&shop, code).await;
    for language in Language::ALL {
        let mut reply = send(in_language(&request, language)).await;
        // A share is used up by using it.
        while code == Code::TooManyRequests && reply.status != 429 {
            reply = send(in_language(&request, language)).await;
        }
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

/// The same request from a reader of this language. What is refused changes
/// nothing, so it can be made in each.
fn in_language(request: &RequestBuilder, language: Language) -> RequestBuilder {
    let request = request.try_clone().expect("its body is no stream");
    request.header(ACCEPT_LANGUAGE, language.tag())
}

fn get(shop: &Shop, path: &str) -> RequestBuilder {
    shop.request(Method::GET, path)
}

fn post(shop: &Shop, path: &str, body: Value) -> RequestBuilder {
    shop.request(Method::POST, path).json(&body)
}

fn order(product_id: i64, quantity: i64) -> Value {
    json!({"userId": 7, "items": [{"productId": product_id, "quantity": quantity}]})
}

/// A shop that can answer with this code, with user 7 and product 3.
async fn shop_for(engine: Engine, code: Code) -> Shop {
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
    if GUARDED.contains(&code) {
        let rates = Rates {
            address: NonZeroU32::new(1).filter(|_| code == Code::TooManyRequests),
            spare_loopback: false,
            ..Rates::NONE
        };
        return Shop::open_guarded_with(engine, rates).await;
    }
    let faulty = rig.is_some() || config.require_idempotency_key;
    let wrap = |store: Arc<dyn Store>| match rig {
        Some(rig) => Arc::new(Rigged { store, rig }) as Arc<dyn Store>,
        None => store,
    };
    let shop = Shop::open_over(engine, config, wrap).await;
    shop.user(7, if faulty { 0 } else { 5_000 }).await;
    shop.product(3, 1_000, 10).await;
    shop
}

/// The request that is answered with this code, after all that must come before it.
async fn provocation(shop: &Shop, code: Code) -> RequestBuilder {
    match code {
        Code::Forbidden => {
            let token = token(&*shop.access, of_user(7), None).await.reveal();
            shop.anonymous(Method::GET, "/changes").bearer_auth(token)
        }
        Code::TooManyRequests | Code::Unauthenticated => shop.anonymous(Method::GET, "/products"),
        Code::MisdirectedRequest => get(shop, "/products")
            .header(HOST, "shop.example")
            .header(ACCEPT_ENCODING, "gzip, deflate"),
        Code::TokenNotFound => get(shop, "/tokens/01937d5e8f012345"),
        Code::BodyTooLarge => shop
            .request(Method::POST, "/orders")
            .header(CONTENT_TYPE, "application/json")
            .body(vec![b' '; 1024 * 1024 + 1]),
        Code::CampaignNotFound => post(shop, "/campaigns/9/coupons", json!({"userId": 7})),
        Code::CouponSoldOut => {
            let campaign_id = shop.campaign(1, ALWAYS, None).await;
            shop.coupon(campaign_id, 7).await;
            shop.user(8, 0).await;
            let path = format!("/campaigns/{campaign_id}/coupons");
            post(shop, &path, json!({"userId": 8}))
        }
        Code::EventNotFound => {
            Dispatcher::of(shop, "p").await;
            get(shop, "/platforms/p/deliveries/43")
        }
        Code::PlatformInUse => {
            Dispatcher::of(shop, "p").await;
            shop.request(Method::DELETE, "/platforms/p")
        }
        Code::PlatformNotFound => {
            Dispatcher::of(shop, "p").await;
            get(shop, "/platforms/https%3A%2F%2Fexample.com%2Fevent")
        }
        Code::ReplayLimitExceeded => {
            Dispatcher::of(shop, "p").await;
            shop.post("/orders", order(3, 1)).await.expect(201);
            let all = json!({"sequence": 1});
            for _ in 0..MAX_OPEN_REPLAYS {
                let reply = shop.post("/platforms/p/replay", all.clone()).await;
                reply.expect(202);
            }
            post(shop, "/platforms/p/replay", all)
        }
        Code::IdempotencyKeyRequired | Code::Overloaded | Code::OutcomeUnknown | Code::Internal => {
            post(shop, "/orders", order(3, 1))
        }
        Code::IdempotencyKeyReused => {
            shop.keyed("key", "/orders", order(3, 1)).await.expect(201);
            post(shop, "/orders", order(3, 2)).header("idempotency-key", "key")
        }
        Code::InsufficientBalance => post(shop, "/orders", order(3, 6)),
        Code::InvalidCoupon => {
            let mut order = order(3, 1);
            order["couponId"] = json!("01937d5e-0000-7000-8000-000000000000");
            post(shop, "/orders", order)
        }
        Code::MethodNotAllowed => shop.request(Method::DELETE, "/users/7"),
        Code::NotAcceptable => get(shop, "/users/7").header(ACCEPT, "text/html"),
        Code::NotFound => get(shop, "/user/7"),
        Code::OrderNotCancellable => {
            let placed = shop.post("/orders", order(3, 1)).await.expect(201);
            let path = format!("{}/cancel", placed.header("location").unwrap());
            shop.post(&path, json!({})).await.expect(200);
            post(shop, &path, json!({}))
        }
        Code::OrderNotFound => get(shop, NO_ORDER),
        Code::OutOfStock => post(shop, "/orders", order(3, 11)),
        Code::PreconditionFailed => shop
            .request(Method::PUT, "/products/3")
            .header(IF_NONE_MATCH, "*")
            .json(&json!({"name": "Mug", "price": 900})),
        Code::PriceChanged => {
            let mut order = order(3, 1);
            order["expectedTotal"] = json!(900);
            post(shop, "/orders", order)
        }
        Code::ProductNotForSale => {
            let product = json!({"name": "Mug", "price": 1_000, "active": false});
            shop.put("/products/3", product).await.expect(200);
            post(shop, "/orders", order(3, 1))
        }
        Code::ProductNotFound => post(shop, "/orders", order(9, 1)),
        Code::PurchaseLimitExceeded => {
            let product = json!({"name": "Mug", "price": 1_000, "maxPerUser": 2});
            shop.put("/products/3", product).await.expect(200);
            shop.post("/orders", order(3, 1)).await.expect(201);
            post(shop, "/orders", order(3, 2))
        }
        Code::UnsupportedMediaType => shop
            .request(Method::POST, "/orders")
            .header(CONTENT_TYPE, "text/xml")
            .body("<order/>"),
        Code::UserNotFound => get(shop, "/users/8"),
        Code::ValidationFailed => {
            let body = json!({"userId": 7, "items": [{"productId": 3}], "couponID": "x"});
            post(shop, "/orders", body)
        }
    }
}

on_each_engine!(every_reason_against_a_coupon_is_told_in_both_languages);
async fn every_reason_against_a_coupon_is_told_in_both_languages(engine: Engine) {
    let faults = [
        CouponFault::NotFound,
        CouponFault::NotOwner,
        CouponFault::AlreadyUsed,
        CouponFault::NotYetValid,
        CouponFault::Expired,
        CouponFault::MinimumNotMet,
    ];
    for fault in faults {
        let shop = Shop::open(engine).await;
        let request = with_coupon(&shop, fault).await;
        for language in Language::ALL {
            let reply = send(in_language(&request, language)).await;
            let reply = reply.expect(400).snapshot();
            let rejections = reply["body"]["rejections"].as_array().unwrap();
            assert_eq!(rejections[0]["code"], "invalid-coupon");
            assert_eq!(rejections[0]["reason"], fault.code());
            let name = format!("coupon-{}-{}", fault.code(), language.tag());
            assert_json_snapshot!(name, reply["body"]["detail"]);
        }
    }
}

/// The order, or the wish for a coupon, that fails for this reason.
async fn with_coupon(shop: &Shop, fault: CouponFault) -> RequestBuilder {
    shop.user(7, 5_000).await;
    shop.user(8, 5_000).await;
    shop.product(3, 1_000, 10).await;
    let take = |campaign_id: i64| {
        let path = format!("/campaigns/{campaign_id}/coupons");
        post(shop, &path, json!({"userId": 7}))
    };
    let mut body = order(3, 1);
    let coupon_id = match fault {
        CouponFault::NotFound => "01937d5e-0000-7000-8000-000000000000".to_owned(),
        CouponFault::NotOwner => shop.coupon(shop.campaign(1, ALWAYS, None).await, 8).await,
        CouponFault::AlreadyUsed => {
            let coupon_id = shop.coupon(shop.campaign(1, ALWAYS, None).await, 7).await;
            body["couponId"] = json!(coupon_id);
            shop.post("/orders", body.clone()).await.expect(201);
            coupon_id
        }
        CouponFault::NotYetValid => return take(shop.campaign(1, TO_COME, None).await),
        CouponFault::Expired => return take(shop.campaign(1, OVER, None).await),
        CouponFault::MinimumNotMet => {
            shop.coupon(shop.campaign(1, ALWAYS, Some(1_001)).await, 7)
                .await
        }
    };
    body["couponId"] = json!(coupon_id);
    post(shop, "/orders", body)
}

#[tokio::test]
async fn a_database_that_surely_did_nothing_says_so_and_hides_its_cause() {
    let rig = Rig::Fault(Fault::determinate("/var/lib/secret: disk full"));
    let wrap = |store| Arc::new(Rigged { store, rig }) as Arc<dyn Store>;
    let shop = Shop::open_over(Engine::ANY, Config::default(), wrap).await;
    shop.put("/products/3", json!({"name": "Mug", "price": 1}))
        .await
        .expect(201);
    let reply = shop.post("/orders", order(3, 1)).await;
    assert_json_snapshot!("problem-database-unavailable", reply.snapshot());
}
