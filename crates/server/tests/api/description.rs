//! The API description: checked in, true, and complete.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{ALWAYS, Dispatcher, Engine, Shop, on_each_engine};

fn description() -> Value {
    serde_json::from_str(&jumun_server::openapi_json()).unwrap()
}

#[test]
fn the_checked_in_description_is_the_one_that_is_served() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let now = jumun_server::openapi_json();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let checked_in = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        checked_in == now,
        "docs/openapi.json is not what the server serves; if the change is meant, run \
         `UPDATE_OPENAPI=1 cargo test -p jumun-server --test api description` and commit the file"
    );
}

/// One successful request for each operation; the coverage test below fails
/// when one is missing. A path in braces is filled in from the shop.
fn rows() -> Vec<(&'static str, &'static str, &'static str, Option<Value>)> {
    let campaign = json!({
        "name": "C", "discount": {"type": "PERCENT", "percent": 10, "maxAmount": 500},
        "validFrom": ALWAYS[0], "validUntil": ALWAYS[1], "quantity": 5,
    });
    let order = json!({"userId": 1, "items": [{"productId": 1, "quantity": 1}]});
    vec![
        ("put", "/users/{userId}", "", Some(json!({"name": null}))),
        ("get", "/users/{userId}", "", None),
        ("get", "/users/{userId}/balance", "", None),
        (
            "post",
            "/users/{userId}/balance/charges",
            "",
            Some(json!({"amount": 1})),
        ),
        (
            "post",
            "/users/{userId}/balance/adjustments",
            "",
            Some(json!({"amount": -1, "reason": "r"})),
        ),
        ("get", "/users/{userId}/balance/entries", "?limit=1", None),
        ("get", "/users/{userId}/coupons", "", None),
        ("get", "/users/{userId}/orders", "?limit=200", None),
        ("get", "/products", "", None),
        ("get", "/products/popular", "?days=1&limit=1", None),
        (
            "put",
            "/products/{productId}",
            "",
            Some(json!({"name": "P", "price": 10})),
        ),
        ("get", "/products/{productId}", "", None),
        (
            "post",
            "/products/{productId}/stock/adjustments",
            "",
            Some(json!({"delta": 5})),
        ),
        ("get", "/products/{productId}/stock/adjustments", "", None),
        ("post", "/campaigns", "", Some(campaign)),
        ("get", "/campaigns", "", None),
        ("get", "/campaigns/{campaignId}", "", None),
        (
            "post",
            "/campaigns/{campaignId}/coupons",
            "",
            Some(json!({"userId": 1})),
        ),
        ("post", "/orders", "", Some(order.clone())),
        ("get", "/orders", "?userId=1&idempotencyKey=k", None),
        ("post", "/orders/quote", "", Some(order)),
        ("get", "/orders/{orderId}", "", None),
        (
            "post",
            "/orders/{orderId}/cancel",
            "",
            Some(json!({"restock": false})),
        ),
        ("get", "/events", "?after=0", None),
        ("get", "/schemas/order/1", "", None),
        ("get", "/platforms", "", None),
        ("get", "/platforms/{name}", "", None),
        ("get", "/platforms/{name}/deliveries", "?limit=1", None),
        ("get", "/platforms/{name}/deliveries/{sequence}", "", None),
        (
            "post",
            "/platforms/{name}/replay",
            "",
            Some(json!({"from": 1, "to": 1})),
        ),
        ("post", "/platforms/{name}/pause", "", None),
        ("post", "/platforms/{name}/resume", "", None),
        ("delete", "/platforms/{name}", "", None),
        ("post", "/tokens", "", Some(json!({"scopes": ["admin"]}))),
        ("get", "/tokens", "?limit=1", None),
        ("get", "/tokens/{tokenId}", "", None),
        ("delete", "/tokens/{tokenId}", "", None),
        ("get", "/changes", "?limit=10", None),
        ("get", "/livez", "", None),
        ("get", "/readyz", "", None),
        ("get", "/metrics", "", None),
        ("get", "/openapi.json", "", None),
        ("get", "/docs", "", None),
        ("get", "/problems", "?lang=ko", None),
        ("get", "/problems/{code}", "?lang=en", None),
        ("get", "/assets/jumun.css", "", None),
    ]
}

#[test]
fn every_operation_has_a_row() {
    let description = description();
    let mut documented = BTreeSet::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            documented.insert((method.clone(), path.clone()));
        }
    }
    let tested = rows()
        .into_iter()
        .map(|it| (it.0.to_owned(), it.1.to_owned()))
        .collect();
    assert_eq!(documented, tested, "add a row for each new operation");
}

on_each_engine!(every_operation_answers_with_a_documented_status_type_and_shape);
async fn every_operation_answers_with_a_documented_status_type_and_shape(engine: Engine) {
    let description = description();
    let shop = Shop::open(engine).await;
    shop.user(1, 10_000).await;
    shop.product(1, 100, 50).await;
    shop.campaign(5, ALWAYS, None).await;
    let order = json!({"userId": 1, "items": [{"productId": 1, "quantity": 2}]});
    let order = shop.post("/orders", order).await.expect(201).json();
    // Nobody delivers any more, so that it can be forgotten.
    Dispatcher::of(&shop, "p").await.release().await;
    let token = shop
        .post("/tokens", json!({"userId": 1}))
        .await
        .expect(201)
        .json();
    for (method, path, query, body) in rows() {
        let filled = path
            .replace("{orderId}", order["orderId"].as_str().unwrap())
            .replace("{code}", "out-of-stock")
            .replace("{tokenId}", token["tokenId"].as_str().unwrap())
            .replace("{name}", "p")
            .replace("{sequence}", "1")
            .replace("{userId}", "1")
            .replace("{productId}", "1")
            .replace("{campaignId}", "1");
        let reply = match (method, body) {
            ("get", _) => shop.get(&format!("{filled}{query}")).await,
            ("put", Some(body)) => shop.put(&filled, body).await,
            ("post", Some(body)) => shop.post(&filled, body).await,
            ("post", None) => shop.post_nothing(&filled).await,
            ("delete", None) => shop.delete(&filled).await,
            (method, _) => unreachable!("no {method} is made like this"),
        };
        assert!(reply.status.is_success(), "{method} {path}: {}", reply.text);
        let answers = &description["paths"][path][method]["responses"];
        let answer = &answers[reply.status.as_str()];
        if reply.status == 204 {
            assert!(answer.is_object() && answer["content"].is_null(), "{path}");
            continue;
        }
        let (media, content) = answer["content"]
            .as_object()
            .unwrap()
            .iter()
            .next()
            .unwrap();
        assert_eq!(
            reply.header("content-type"),
            Some(media.as_str()),
            "{method} {path}"
        );
        if media == "application/json" {
            fits(
                &description,
                &content["schema"],
                &reply.json(),
                &format!("{method} {path}"),
            );
        }
    }
}

#[tokio::test]
async fn a_parameter_that_an_operation_does_not_know_is_refused() {
    // They answer probes and readers, whatever is added for a cache or a mailer.
    const LENIENT: [&str; 5] = [
        "/livez",
        "/readyz",
        "/metrics",
        "/openapi.json",
        "/assets/jumun.css",
    ];
    let shop = Shop::open(Engine::ANY).await;
    for (method, path, query, body) in rows() {
        if LENIENT.contains(&path) || path == "/docs" || path.starts_with("/schemas") {
            continue;
        }
        let filled = path
            .replace("{orderId}", "01937d5e-0000-7000-8000-000000000000")
            .replace("{code}", "out-of-stock")
            .replace("{tokenId}", "01937d5e8f012345")
            .replace("{name}", "p")
            .replace(['{', '}'], "")
            .replace("userId", "1")
            .replace("productId", "1")
            .replace("campaignId", "1")
            .replace("sequence", "1");
        let sign = if query.is_empty() { "?" } else { "&" };
        let method: reqwest::Method = method.to_uppercase().parse().unwrap();
        let request = shop.request(method, &format!("{filled}{query}{sign}zzz=1"));
        let reply = crate::harness::send(match &body {
            Some(body) => request.json(body),
            None => request,
        })
        .await;
        let problem = (400, "validation-failed".to_owned());
        assert_eq!(reply.problem(), problem, "{path}: {}", reply.text);
        assert_eq!(reply.json()["errors"][0]["parameter"], "zzz", "{path}");
    }
}

/// Whether the value has what its schema requires, and nothing undocumented.
fn fits(description: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let schema = description.pointer(&reference[1..]).unwrap();
        return fits(description, schema, value, place);
    }
    if let Some(variants) = schema["oneOf"].as_array() {
        let is_null = |it: &&Value| it["type"] == "null";
        let of_tag = |it: &&Value| it["properties"]["type"]["enum"][0] == value["type"];
        let variant = match value {
            Value::Null => variants.iter().find(is_null),
            Value::Object(_) if variants[0]["properties"].is_object() => {
                variants.iter().find(of_tag)
            }
            _ => variants.iter().find(|it| !is_null(it)),
        };
        let variant = variant.unwrap_or_else(|| panic!("{place}: no variant takes {value}"));
        return fits(description, variant, value, place);
    }
    let mut parts = vec![schema];
    parts.extend(schema["allOf"].as_array().into_iter().flatten());
    let resolve = |part: &'_ Value| match part["$ref"].as_str() {
        Some(reference) => description.pointer(&reference[1..]).unwrap().clone(),
        None => part.clone(),
    };
    let parts: Vec<Value> = parts.into_iter().map(resolve).collect();
    if let Some(members) = value.as_object()
        && parts.iter().any(|part| part["properties"].is_object())
    {
        for (name, member) in members {
            let found = parts
                .iter()
                .map(|part| &part["properties"][name])
                .find(|it| !it.is_null());
            let property = found.unwrap_or_else(|| panic!("{place}/{name} is not documented"));
            fits(description, property, member, &format!("{place}/{name}"));
        }
        for required in parts
            .iter()
            .flat_map(|part| part["required"].as_array())
            .flatten()
        {
            let name = required.as_str().unwrap();
            assert!(
                members.contains_key(name),
                "{place}/{name} is required and missing"
            );
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        fits(
            description,
            &schema["items"],
            item,
            &format!("{place}/{index}"),
        );
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let takes = match &schema["type"] {
        Value::String(name) => name == kind,
        Value::Array(names) => names.contains(&json!(kind)),
        _ => true,
    };
    assert!(
        takes,
        "{place} is documented as {} and is {value}",
        schema["type"]
    );
}

#[test]
fn bodies_are_closed_and_every_integer_of_a_body_has_its_bounds() {
    let description = description();
    let schemas = description["components"]["schemas"].as_object().unwrap();
    let mut bodies = BTreeSet::new();
    for item in description["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let text = operation["requestBody"].to_string();
            bodies.extend(
                text.split("schemas/")
                    .skip(1)
                    .map(|it| it.split('"').next().unwrap().to_owned()),
            );
        }
    }
    bodies.extend(["NewOrderLine".to_owned(), "NewDiscount".to_owned()]);
    assert!(bodies.len() >= 9, "{bodies:?}");
    for name in bodies {
        let schema = &schemas[&name];
        let closed = |schema: &Value| {
            assert_eq!(
                schema["additionalProperties"],
                json!(false),
                "{name} is open: {schema}"
            );
            // A body without members has no properties either.
            for (member, property) in schema["properties"].as_object().into_iter().flatten() {
                if property["type"].to_string().contains("integer") {
                    let bounded = property["minimum"].is_i64() && property["maximum"].is_i64();
                    assert!(bounded, "{name}.{member} has no bounds");
                }
            }
        };
        match schema["oneOf"].as_array() {
            Some(variants) => variants.iter().for_each(closed),
            None => closed(schema),
        }
    }
}
