//! What every answer carries for browsers and caches, and what none tells.

use reqwest::Method;
use serde_json::json;

use crate::harness::{Engine, Reply, Shop, send};

/// Headers that would tell what serves, or promise what plain HTTP cannot.
const NEVER: [&str; 5] = [
    "server",
    "x-powered-by",
    "via",
    "strict-transport-security",
    "access-control-allow-origin",
];

fn check(reply: &Reply, what: &str) {
    assert_eq!(
        reply.header("x-content-type-options"),
        Some("nosniff"),
        "{what}"
    );
    let caching = reply.header("cache-control").expect(what);
    let kind = reply.header("content-type").unwrap_or("");
    let expected = match kind.split(';').next().unwrap() {
        "text/html" => "no-cache",
        "text/css" => "public, max-age=3600",
        _ => "no-store",
    };
    assert_eq!(caching, expected, "{what}: {kind}");
    for name in NEVER {
        assert_eq!(reply.header(name), None, "{what} has {name}");
    }
    if !kind.starts_with("text/html") {
        return;
    }
    let policy = reply.header("content-security-policy").expect(what);
    let rules: Vec<_> = policy.split("; ").collect();
    for rule in [
        "default-src 'none'",
        "style-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(rules.contains(&rule), "{what}: {policy}");
    }
    // Nothing inline, nothing evaluated, nobody else.
    for loose in ["unsafe", "http:", "https:", "data:", "*"] {
        assert!(!policy.contains(loose), "{what}: {policy}");
    }
    assert_eq!(reply.header("x-frame-options"), Some("DENY"), "{what}");
    assert_eq!(
        reply.header("referrer-policy"),
        Some("no-referrer"),
        "{what}"
    );
}

#[tokio::test]
async fn every_answer_carries_what_guards_it_and_tells_nothing_of_the_server() {
    let shop = Shop::open(Engine::ANY).await;
    shop.user(1, 1_000).await;
    shop.product(1, 100, 50).await;
    let description = shop.get("/openapi.json").await.json();
    // Each path once, with ids that exist and with ids that do not.
    for path in description["paths"].as_object().unwrap().keys() {
        for id in ["1", "404"] {
            let filled = path
                .replace("{code}", "out-of-stock")
                .split('/')
                .map(|part| if part.starts_with('{') { id } else { part })
                .collect::<Vec<_>>()
                .join("/");
            for method in [Method::GET, Method::HEAD, Method::POST, Method::PATCH] {
                let reply = send(shop.request(method.clone(), &filled)).await;
                check(&reply, &format!("{method} {filled}"));
            }
        }
    }
    let order = json!({"userId": 1, "items": [{"productId": 1, "quantity": 1}]});
    let made = shop.post("/orders", order).await;
    check(&made.expect(201), "an order");
    for path in [
        "/",
        "/no/such",
        "/users/x",
        "/products?cursor=x",
        "/problems/none",
    ] {
        check(&shop.get(path).await, path);
    }
    let unread = shop
        .request(Method::GET, "/users/1")
        .header("accept", "text/html");
    check(&send(unread).await, "an answer that nobody takes");
}
