use serde_json::{Value, json};

use super::Operator;
use super::operator::value;
use crate::harness::{ALWAYS_SHOWN, Dispatcher, Engine, Shop, on_each_engine};

/// The latest line of the history: its action, subject, and what it was after.
async fn latest(operator: &Operator<'_>) -> (String, String, Value) {
    let changes = operator.changes().await;
    let newest = &changes[0];
    let after = newest.after.as_deref().unwrap_or("null");
    let after = serde_json::from_str(after).unwrap();
    (newest.action.to_string(), newest.subject.to_string(), after)
}

on_each_engine!(each_form_has_one_effect_under_the_name_of_its_session);
async fn each_form_has_one_effect_under_the_name_of_its_session(engine: Engine) {
    let shop = Shop::open_guarded(engine).await;
    shop.user(7, 10_000).await;
    shop.product(3, 1_000, 10).await;
    let order = json!({"userId": 7, "items": [{"productId": 3, "quantity": 2}]});
    let order = shop.post("/orders", order).await.expect(201).json();
    let order = order["orderId"].as_str().unwrap();
    Dispatcher::of(&shop, "p").await.release().await;
    let operator = Operator::signed_in(&shop).await;
    let mut lines = operator.changes().await.len();

    let path = "/console/users/7/balance";
    let fields = [("amount", "-1,500"), ("reason", " typed twice ")];
    let led = operator
        .submit_twice("/console/users/7", path, &fields)
        .await;
    assert_eq!(led, "/console/users/7?done=adjusted");
    let (action, subject, after) = latest(&operator).await;
    assert_eq!(
        (action.as_str(), subject.as_str()),
        ("balance.adjust", "user:7")
    );
    assert_eq!(after["balance"], 6_500);
    lines = grown_by_one(&operator, lines).await;

    let path = "/console/products/3/stock";
    let fields = [("delta", "5"), ("reason", "")];
    operator.submit_twice(path, path, &fields).await;
    let (action, _, after) = latest(&operator).await;
    assert_eq!(
        (action.as_str(), &after["stock"]),
        ("stock.adjust", &json!(13))
    );
    lines = grown_by_one(&operator, lines).await;

    let path = format!("/console/orders/{order}/cancel");
    let fields = [("reason", "changed mind"), ("restock", "true")];
    let led = operator.submit_twice(&path, &path, &fields).await;
    assert_eq!(led, format!("/console/orders/{order}?done=cancelled"));
    let (action, _, after) = latest(&operator).await;
    assert_eq!(
        (action.as_str(), &after["status"]),
        ("order.cancel", &json!("CANCELLED"))
    );
    lines = grown_by_one(&operator, lines).await;

    let path = "/console/campaigns/new";
    let fields = [
        ("name", "Opening"),
        ("type", "PERCENT"),
        ("percent", "10"),
        ("maxAmount", ""),
        ("amount", "ignored"),
        ("minimumSubtotal", "20,000"),
        ("validFrom", "2000-01-01T00:00"),
        ("validUntil", "9000-01-01T00:00:00"),
        ("quantity", "1,000"),
    ];
    operator.submit_twice(path, path, &fields).await;
    let (action, _, after) = latest(&operator).await;
    assert_eq!(
        (action.as_str(), &after["quantity"]),
        ("campaign.create", &json!(1_000))
    );
    let campaign = shop.get("/campaigns/1").await.expect(200).json();
    assert_eq!(campaign["validFrom"], ALWAYS_SHOWN[0]);
    assert_eq!(campaign["minimumSubtotal"], 20_000);
    lines = grown_by_one(&operator, lines).await;

    let path = "/console/products/new";
    let fields = [
        ("productId", "4"),
        ("name", "Mug"),
        ("price", "12,900"),
        ("stock", "100"),
        ("active", "true"),
    ];
    let led = operator.submit_twice(path, path, &fields).await;
    assert_eq!(led, "/console/products/4?done=created");
    lines = grown_by_one(&operator, lines).await;

    for (wish, action) in [
        ("pause", "platform.pause"),
        ("replay", "platform.replay"),
        ("resume", "platform.resume"),
    ] {
        let path = format!("/console/platforms/p/{wish}");
        operator
            .submit_twice("/console/platforms/p", &path, &[])
            .await;
        assert_eq!(latest(&operator).await.0, action);
        lines = grown_by_one(&operator, lines).await;
    }
    let session = operator.cookies[0].split('_').nth(2).unwrap();
    for change in operator.changes().await.iter().take(8) {
        assert_eq!(change.actor.as_str(), format!("token:{session}"));
    }
    let page = operator.get("/console/changes").await.expect(200).text;
    assert!(page.contains("<q><bdi>typed twice</bdi></q>") && page.contains("<ins><bdi>6,500"));
    assert!(lines > 8);
}

async fn grown_by_one(operator: &Operator<'_>, lines: usize) -> usize {
    let now = operator.changes().await.len();
    assert_eq!(now, lines + 1, "a form that is sent twice leaves one line");
    now
}

on_each_engine!(an_edit_of_what_somebody_changed_meanwhile_shows_what_changed);
async fn an_edit_of_what_somebody_changed_meanwhile_shows_what_changed(engine: Engine) {
    let shop = Shop::open(engine).await;
    shop.product(3, 1_000, 10).await;
    let operator = Operator::of(&shop);
    let path = "/console/products/3/edit";
    let tag = operator.hidden(path, "tag").await;
    let now = json!({"name": "Product 3", "price": 2_000, "maxPerUser": 4});
    shop.put("/products/3", now).await.expect(200);
    let fields = |tag| {
        [
            ("tag", tag),
            ("name", "Mug <b>"),
            ("price", "1500"),
            ("active", "true"),
        ]
    };
    let reply = operator.post(path, &fields(tag.as_str())).await.expect(412);
    for shown in [
        "Somebody changed this product",
        ">2,000<",
        "Mug &#60;b&#62;",
        ">1500<",
    ] {
        assert!(reply.text.contains(shown), "{shown}: {}", reply.text);
    }
    assert_eq!(shop.get("/products/3").await.json()["price"], 2_000);
    // Having seen that, who saves again saves; and a second click is as good.
    let tag = value(&reply.text, "tag");
    for _ in 0..2 {
        operator.post(path, &fields(tag.as_str())).await.expect(303);
    }
    let product = shop.get("/products/3").await.json();
    assert_eq!(
        (&product["name"], &product["price"]),
        (&json!("Mug <b>"), &json!(1_500))
    );
    assert_eq!(product["maxPerUser"], Value::Null);
    for tag in ["", "x", "*"] {
        operator
            .post(path, &[("tag", tag), ("name", "N"), ("price", "1")])
            .await
            .expect(412);
    }
    let taken = [
        ("productId", "3"),
        ("name", "Other"),
        ("price", "1"),
        ("stock", "0"),
    ];
    let reply = operator
        .post("/console/products/new", &taken)
        .await
        .expect(412);
    assert!(reply.text.contains("There is a product with this id"));
}

#[tokio::test]
async fn wrong_input_keeps_what_was_typed_and_says_what_is_wrong() {
    let shop = Shop::open(Engine::ANY).await;
    shop.user(7, 1_000).await;
    shop.product(3, 1_000, 10).await;
    let operator = Operator::of(&shop);
    let lines = operator.changes().await.len();
    let long = "x".repeat(501);
    let key = ("key", "k-1");
    type Row<'a> = (&'a str, Vec<(&'a str, &'a str)>, u16, Vec<&'a str>);
    let table: [Row<'_>; 9] = [
        (
            "/console/users/7/balance",
            vec![key, ("amount", "1,5"), ("reason", "Keep <me>")],
            400,
            vec![
                "value=\"1,5\"",
                "value=\"Keep &#60;me&#62;\"",
                "id=\"amount-wrong\"",
            ],
        ),
        (
            "/console/users/7/balance",
            vec![key, ("amount", "0"), ("reason", "")],
            400,
            vec!["id=\"amount-wrong\"", "id=\"reason-wrong\""],
        ),
        (
            "/console/users/7/balance",
            vec![key, ("amount", "-1001"), ("reason", "r")],
            400,
            vec!["value=\"-1001\"", "role=\"alert\""],
        ),
        (
            "/console/users/7/balance",
            vec![("amount", "1"), ("reason", "r")],
            400,
            vec!["key: "],
        ),
        (
            "/console/products/3/stock",
            vec![key, ("delta", "-11"), ("reason", "r")],
            400,
            vec!["value=\"-11\"", "role=\"alert\""],
        ),
        (
            "/console/products/3/stock",
            vec![key, ("delta", "1"), ("reason", &long)],
            400,
            vec!["id=\"reason-wrong\""],
        ),
        (
            "/console/products/new",
            vec![
                ("productId", "0"),
                ("name", ""),
                ("price", "cheap"),
                ("stock", "-1"),
            ],
            400,
            vec![
                "id=\"productId-wrong\"",
                "id=\"price-wrong\"",
                "value=\"cheap\"",
            ],
        ),
        (
            "/console/campaigns/new",
            vec![key, ("name", "N"), ("type", "FIXED"), ("validFrom", "soon")],
            400,
            vec![
                "id=\"amount-wrong\"",
                "id=\"validFrom-wrong\"",
                "id=\"quantity-wrong\"",
            ],
        ),
        (
            "/console/tokens/new",
            vec![
                ("label", "L"),
                ("userId", "7"),
                ("scope", "admin"),
                ("days", "0"),
            ],
            400,
            vec![
                "id=\"userId-wrong\"",
                "id=\"days-wrong\"",
                "value=\"L\"",
                "value=\"admin\" checked",
            ],
        ),
    ];
    for (path, fields, status, shown) in table {
        let reply = operator.post(path, &fields).await.expect(status);
        for part in shown {
            assert!(reply.text.contains(part), "{path}: {part}: {}", reply.text);
        }
    }
    assert_eq!(operator.changes().await.len(), lines);
}

#[tokio::test]
async fn a_key_of_another_form_is_not_taken() {
    let shop = Shop::open(Engine::ANY).await;
    shop.user(7, 1_000).await;
    let operator = Operator::of(&shop);
    let path = "/console/users/7/balance";
    let fields = |amount| [("key", "same"), ("amount", amount), ("reason", "r")];
    operator.post(path, &fields("5")).await.expect(303);
    let reply = operator.post(path, &fields("6")).await.expect(422);
    assert!(reply.text.contains("sent before with other values"));
    assert_eq!(shop.get("/users/7/balance").await.json()["balance"], 1_005);
}

on_each_engine!(a_token_is_shown_once_and_made_once);
async fn a_token_is_shown_once_and_made_once(engine: Engine) {
    let shop = Shop::open_guarded(engine).await;
    let operator = Operator::signed_in(&shop).await;
    let path = "/console/tokens/new";
    let id = operator.hidden(path, "tokenId").await;
    let fields = [
        ("tokenId", id.as_str()),
        ("label", "checkout"),
        ("scope", "orders:act-as"),
        ("scope", "events:read"),
        ("days", "30"),
    ];
    let reply = operator.post(path, &fields).await.expect(200);
    let text = reply.text.split("spellcheck=\"false\">").nth(1).unwrap();
    let text = text.split('<').next().unwrap().to_owned();
    assert!(text.starts_with(&format!("jumun_{id}_")), "{text}");
    let again = operator.post(path, &fields).await.expect(303);
    assert_eq!(
        again.header("location"),
        Some("/console/tokens?done=before")
    );
    let list = operator.get("/console/tokens").await.expect(200).text;
    assert!(list.contains("checkout") && list.contains("orders:act-as events:read"));
    assert!(!list.contains(&text));

    let with_it = |path: &str| {
        shop.anonymous(reqwest::Method::GET, path)
            .bearer_auth(&text)
    };
    assert_eq!(with_it("/events").send().await.unwrap().status(), 200);
    assert_eq!(with_it("/tokens").send().await.unwrap().status(), 403);
    let path = format!("/console/tokens/{id}/revoke");
    operator.submit_twice(&path, &path, &[]).await;
    assert_eq!(with_it("/events").send().await.unwrap().status(), 401);
    let changes = operator.changes().await;
    let made: Vec<_> = changes
        .iter()
        .filter(|it| *it.subject == format!("token:{id}"))
        .collect();
    assert_eq!(&*made.last().unwrap().action, "token.create");
}
