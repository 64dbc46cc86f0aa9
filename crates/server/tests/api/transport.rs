//! What holds for every request, whatever it asks for.

use reqwest::Method;
use serde_json::json;

use crate::harness::{Engine, Shop, send};

#[tokio::test]
async fn a_known_path_lists_its_methods() {
    let shop = Shop::open(Engine::ANY).await;
    let table = [
        ("/users/7", Method::DELETE, "PUT,GET,HEAD"),
        ("/users/7", Method::OPTIONS, "PUT,GET,HEAD"),
        ("/orders", Method::PATCH, "POST,GET,HEAD"),
        ("/orders/quote", Method::GET, "POST"),
        ("/products/popular", Method::PUT, "GET,HEAD"),
        ("/livez", Method::POST, "GET,HEAD"),
        ("/livez", Method::TRACE, "GET,HEAD"),
        ("/livez", Method::from_bytes(b"BREW").unwrap(), "GET,HEAD"),
    ];
    for (path, method, allowed) in table {
        let reply = send(shop.request(method.clone(), path)).await;
        assert_eq!(
            reply.problem(),
            (405, "method-not-allowed".to_owned()),
            "{method} {path}"
        );
        let sorted = |list: &str| {
            let mut names: Vec<_> = list.split(',').map(|it| it.trim().to_owned()).collect();
            names.sort();
            names
        };
        assert_eq!(
            sorted(reply.header("allow").unwrap()),
            sorted(allowed),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let shop = Shop::open(Engine::ANY).await;
    shop.user(7, 0).await;
    for path in [
        "/users/7",
        "/users/8",
        "/products",
        "/docs",
        "/livez",
        "/no/such",
    ] {
        let get = shop.get(path).await;
        let head = send(shop.request(Method::HEAD, path)).await;
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(head.text, "", "{path}");
        for name in ["content-type", "content-length", "content-language"] {
            assert_eq!(head.header(name), get.header(name), "{name} of {path}");
        }
    }
}

#[tokio::test]
async fn every_answer_has_a_request_id_and_is_not_sniffed_or_stored() {
    let shop = Shop::open(Engine::ANY).await;
    for path in ["/livez", "/users/1", "/no/such", "/users/x"] {
        let reply = shop.get(path).await;
        assert_eq!(
            reply.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(reply.header("x-request-id").unwrap().len(), 32, "{path}");
    }
    let request = shop
        .request(Method::GET, "/livez")
        .header("x-request-id", "mine-1");
    assert_eq!(send(request).await.header("x-request-id"), Some("mine-1"));
}

#[tokio::test]
async fn json_bodies_are_json_by_their_content_type() {
    let shop = Shop::open(Engine::ANY).await;
    shop.user(7, 0).await;
    let table = [
        (Some("application/json"), 201),
        (Some("application/json; charset=utf-8"), 201),
        (Some("APPLICATION/JSON"), 201),
        (Some("application/json; charset=\"UTF-8\""), 201),
        (Some("application/json; charset=euc-kr"), 415),
        (Some("application/json; v=1; Charset=utf-16"), 415),
        (Some("application/merge-patch+json"), 201),
        (Some("text/json"), 415),
        (Some("application/x-www-form-urlencoded"), 415),
        (Some("json"), 415),
        (Some(""), 415),
        (None, 415),
    ];
    for (content_type, status) in table {
        let request = shop.request(Method::POST, "/users/7/balance/charges");
        let request = match content_type {
            Some(value) => request.header("content-type", value),
            None => request,
        };
        let reply = send(request.body("{\"amount\": 1}")).await;
        assert_eq!(reply.status, status, "{content_type:?}: {}", reply.text);
    }
}

#[tokio::test]
async fn an_answer_in_json_is_refused_only_to_who_takes_none() {
    let shop = Shop::open(Engine::ANY).await;
    shop.user(7, 0).await;
    let table = [
        ("*/*", 200),
        ("application/*", 200),
        ("text/html, application/json;q=0.1", 200),
        ("application/problem+json", 200),
        ("text/html", 406),
        ("application/json;q=0, */*;q=0", 406),
    ];
    for (accept, status) in table {
        let reply = send(
            shop.request(Method::GET, "/users/7")
                .header("accept", accept),
        )
        .await;
        assert_eq!(reply.status, status, "{accept}");
        let page = send(shop.request(Method::GET, "/docs").header("accept", accept)).await;
        assert_eq!(page.status, 200, "pages are shown to everyone");
    }
    let charge = shop
        .request(Method::POST, "/users/7/balance/charges")
        .header("accept", "text/html");
    send(charge.json(&json!({"amount": 1}))).await.expect(406);
    assert_eq!(
        shop.get("/users/7").await.json()["balance"],
        json!(0),
        "nothing was changed"
    );
}

#[tokio::test]
async fn a_body_is_sent_as_it_is_and_named_once() {
    let shop = Shop::open(Engine::ANY).await;
    shop.user(7, 0).await;
    let json = ("content-type", "application/json");
    let table = [
        (vec![json], 201),
        (vec![json, ("content-encoding", "identity")], 201),
        (vec![json, ("content-encoding", "gzip")], 415),
        (vec![json, ("content-encoding", "identity, br")], 415),
        (vec![json, json], 415),
        (vec![json, ("content-type", "text/plain")], 415),
    ];
    for (headers, status) in table {
        let mut request = shop.request(Method::POST, "/users/7/balance/charges");
        for (name, value) in &headers {
            request = request.header(*name, *value);
        }
        let reply = send(request.body("{\"amount\": 1}")).await;
        assert_eq!(reply.status, status, "{headers:?}: {}", reply.text);
    }
}
