//! Tokens over HTTP, from the making to the end.

use jumun_domain::Actor;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Data, Engine, Shop, admin, of_user, on_each_engine, send, token};

async fn with(shop: &Shop, text: &str, path: &str) -> u16 {
    let request = shop.anonymous(Method::GET, path).bearer_auth(text);
    send(request).await.status.as_u16()
}

on_each_engine!(a_token_is_told_once_works_and_is_worth_nothing_after_it_was_revoked);
async fn a_token_is_told_once_works_and_is_worth_nothing_after_it_was_revoked(engine: Engine) {
    let shop = Shop::open_guarded(engine).await;
    shop.user(7, 0).await;
    let made = shop
        .post("/tokens", json!({"userId": 7, "label": "app"}))
        .await
        .expect(201);
    let (text, id) = (made.json()["token"].clone(), made.json()["tokenId"].clone());
    let (text, id) = (text.as_str().unwrap(), id.as_str().unwrap());
    assert!(text.starts_with(&format!("jumun_{id}_")));
    assert_eq!(made.header("location"), Some(&*format!("/tokens/{id}")));
    assert_eq!(with(&shop, text, "/users/7").await, 200);

    let secret = text.rsplit_once(&format!("{id}_")).unwrap().1;
    for path in ["/tokens", &format!("/tokens/{id}"), "/changes"] {
        let shown = shop.get(path).await.expect(200).text;
        assert!(shown.contains(id) && !shown.contains(secret), "{path}");
    }

    let path = format!("/tokens/{id}");
    for _ in 0..2 {
        let revoked = shop.delete(&path).await.expect(200).json();
        assert!(revoked["revokedAt"].is_string());
        assert_eq!(with(&shop, text, "/users/7").await, 401);
    }
    let gone = shop.delete("/tokens/0000000000000001").await;
    assert_eq!(gone.problem(), (404, "token-not-found".to_owned()));

    let changes = shop.get("/changes").await.expect(200).json();
    let of_token = |change: &&Value| change["subject"] == json!(format!("token:{id}"));
    let lines: Vec<_> = changes["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(of_token)
        .collect();
    let actions: Vec<_> = lines
        .iter()
        .map(|line| line["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["token.revoke", "token.create"]);
    assert_eq!(lines[1]["before"], Value::Null);
}

on_each_engine!(a_token_that_is_revoked_elsewhere_is_worth_nothing_at_once);
async fn a_token_that_is_revoked_elsewhere_is_worth_nothing_at_once(engine: Engine) {
    let shop = Shop::open_guarded(engine).await;
    for _ in 0..20 {
        let text = token(&*shop.access, admin(), None).await;
        let shown = text.reveal();
        // It is remembered from now on.
        assert_eq!(with(&shop, &shown, "/products").await, 200);
        let by = Actor::command_line("tester");
        shop.access
            .revoke_token(text.id(), &by)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(with(&shop, &shown, "/products").await, 401);
    }
}

#[tokio::test]
async fn a_token_that_one_instance_revokes_is_worth_nothing_to_another_at_once() {
    let data = Data::new(Engine::Postgres);
    let config = || jumun_server::Config {
        auth: jumun_server::AuthMode::Token,
        ..jumun_server::Config::default()
    };
    let one = Shop::serve(config(), data.open().await).await;
    let two = Shop::serve(config(), data.open().await).await;
    let admin = token(&*one.access, admin(), None).await.reveal();
    for _ in 0..20 {
        let text = token(&*two.access, of_user(7), None).await;
        assert_eq!(with(&two, &text.reveal(), "/products").await, 200);
        let path = format!("/tokens/{}", text.id());
        let revoke = one.anonymous(Method::DELETE, &path).bearer_auth(&admin);
        send(revoke).await.expect(200);
        assert_eq!(with(&two, &text.reveal(), "/products").await, 401);
    }
}

on_each_engine!(every_write_of_an_operator_is_in_the_history_with_who_it_was);
async fn every_write_of_an_operator_is_in_the_history_with_who_it_was(engine: Engine) {
    let shop = Shop::open_guarded(engine).await;
    shop.user(7, 500).await;
    shop.product(3, 100, 9).await;
    let adjust = json!({"amount": -100, "reason": "too much"});
    shop.post("/users/7/balance/adjustments", adjust.clone())
        .await
        .expect(201);
    shop.post("/users/8/balance/adjustments", adjust)
        .await
        .expect(404);
    let order = json!({"userId": 7, "items": [{"productId": 3, "quantity": 2}]});
    let order = shop.post("/orders", order).await.expect(201).json();
    let cancel = format!("/orders/{}/cancel", order["orderId"].as_str().unwrap());
    shop.post(&cancel, json!({"reason": "changed my mind"}))
        .await
        .expect(200);

    let changes = shop.get("/changes").await.expect(200).json();
    let lines: Vec<_> = changes["items"].as_array().unwrap().iter().rev().collect();
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                line["action"].as_str().unwrap(),
                line["subject"].as_str().unwrap(),
            )
        })
        .filter(|(action, _)| *action != "token.create")
        .collect();
    let cancelled = format!("order:{}", order["orderId"].as_str().unwrap());
    assert_eq!(
        told,
        [
            ("user.put", "user:7"),
            ("balance.charge", "user:7"),
            ("product.put", "product:3"),
            ("balance.adjust", "user:7"),
            ("order.cancel", &*cancelled),
        ]
    );
    let adjusted = lines
        .iter()
        .find(|line| line["action"] == "balance.adjust")
        .unwrap();
    assert_eq!(adjusted["before"]["balance"], 500);
    assert_eq!(adjusted["after"]["balance"], 400);
    assert_eq!(adjusted["reason"], "too much");
    let actor = adjusted["actor"].as_str().unwrap();
    assert!(actor.starts_with("token:"), "{actor}");
}

#[tokio::test]
async fn what_no_token_can_be_made_of_is_told() {
    let shop = Shop::open_guarded(Engine::ANY).await;
    let table = [
        (json!({}), ""),
        (json!({"userId": 1, "scopes": ["admin"]}), ""),
        (json!({"scopes": []}), ""),
        (json!({"userId": 0}), "/userId"),
        (json!({"scopes": ["admin", "sudo"]}), "/scopes/1"),
        (json!({"userId": 1, "label": ""}), "/label"),
        (json!({"userId": 1, "label": "x".repeat(101)}), "/label"),
        (json!({"userId": 1, "label": "a\nb"}), "/label"),
        (
            json!({"userId": 1, "expiresAt": "2001-01-01T00:00:00Z"}),
            "/expiresAt",
        ),
        (json!({"userId": 1, "expiresAt": "tomorrow"}), "/expiresAt"),
    ];
    for (body, pointer) in table {
        let refused = shop.post("/tokens", body.clone()).await;
        assert_eq!(
            refused.problem(),
            (400, "validation-failed".to_owned()),
            "{body}"
        );
        assert_eq!(refused.json()["errors"][0]["pointer"], pointer, "{body}");
    }
    let tokens = shop.get("/tokens").await.expect(200).json();
    assert_eq!(
        tokens["items"].as_array().unwrap().len(),
        1,
        "the operator's alone"
    );
}
