//! What a page of another site can have a browser send.

use jumun_server::{AuthMode, Config};
use reqwest::Method;

use crate::harness::{Engine, Shop, send};

#[tokio::test]
async fn a_server_without_tokens_answers_to_its_own_names_only() {
    let config = Config {
        allowed_hosts: vec!["shop.example".to_owned()],
        ..Config::default()
    };
    let shop = Shop::open_with(Engine::ANY, config).await;
    let table = [
        ("127.0.0.1", 200),
        ("localhost:8080", 200),
        ("shop.localhost", 200),
        ("[::1]:8080", 200),
        ("Shop.Example:8080", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
    ];
    for (host, status) in table {
        for path in ["/livez", "/users/7", "/docs", "/no/such"] {
            // Programs may call a server as their network knows it.
            let request = || shop.request(Method::GET, path).header("host", host);
            let by_program = send(request()).await.status.as_u16();
            assert_ne!(by_program, 421, "{host} {path}");
            let reply = send(request().header("accept-encoding", "gzip, deflate")).await;
            let is_answered = reply.status.as_u16() != 421;
            assert_eq!(is_answered, status == 200, "{host} {path}: {}", reply.text);
            if !is_answered {
                let problem = (421, "misdirected-request".to_owned());
                assert_eq!(reply.problem(), problem);
                assert!(reply.text.contains(host), "{}", reply.text);
            }
        }
    }
}

#[tokio::test]
async fn with_tokens_any_name_will_do() {
    let config = Config {
        auth: AuthMode::Token,
        ..Config::default()
    };
    let shop = Shop::open_with(Engine::ANY, config).await;
    let request = shop
        .request(Method::GET, "/livez")
        .header("accept-encoding", "gzip, deflate")
        .header("host", "shop.example");
    send(request).await.expect(200);
}

#[tokio::test]
async fn what_carries_a_token_may_come_from_any_page() {
    let shop = Shop::open_guarded(Engine::ANY).await;
    let request = |path| {
        let request = shop.request(Method::PUT, path);
        request
            .header("origin", "https://shop.example")
            .json(&serde_json::json!({}))
    };
    send(request("/users/7")).await.expect(201);
    // A browser adds a password by itself, where a proxy has asked for one.
    let basic = shop.anonymous(Method::PUT, "/users/8");
    let basic = basic
        .header("authorization", "Basic dTpw")
        .header("origin", "https://shop.example");
    assert_eq!(send(basic).await.problem(), (403, "forbidden".to_owned()));
    let without = shop.anonymous(Method::PUT, "/users/8");
    let without = without.header("origin", "https://shop.example");
    assert_eq!(send(without).await.problem(), (403, "forbidden".to_owned()));
}

#[tokio::test]
async fn nothing_is_changed_for_a_page_of_another_site() {
    let shop = Shop::open(Engine::ANY).await;
    let own = format!("http://{}", shop.address);
    let table = [
        ("sec-fetch-site", "same-origin", true),
        ("sec-fetch-site", "none", true),
        ("sec-fetch-site", "cross-site", false),
        ("sec-fetch-site", "same-site", false),
        ("origin", own.as_str(), true),
        ("origin", "https://evil.example", false),
        ("origin", "null", false),
    ];
    for (number, (name, value, is_done)) in (1..).zip(table) {
        let path = format!("/users/{number}");
        let body = serde_json::json!({"name": "User"});
        let request = shop.request(Method::PUT, &path).header(name, value);
        let reply = send(request.json(&body)).await;
        if is_done {
            reply.expect(201);
        } else {
            let problem = (403, "forbidden".to_owned());
            assert_eq!(reply.problem(), problem, "{name}: {value}");
        }
        // Reading is free: a page of another site cannot see the answer.
        let request = shop.request(Method::GET, &path).header(name, value);
        let expected = if is_done { 200 } else { 404 };
        send(request).await.expect(expected);
    }
}
