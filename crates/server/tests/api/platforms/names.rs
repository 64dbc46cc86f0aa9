use serde_json::json;

use super::path;
use crate::harness::{Dispatcher, Engine, Shop, on_each_engine};

on_each_engine!(a_platform_of_any_name_is_found_by_its_encoded_name);
async fn a_platform_of_any_name_is_found_by_its_encoded_name(engine: Engine) {
    let names = [
        "https://example.com/events",
        "https://example.com:8443/a/b?tenant=1&x=%2F#here",
        "nats://10.0.0.1:4222/shop.orders",
        "file:///var/lib/jumun/events.jsonl",
        "데이터 플랫폼",
        "a b+c",
        "100%",
        "pause",
    ];
    let shop = Shop::open(engine).await;
    for name in names {
        Dispatcher::of(&shop, name).await.release().await;
    }
    let plain = "/platforms/https%3A%2F%2Fexample.com%2Fevents";
    assert_eq!(path(names[0]), plain);
    for name in names {
        let path = path(name);
        for below in ["", "/deliveries"] {
            shop.get(&format!("{path}{below}")).await.expect(200);
        }
        for act in ["pause", "resume"] {
            let reply = shop.post_nothing(&format!("{path}/{act}")).await;
            assert_eq!(reply.expect(200).json()["name"], json!(name));
        }
    }
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    let all = shop.get("/platforms").await.expect(200).json();
    let listed = all["items"].as_array().unwrap().iter();
    let listed: Vec<_> = listed.map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(listed, sorted, "by name");
    for name in names {
        shop.delete(&path(name)).await.expect(204);
    }
    assert_eq!(shop.get("/platforms").await.json(), json!({"items": []}));
}
