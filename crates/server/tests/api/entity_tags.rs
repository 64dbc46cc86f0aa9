//! Edits of the catalogue that say what they expect.

use std::sync::Arc;

use reqwest::header::{HeaderValue, IF_MATCH, IF_NONE_MATCH};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::harness::{Engine, Reply, Shop, on_each_engine, send};

/// Well written, and no product's.
const STRANGER: &str = "\"00112233445566778899aabbccddeeff\"";

fn mug(price: i64) -> Value {
    json!({"name": "Mug", "price": price, "stock": 10})
}

fn put(shop: &Shop, path: &str, price: i64) -> RequestBuilder {
    shop.request(Method::PUT, path).json(&mug(price))
}

fn tag(reply: &Reply) -> String {
    reply.header("etag").expect("an ETag").to_owned()
}

on_each_engine!(a_tag_is_of_the_catalogue_fields_and_the_same_wherever_they_are);
async fn a_tag_is_of_the_catalogue_fields_and_the_same_wherever_they_are(engine: Engine) {
    let shop = Shop::open(engine).await;
    shop.user(1, 10_000).await;
    let body = json!({"name": "동백 비누", "price": 0, "active": false, "stock": 3});
    let pinned = shop.put("/products/4", body).await.expect(201);
    // Of these fields it is this one, on every engine and in every version.
    assert_eq!(tag(&pinned), "\"91cd3a5a7d24fbb0f0b463d16ea34bd8\"");

    let created = shop.put("/products/3", mug(900)).await.expect(201);
    let first = tag(&created);
    assert_eq!(tag(&shop.get("/products/3").await.expect(200)), first);
    let order = json!({"userId": 1, "items": [{"productId": 3, "quantity": 2}]});
    shop.post("/orders", order).await.expect(201);
    let adjustments = "/products/3/stock/adjustments";
    shop.post(adjustments, json!({"delta": 5}))
        .await
        .expect(201);
    let sold = shop.get("/products/3").await.expect(200);
    assert_eq!(
        (sold.json()["stock"].clone(), tag(&sold)),
        (json!(13), first.clone())
    );

    let mut seen = vec![first.clone()];
    for change in [
        json!({"name": "Cup", "price": 900}),
        json!({"name": "Mug", "price": 901}),
        json!({"name": "Mug", "price": 900, "active": false}),
        json!({"name": "Mug", "price": 900, "maxPerUser": 1}),
        json!({"name": "Mug", "price": 900, "maxPerUser": 2}),
    ] {
        let changed = tag(&shop.put("/products/3", change.clone()).await.expect(200));
        assert!(!seen.contains(&changed), "{change}");
        assert_eq!(tag(&shop.get("/products/3").await.expect(200)), changed);
        seen.push(changed);
    }
    let back = shop.put("/products/3", mug(900)).await.expect(200);
    assert_eq!(tag(&back), first);
}

on_each_engine!(a_put_is_done_only_where_its_headers_hold);
async fn a_put_is_done_only_where_its_headers_hold(engine: Engine) {
    let shop = Shop::open(engine).await;
    let own = tag(&shop.put("/products/3", mug(900)).await.expect(201));
    let several = format!("{STRANGER}, {own}");
    let weak = format!("W/{own}");
    let upper = own.to_uppercase();
    // (header, value, status at product 3, which is there, and at product 9, which is not).
    let table = [
        (IF_MATCH, own.as_str(), 200, 412),
        (IF_MATCH, several.as_str(), 200, 412),
        (IF_MATCH, "*", 200, 412),
        (IF_MATCH, STRANGER, 412, 412),
        (IF_MATCH, weak.as_str(), 412, 412),
        (IF_MATCH, upper.as_str(), 412, 412),
        (IF_MATCH, "\"a, b\"", 400, 400),
        (IF_MATCH, own.trim_matches('"'), 400, 400),
        (IF_NONE_MATCH, own.as_str(), 400, 400),
        (IF_NONE_MATCH, "*", 412, 201),
    ];
    for (header, value, there, missing) in table {
        for (path, status) in [("/products/3", there), ("/products/9", missing)] {
            let before = shop.get(path).await.text;
            let request = put(&shop, path, 900).header(&header, value);
            let reply = send(request).await.expect(status);
            match status {
                412 => assert_eq!(reply.problem().1, "precondition-failed", "{value}"),
                400 => assert_eq!(reply.problem().1, "validation-failed", "{value}"),
                _ => {
                    assert_eq!(tag(&reply), own, "{header}: {value} at {path}");
                    continue;
                }
            }
            assert_eq!(reply.header("etag"), None, "{value} at {path}");
            assert_eq!(shop.get(path).await.text, before, "{value} at {path}");
        }
    }
}

on_each_engine!(of_two_who_edit_what_both_have_read_the_second_is_told);
async fn of_two_who_edit_what_both_have_read_the_second_is_told(engine: Engine) {
    let shop = Shop::open(engine).await;
    shop.put("/products/3", mug(900)).await.expect(201);
    let read = tag(&shop.get("/products/3").await.expect(200));
    let edit = |price, tag: &str| put(&shop, "/products/3", price).header(IF_MATCH, tag);
    send(edit(1_000, &read)).await.expect(200);
    let refused = send(edit(1_100, &read)).await.expect(412);
    let rejections = json!([{"code": "precondition-failed", "productId": 3}]);
    assert_eq!(refused.json()["rejections"], rejections);
    let again = shop.get("/products/3").await.expect(200);
    assert_eq!(again.json()["price"], json!(1_000));
    send(edit(1_100, &tag(&again))).await.expect(200);
}

#[tokio::test]
async fn a_malformed_header_is_named_and_nothing_is_done() {
    let shop = Shop::open(Engine::ANY).await;
    shop.put("/products/3", mug(900)).await.expect(201);
    let too_many = vec![STRANGER; 21].join(",");
    let table = [
        (
            IF_MATCH,
            too_many.as_str(),
            "If-Match",
            "must have 1 to 20 items",
        ),
        (
            IF_MATCH,
            "abc",
            "If-Match",
            "must be `*`, or entity tags in double quotes with commas between, as ETag gave them \
             out",
        ),
        (
            IF_NONE_MATCH,
            STRANGER,
            "If-None-Match",
            "must be `*` on this request; tags go into If-Match",
        ),
    ];
    for (header, value, parameter, message) in table {
        let request = put(&shop, "/products/3", 1).header(header, value);
        let reply = send(request).await.expect(400);
        let error = json!({"pointer": "", "parameter": parameter, "message": message});
        assert_eq!(reply.json()["errors"], json!([error]));
    }
    let both = put(&shop, "/products/3", 1).header(IF_MATCH, "*");
    let reply = send(both.header(IF_NONE_MATCH, "*")).await.expect(400);
    assert_eq!(
        reply.json()["errors"][0]["parameter"],
        json!("If-None-Match")
    );
    assert_eq!(shop.get("/products/3").await.json()["price"], json!(900));
}

#[tokio::test]
async fn several_lines_of_if_match_are_one_list() {
    let shop = Shop::open(Engine::ANY).await;
    let own = tag(&shop.put("/products/3", mug(900)).await.expect(201));
    let lines = |values: &[&str]| {
        let mut request = put(&shop, "/products/3", 900);
        for value in values {
            request = request.header(IF_MATCH, HeaderValue::from_str(value).unwrap());
        }
        request
    };
    send(lines(&[STRANGER, &own])).await.expect(200);
    send(lines(&[&own, STRANGER])).await.expect(200);
    send(lines(&[STRANGER, STRANGER])).await.expect(412);
    send(lines(&["*", &own])).await.expect(400);
}

#[tokio::test]
async fn the_headers_count_on_a_put_of_a_product_and_nowhere_else() {
    let shop = Shop::open(Engine::ANY).await;
    let own = tag(&shop.put("/products/3", mug(900)).await.expect(201));
    let read = shop.request(Method::GET, "/products/3");
    // The stock in the body changes under one tag, so the body is always sent.
    let whole = send(read.header(IF_NONE_MATCH, own)).await.expect(200);
    assert_eq!(whole.json()["stock"], json!(10));
    let user = shop
        .request(Method::PUT, "/users/7")
        .json(&json!({"name": "Kim"}));
    send(user.header(IF_MATCH, STRANGER)).await.expect(201);
    let list = shop.get("/products").await.expect(200);
    assert_eq!(list.header("etag"), None);
}

on_each_engine!(of_many_edits_of_what_all_have_read_one_is_done);
async fn of_many_edits_of_what_all_have_read_one_is_done(engine: Engine) {
    const EDITORS: i64 = 50;
    let shop = Shop::open(engine).await;
    let read = tag(&shop.put("/products/3", mug(900)).await.expect(201));
    let shop = Arc::new(shop);
    let edit = |editor: i64| {
        let (shop, read) = (shop.clone(), read.clone());
        tokio::spawn(async move {
            send(put(&shop, "/products/3", 1_000 + editor).header(IF_MATCH, read)).await
        })
    };
    let tasks: Vec<_> = (0..EDITORS).map(edit).collect();
    let mut winners = Vec::new();
    for task in tasks {
        let reply = task.await.unwrap();
        match reply.status.as_u16() {
            200 => winners.push(reply),
            _ => assert_eq!(reply.problem(), (412, "precondition-failed".to_owned())),
        }
    }
    assert_eq!(winners.len(), 1);
    let now = shop.get("/products/3").await.expect(200);
    assert_eq!(
        (now.json(), tag(&now)),
        (winners[0].json(), tag(&winners[0]))
    );
}
