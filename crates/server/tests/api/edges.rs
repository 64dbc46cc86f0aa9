//! Values at and beyond the edges of what is accepted.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{ALWAYS, Engine, Shop, on_each_engine, send};

const LARGEST: &str = "9007199254740991";

/// `pointer message` of each error.
fn errors(problem: &Value) -> Vec<String> {
    let line = |error: &Value| {
        let place = error["parameter"]
            .as_str()
            .or(error["pointer"].as_str())
            .unwrap();
        format!("{place} {}", error["message"].as_str().unwrap())
    };
    problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(line)
        .collect()
}

on_each_engine!(a_number_is_accepted_within_its_bounds_only);
async fn a_number_is_accepted_within_its_bounds_only(engine: Engine) {
    let shop = Shop::open(engine).await;
    shop.user(7, 0).await;
    let bounds = format!("/amount must be an integer from 1 to {LARGEST}");
    let integer = "/amount must be an integer, without decimals or exponent".to_owned();
    let huge = "/amount must be a number within ±(2^53 - 1)".to_owned();
    let table = [
        ("0", &bounds),
        ("-1", &bounds),
        ("9007199254740992", &bounds),
        ("9223372036854775807", &bounds),
        ("9223372036854775808", &bounds),
        ("-9223372036854775809", &bounds),
        ("18446744073709551616", &bounds),
        ("1.5", &integer),
        ("1.0", &integer),
        ("1e2", &integer),
        ("1e400", &huge),
        ("\"1\"", &integer),
        ("true", &integer),
        ("[1]", &integer),
        ("{}", &integer),
    ];
    for (value, message) in table {
        let reply = shop
            .raw(
                "/users/7/balance/charges",
                format!("{{\"amount\": {value}}}"),
            )
            .await;
        assert_eq!(
            reply.problem(),
            (400, "validation-failed".to_owned()),
            "{value}"
        );
        assert_eq!(
            errors(&reply.json()),
            std::slice::from_ref(message),
            "{value}"
        );
    }
    let absent = shop
        .raw("/users/7/balance/charges", "{\"amount\": null}")
        .await
        .expect(400);
    assert_eq!(errors(&absent.json()), ["/amount is required"]);
    let largest = format!("{{\"amount\": {LARGEST}}}");
    shop.raw("/users/7/balance/charges", largest)
        .await
        .expect(201);
    let one_more = shop
        .raw("/users/7/balance/charges", "{\"amount\": 1}")
        .await
        .expect(400);
    assert!(errors(&one_more.json())[0].starts_with("/amount is too large: the balance"));
}

#[tokio::test]
async fn every_wrong_place_of_a_body_is_named() {
    let shop = Shop::open(Engine::ANY).await;
    shop.user(7, 0).await;
    let order = "/orders";
    let campaign = "/campaigns";
    let dates = format!(
        "\"validFrom\":\"{}\",\"validUntil\":\"{}\"",
        ALWAYS[0], ALWAYS[1]
    );
    let with = |rest: &str| format!("{{\"name\":\"C\",{dates},\"quantity\":1,{rest}}}");
    let table: Vec<(&str, String, Vec<&str>)> = vec![
        (order, "".into(), vec!["/ is required"]),
        (order, "   ".into(), vec!["/ ends before the JSON value does"]),
        (order, "{".into(), vec!["/ ends before the JSON value does"]),
        (order, "{\"userId\": 7,}".into(), vec!["/ is not JSON from line 1, column 14 on"]),
        (order, "{} {}".into(), vec!["/ is not JSON from line 1, column 4 on"]),
        (order, "null".into(), vec!["/ is required"]),
        (order, "7".into(), vec!["/ must be an object"]),
        (order, "[7,[[1,2]],null,null]".into(), vec!["/ must be an object"]),
        (order, "{}".into(), vec!["/userId is required", "/items is required"]),
        (
            order,
            "{\"userId\":7,\"items\":[[1,2]]}".into(),
            vec!["/items/0 must be an object"],
        ),
        (order, "{\"userId\":7,\"items\":{}}".into(), vec!["/items must be an array"]),
        (order, "{\"userId\":7,\"items\":[]}".into(), vec!["/items must have 1 to 100 items"]),
        (
            order,
            "{\"userId\":7,\"userId\":8,\"items\":[{\"productId\":1,\"quantity\":1}]}".into(),
            vec!["/userId is given more than once; give it once"],
        ),
        (
            order,
            "{\"userId\":7,\"couponID\":\"x\",\"items\":[{\"productId\":1,\"quantity\":0},{\"a/b~\":1}]}"
                .into(),
            vec![
                "/couponID is not a member of this request; check its spelling",
                "/items/0/quantity must be an integer from 1 to 9007199254740991",
                "/items/1/a~1b~0 is not a member of this request; check its spelling",
                "/items/1/productId is required",
                "/items/1/quantity is required",
            ],
        ),
        (
            order,
            "{\"userId\":0,\"items\":[{\"productId\":1,\"quantity\":1}]}".into(),
            vec!["/userId must be an integer from 1 to 9007199254740991"],
        ),
        (
            order,
            "{\"userId\":7,\"items\":[{\"productId\":1,\"quantity\":1}],\"couponId\":\"x\"}".into(),
            vec!["/couponId must be a UUID, as the server gave it out"],
        ),
        (
            order,
            "{\"userId\":\"7\",\"items\":[],\"couponId\":\"x\",\"expectedTotal\":-1}".into(),
            vec![
                "/userId must be an integer, without decimals or exponent",
                "/items must have 1 to 100 items",
                "/couponId must be a UUID, as the server gave it out",
                "/expectedTotal must be an integer from 0 to 9007199254740991",
            ],
        ),
        (
            "/products/3/stock/adjustments",
            "{\"delta\":0,\"reason\":7}".into(),
            vec!["/delta must not be 0", "/reason must be a string"],
        ),
        (
            campaign,
            "{\"name\":\"a\\nb\",\"validFrom\":\"today\",\"quantity\":1,\
             \"discount\":{\"type\":\"FIXED\",\"amount\":0}}"
                .into(),
            vec![
                "/name must not hold control characters",
                "/validFrom must be a date and time of RFC 3339 with a zone, such as 2026-11-20T09:00:00Z",
                "/discount/amount must be an integer from 1 to 9007199254740991",
                "/validUntil is required",
            ],
        ),
        (campaign, with("\"discount\":{}"), vec!["/discount/type is required"]),
        (campaign, with("\"discount\":[\"FIXED\",1]"), vec!["/discount must be an object"]),
        (
            campaign,
            with("\"discount\":{\"type\":\"GIFT\"}"),
            vec!["/discount/type must be one of FIXED, PERCENT"],
        ),
        (
            campaign,
            with("\"discount\":{\"type\":\"FIXED\",\"amount\":1,\"percent\":1}"),
            vec!["/discount/percent is not a member of this request; check its spelling"],
        ),
        (
            campaign,
            with("\"discount\":{\"type\":\"PERCENT\",\"percent\":101}"),
            vec!["/discount/percent must be an integer from 1 to 100"],
        ),
        (
            campaign,
            "{\"name\":\"C\",\"validFrom\":\"today\",\"validUntil\":\"2026-11-20\",\"quantity\":1,\
             \"discount\":{\"type\":\"FIXED\",\"amount\":1}}"
                .into(),
            vec![
                "/validFrom must be a date and time of RFC 3339 with a zone, such as 2026-11-20T09:00:00Z",
                "/validUntil must be a date and time of RFC 3339 with a zone, such as 2026-11-20T09:00:00Z",
            ],
        ),
        (
            campaign,
            "{\"name\":\"\",\"validFrom\":\"2026-11-20T00:00:00Z\",\
             \"validUntil\":\"2026-11-20T09:00:00+09:00\",\"quantity\":0,\
             \"discount\":{\"type\":\"FIXED\",\"amount\":1}}"
                .into(),
            vec![
                "/name must have 1 to 200 characters",
                "/validUntil must be later than `validFrom`",
                "/quantity must be an integer from 1 to 9007199254740991",
            ],
        ),
    ];
    for (path, body, expected) in table {
        let reply = shop.raw(path, body.clone()).await;
        assert_eq!(
            reply.problem(),
            (400, "validation-failed".to_owned()),
            "{body}"
        );
        let found: Vec<_> = errors(&reply.json())
            .into_iter()
            .map(|it| {
                if it.starts_with(' ') {
                    format!("/{it}")
                } else {
                    it
                }
            })
            .collect();
        assert_eq!(found, expected, "{body}");
    }
}

on_each_engine!(a_path_id_is_a_positive_integer_written_plainly);
async fn a_path_id_is_a_positive_integer_written_plainly(engine: Engine) {
    let shop = Shop::open(engine).await;
    for id in [
        "0",
        "-1",
        "01",
        "1.0",
        "x",
        "9007199254740992",
        "9223372036854775808",
        "%00",
        "%ff",
    ] {
        for path in [
            format!("/users/{id}"),
            format!("/products/{id}"),
            format!("/campaigns/{id}"),
        ] {
            let reply = shop.get(&path).await;
            assert_eq!(
                reply.problem(),
                (400, "validation-failed".to_owned()),
                "{path}"
            );
        }
        let reply = shop.get(&format!("/orders/{id}")).await;
        assert_eq!(reply.problem(), (404, "order-not-found".to_owned()), "{id}");
    }
    shop.get("/users/9007199254740991").await.expect(404);
}

on_each_engine!(a_query_has_known_parameters_within_their_bounds);
async fn a_query_has_known_parameters_within_their_bounds(engine: Engine) {
    let shop = Shop::open(engine).await;
    shop.user(7, 0).await;
    shop.product(3, 1, 0).await;
    let product_cursor = "p00000000000003";
    let table = [
        ("/products?limit=0", 400),
        ("/products?limit=1", 200),
        ("/products?limit=200", 200),
        ("/products?limit=201", 400),
        ("/products?limit=", 400),
        ("/products?limit=%2B5", 400),
        ("/products?limit=1.0", 400),
        ("/products?limit=9223372036854775808", 400),
        ("/products?Limit=1", 400),
        ("/products?limit=1&limit=1", 400),
        ("/products?", 200),
        (&format!("/products?cursor={product_cursor}"), 200),
        (&format!("/campaigns?cursor={product_cursor}"), 400),
        (&format!("/users/7/orders?cursor={product_cursor}"), 400),
        ("/products?cursor=", 400),
        ("/products?cursor=%ff", 400),
        ("/products/popular?days=0", 400),
        ("/products/popular?days=365&limit=100", 200),
        ("/products/popular?days=366", 400),
        ("/products/popular?limit=101", 400),
        ("/events?after=-1", 400),
        ("/events?after=9007199254740991", 200),
        ("/events?after=9007199254740992", 400),
        ("/events?after=00000000000000000001", 200),
        ("/orders", 400),
        ("/orders?userId=7", 400),
        ("/orders?idempotencyKey=k", 400),
        ("/orders?userId=0&idempotencyKey=k", 400),
        ("/orders?userId=7&idempotencyKey=", 400),
        ("/orders?userId=7&idempotencyKey=a%20b", 400),
        ("/orders?userId=7&idempotencyKey=k", 200),
    ];
    for (path, status) in table {
        let reply = shop.get(path).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text);
        if status == 400 {
            assert_eq!(reply.problem().1, "validation-failed", "{path}");
        }
    }
    let named = [
        (
            "/products?limit=1&limits=2&limit=3",
            vec![
                "limits is not a parameter of this endpoint; check its spelling",
                "limit is given more than once; give it once",
            ],
        ),
        (
            "/orders?userId=7&idempotencyKey=",
            vec!["idempotencyKey must be 1 to 255 visible ASCII characters, quoted or bare"],
        ),
    ];
    for (path, expected) in named {
        assert_eq!(errors(&shop.get(path).await.json()), expected, "{path}");
    }
    let both = shop.get("/orders").await.json();
    assert_eq!(
        errors(&both),
        ["userId is required", "idempotencyKey is required"]
    );
}

on_each_engine!(a_key_is_one_header_of_visible_ascii);
async fn a_key_is_one_header_of_visible_ascii(engine: Engine) {
    let shop = Shop::open(engine).await;
    shop.user(7, 0).await;
    let long = "k".repeat(255);
    let table: Vec<(Vec<&[u8]>, u16)> = vec![
        (vec![b"k"], 201),
        (vec![b"\"k\""], 201),
        (vec![long.as_bytes()], 201),
        (vec![b"two words"], 400),
        (vec![b""], 400),
        (vec![b"\"\""], 400),
        (vec!["열쇠".as_bytes()], 400),
        (vec![b"k", b"k"], 400),
    ];
    for (values, status) in table {
        let mut request = shop.request(Method::POST, "/users/7/balance/charges");
        for value in &values {
            request = request.header("idempotency-key", *value);
        }
        let reply = send(request.json(&json!({"amount": 1}))).await;
        assert_eq!(reply.status, status, "{values:?}: {}", reply.text);
    }
}
