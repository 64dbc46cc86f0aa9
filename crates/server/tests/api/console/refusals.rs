use reqwest::Method;

use super::Operator;
use crate::harness::{Engine, Shop, send};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn no_page_of_another_site_sends_a_form() {
    let shop = Shop::open_guarded(Engine::ANY).await;
    shop.user(7, 1_000).await;
    let operator = Operator::signed_in(&shop).await;
    let own = format!("http://{}", shop.address);
    let table = [
        ("sec-fetch-site", "same-origin", 303),
        ("sec-fetch-site", "none", 303),
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("origin", own.as_str(), 303),
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
    ];
    let mut balance = 1_000;
    for (name, value, status) in table {
        let body = format!("key={name}-{}&amount=1&reason=r", balance + status);
        let request = operator
            .request(Method::POST, "/console/users/7/balance")
            .header("content-type", FORM)
            .header(name, value)
            .body(body);
        let reply = send(request).await;
        assert_eq!(reply.status.as_u16() as i64, status, "{name}: {value}");
        balance += i64::from(status == 303);
        let now = shop.get("/users/7/balance").await.json()["balance"].as_i64();
        assert_eq!(now, Some(balance), "{name}: {value}");
    }
    // What else a request carries makes no difference here.
    for credentials in ["Basic dTpw", "Bearer jumun_x"] {
        let request = operator
            .request(Method::POST, "/console/sign-out")
            .header("authorization", credentials)
            .header("sec-fetch-site", "same-site");
        assert_eq!(send(request).await.status, 403, "{credentials}");
    }
    operator.get("/console").await.expect(200);
    // Signing somebody in to another's session is refused, too.
    let request = operator.form("/console/sign-in", &[("token", "x")]);
    let request = request.header("origin", "https://evil.example");
    assert_eq!(send(request).await.status, 403);
}

#[tokio::test]
async fn a_form_is_small_and_a_form() {
    let shop = Shop::open(Engine::ANY).await;
    shop.user(7, 1_000).await;
    let operator = Operator::of(&shop);
    let path = "/console/users/7/balance";
    let send_as = |kind: &str, body: Vec<u8>| {
        let request = operator
            .request(Method::POST, path)
            .header("content-type", kind);
        send(request.body(body))
    };
    let form = b"key=k&amount=1&reason=r".to_vec();
    send_as("application/json", b"{}".to_vec())
        .await
        .expect(400);
    send_as("text/plain", form.clone()).await.expect(400);
    send_as("multipart/form-data; boundary=x", form.clone())
        .await
        .expect(400);
    send_as(FORM, vec![b'a'; 40_000]).await.expect(413);
    send_as(FORM, "key=k&".repeat(5_000).into_bytes())
        .await
        .expect(400);
    send_as(FORM, b"key=%ff&amount=%00&reason=%".to_vec())
        .await
        .expect(400);
    send_as(FORM, Vec::new()).await.expect(400);
    send_as("application/x-www-form-urlencoded; charset=UTF-8", form)
        .await
        .expect(303);
    assert_eq!(shop.get("/users/7/balance").await.json()["balance"], 1_001);
    // What only reads does not write, and the other way round.
    operator.get("/console/sign-out").await.expect(405);
    operator.post("/console/changes", &[]).await.expect(405);
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        send(operator.request(method, "/console/products/3"))
            .await
            .expect(405);
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_told_as_a_page() {
    let shop = Shop::open(Engine::ANY).await;
    let operator = Operator::of(&shop);
    let request = operator.request(Method::POST, "/console/campaigns/new");
    let request = request
        .header("content-type", FORM)
        .body(vec![b'a'; 40_000]);
    let reply = send(request).await.expect(413);
    assert_eq!(
        reply.header("content-type"),
        Some("text/html; charset=utf-8")
    );
}
