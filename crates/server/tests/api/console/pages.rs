use jumun_server::Language;
use jumun_store::delivery::{AttemptResult, Hold, Progress};
use serde_json::json;

use super::Operator;
use crate::harness::{
    ALWAYS, Dispatcher, Engine, RECORDED_AT, Reply, Shop, failed, on_each_engine, send,
};

/// Names that would break a page that does not take care.
const HOSTILE: [&str; 4] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "\u{202e}gnirts desrever\u{2066}'{{7*7}}{%",
    "&lt;b&gt;&amp;",
];

/// What every page must have, and what none may.
fn check_page(reply: &Reply, path: &str) {
    assert_eq!(
        reply.header("content-security-policy"),
        Some(
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'"
        ),
        "{path}"
    );
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("vary", "Accept-Language, Cookie"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{path}");
    }
    let html = reply.text.to_lowercase();
    for forbidden in [
        "<script",
        "<style",
        "style=",
        "<img",
        "<iframe",
        "javascript:",
    ] {
        assert!(!html.contains(forbidden), "{path} holds {forbidden}");
    }
    // No attribute begins with `on`, whatever it stands in.
    for tag in reply.text.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap();
        let handlers = tag
            .split([' ', '"'])
            .filter(|it| it.starts_with("on") && it.contains('='));
        assert_eq!(handlers.count(), 0, "{path}: <{tag}>");
    }
    assert!(html.contains("name=\"viewport\"") && html.contains("<main id=\"content\""));
}

/// A shop with something on every page; its order.
async fn fill(shop: &Shop) -> String {
    let dispatcher = Dispatcher::of(shop, HOSTILE[0]).await;
    let long = "W".repeat(200);
    let names = HOSTILE.iter().copied().chain([long.as_str()]);
    for (place, name) in names.enumerate() {
        let id = i64::try_from(place).unwrap() + 1;
        shop.put(&format!("/users/{id}"), json!({"name": name}))
            .await
            .expect(201);
        let product = json!({"name": name, "price": 12_345_678, "stock": 50});
        shop.put(&format!("/products/{id}"), product)
            .await
            .expect(201);
        let campaign = json!({
            "name": name, "discount": {"type": "PERCENT", "percent": 10, "maxAmount": 1000},
            "validFrom": ALWAYS[0], "validUntil": ALWAYS[1], "quantity": 5,
        });
        shop.post("/campaigns", campaign).await.expect(201);
        let charge = json!({"amount": 9_000_000_000_000_i64, "reference": name});
        shop.post(&format!("/users/{id}/balance/charges"), charge)
            .await
            .expect(201);
        let stock = json!({"delta": 5, "reason": name});
        shop.post(&format!("/products/{id}/stock/adjustments"), stock)
            .await
            .expect(201);
    }
    let coupon = shop.coupon(1, 1).await;
    let items = json!([{"productId": 1, "quantity": 2}, {"productId": 5, "quantity": 1}]);
    let order = json!({"userId": 1, "items": items, "couponId": coupon});
    let order = shop.post("/orders", order).await.expect(201).json();
    let id = order["orderId"].as_str().unwrap().to_owned();
    let other = json!({"userId": 2, "items": [{"productId": 2, "quantity": 1}]});
    let other = shop.post("/orders", other).await.expect(201).json();
    let cancel = format!("/orders/{}/cancel", other["orderId"].as_str().unwrap());
    shop.post(&cancel, json!({"reason": HOSTILE[0]}))
        .await
        .expect(200);

    let died = Hold::Dead {
        failed_attempts: 3,
        first_failed_at: RECORDED_AT,
        last_failed_at: RECORDED_AT,
        died_at: RECORDED_AT,
    };
    let dead = dispatcher.held(1, died).await;
    let attempt = jumun_store::delivery::Attempt {
        excerpt: HOSTILE[1].to_owned(),
        ..failed(1, 0, AttemptResult::Status, Some(500))
    };
    dispatcher
        .record(Progress {
            position: 1,
            held: vec![dead],
            attempts: vec![attempt],
            ..Progress::default()
        })
        .await;
    id
}

on_each_engine!(every_page_is_safe_and_whole_in_both_languages);
async fn every_page_is_safe_and_whole_in_both_languages(engine: Engine) {
    let shop = Shop::open_guarded(engine).await;
    let order = fill(&shop).await;
    let operator = Operator::signed_in(&shop).await;
    let session = operator.cookies[0].split('_').nth(2).unwrap().to_owned();
    let platform = "%3Cscript%3Ealert%281%29%3C%2Fscript%3E";
    let paths = [
        ("/console".to_owned(), 200),
        ("/console/sign-in".to_owned(), 200),
        ("/console/orders".to_owned(), 200),
        ("/console/orders?find=%3Cscript%3E".to_owned(), 200),
        (format!("/console/orders/{order}"), 200),
        (format!("/console/orders/{order}/cancel"), 200),
        ("/console/orders/x".to_owned(), 404),
        ("/console/users".to_owned(), 200),
        ("/console/users?find=%22%3E%3Cscript%3E".to_owned(), 200),
        ("/console/users/1".to_owned(), 200),
        ("/console/users/3".to_owned(), 200),
        ("/console/users/1/orders".to_owned(), 200),
        ("/console/users/1/ledger".to_owned(), 200),
        ("/console/users/1/coupons".to_owned(), 200),
        ("/console/users/99".to_owned(), 404),
        ("/console/users/x".to_owned(), 400),
        ("/console/products".to_owned(), 200),
        ("/console/products/new".to_owned(), 200),
        ("/console/products/1".to_owned(), 200),
        ("/console/products/3/edit".to_owned(), 200),
        ("/console/products/1/stock".to_owned(), 200),
        ("/console/campaigns".to_owned(), 200),
        ("/console/campaigns/new".to_owned(), 200),
        ("/console/platforms".to_owned(), 200),
        (format!("/console/platforms/{platform}"), 200),
        ("/console/platforms/none".to_owned(), 404),
        ("/console/changes".to_owned(), 200),
        ("/console/tokens".to_owned(), 200),
        ("/console/tokens/new".to_owned(), 200),
        (format!("/console/tokens/{session}/revoke"), 200),
        ("/console/tokens/0000000000000001/revoke".to_owned(), 404),
        ("/console/%3Cscript%3E".to_owned(), 404),
    ];
    for (path, status) in &paths {
        for language in Language::ALL {
            let request = operator.request(reqwest::Method::GET, path);
            let reply = send(request.header("accept-language", language.tag())).await;
            assert_eq!(reply.status, *status, "{path}: {}", reply.text);
            check_page(&reply, path);
            assert_eq!(reply.header("content-language"), Some(language.tag()));
            assert!(
                reply
                    .text
                    .contains(&format!("<html lang=\"{}\"", language.tag()))
            );
        }
    }
    let page = operator.get("/console/users/1").await.text;
    assert!(page.contains("&#60;script&#62;alert(1)&#60;/script&#62;"));
    assert!(page.contains(">8,999,"), "large numbers are in groups");
    // A mark that turns the direction of text ends with the name.
    assert!(
        operator
            .get("/console/users/3")
            .await
            .text
            .contains("<bdi>\u{202e}gnirts")
    );
    let page = operator
        .get(&format!("/console/platforms/{platform}"))
        .await
        .text;
    assert!(page.contains(&order) && page.contains("onerror=alert(1)&#62;"));
}

#[tokio::test]
async fn a_list_goes_on_where_its_page_ends_and_links_lead_somewhere() {
    let shop = Shop::open(Engine::ANY).await;
    for id in 1..=60 {
        shop.product(id, 100, 1).await;
    }
    let operator = Operator::of(&shop);
    let first = operator.get("/console/products").await.expect(200).text;
    assert!(first.contains(">Product 50<") && !first.contains(">Product 51<"));
    let next = first
        .split("href=\"?after=")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let second = operator
        .get(&format!("/console/products?after={next}"))
        .await
        .text;
    assert!(second.contains(">Product 51<") && second.contains(">Product 60<"));
    assert!(!second.contains("?after="));
    let shown = operator
        .get("/console/products?after=nonsense")
        .await
        .expect(200);
    assert!(shown.text.contains(">Product 1<"));
    for page in ["/console", "/console/products", "/console/products/1"] {
        let html = operator
            .get(page)
            .await
            .expect(200)
            .text
            .replace("&#38;", "&");
        for link in html
            .split("href=\"/")
            .skip(1)
            .map(|it| it.split('"').next().unwrap())
        {
            let status = operator.get(&format!("/{link}")).await.status.as_u16();
            assert!(
                [200, 303].contains(&status),
                "{page} links to /{link}: {status}"
            );
        }
    }
}

#[tokio::test]
async fn a_chosen_language_beats_the_browsers() {
    let shop = Shop::open(Engine::ANY).await;
    let mut operator = Operator::of(&shop);
    let path = "/console/language?to=ko&back=%2Fconsole%2Forders";
    let reply = operator.get(path).await.expect(303);
    assert_eq!(reply.header("location"), Some("/console/orders"));
    operator.cookies.push(super::operator::pair(&reply));
    let page = operator.get("/console/orders").await.expect(200);
    assert!(page.text.contains("<html lang=\"ko\"") && page.text.contains("최근 주문"));
    for path in [
        "/console/language?to=fr",
        "/console/language?to=ko%0d%0aa",
        "/console/language",
    ] {
        let reply = operator.get(path).await.expect(303);
        assert_eq!(reply.header("set-cookie"), None, "{path}");
    }
    let reply = operator
        .get("/console/language?to=en&back=//evil.example")
        .await;
    assert_eq!(reply.header("location"), Some("/console"));
}

#[tokio::test]
async fn what_is_looked_for_is_led_to() {
    let shop = Shop::open(Engine::ANY).await;
    shop.user(7, 1_000).await;
    shop.product(3, 100, 5).await;
    let order = json!({"userId": 7, "items": [{"productId": 3, "quantity": 1}]});
    let order = shop.post("/orders", order).await.expect(201).json();
    let id = order["orderId"].as_str().unwrap();
    let operator = Operator::of(&shop);
    for (path, leads_to) in [
        (
            format!("/console/orders?find={id}"),
            format!("/console/orders/{id}"),
        ),
        (
            format!("/console/orders?find=%20{id}%20"),
            format!("/console/orders/{id}"),
        ),
        (
            "/console/orders?find=7".to_owned(),
            "/console/users/7/orders".to_owned(),
        ),
        (
            "/console/users?find=7".to_owned(),
            "/console/users/7".to_owned(),
        ),
        (
            "/console/products?find=3".to_owned(),
            "/console/products/3".to_owned(),
        ),
    ] {
        let reply = operator.get(&path).await.expect(303);
        assert_eq!(reply.header("location"), Some(leads_to.as_str()), "{path}");
        operator.get(&leads_to).await.expect(200);
    }
    let overview = operator.get("/console").await.expect(200).text;
    assert!(overview.contains(id) && overview.contains("Product 3"));
}
