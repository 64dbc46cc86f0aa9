use insta::assert_json_snapshot;
use jumun_store::delivery::MAX_OPEN_REPLAYS;
use serde_json::{Value, json};

use super::{place, stock};
use crate::harness::{Dispatcher, Engine, Shop, on_each_engine};

const REPLAY: &str = "/platforms/p/replay";

/// A shop with three events, and a platform that is known since the second.
async fn shop_with_events(engine: Engine) -> Shop {
    let shop = Shop::open(engine).await;
    stock(&shop).await;
    place(&shop, 7).await;
    place(&shop, 7).await;
    Dispatcher::of(&shop, "p").await;
    place(&shop, 8).await;
    shop
}

on_each_engine!(a_replay_is_kept_as_it_was_asked_for);
async fn a_replay_is_kept_as_it_was_asked_for(engine: Engine) {
    let shop = shop_with_events(engine).await;
    let table = [
        ("one", json!({"sequence": 2}), json!([2, 2, 1])),
        ("range", json!({"from": 1, "to": 3}), json!([1, 3, 0])),
        (
            "to-the-end",
            json!({"from": 2, "to": 9_007_199_254_740_991_i64, "sequence": null}),
            json!([2, 3, 1]),
        ),
        (
            "failed",
            json!({"failedSince": "2000-01-01T00:00:00Z"}),
            json!([null, null, null]),
        ),
    ];
    let mut kept = Vec::new();
    for (name, body, expected) in table {
        let replay = shop.post(REPLAY, body).await.expect(202);
        assert_json_snapshot!(format!("replay-{name}"), replay.snapshot());
        let replay = replay.json();
        let range = ["from", "to", "position"].map(|member| replay[member].clone());
        assert_eq!(json!(range), expected, "{name}");
        kept.push(replay);
    }
    let platform = shop.get("/platforms/p").await.expect(200).json();
    assert_eq!(platform["replays"], json!(kept), "oldest first");
}

on_each_engine!(a_platform_has_so_many_replays_and_no_more);
async fn a_platform_has_so_many_replays_and_no_more(engine: Engine) {
    let shop = shop_with_events(engine).await;
    for _ in 0..MAX_OPEN_REPLAYS {
        shop.post(REPLAY, json!({"sequence": 1})).await.expect(202);
    }
    let one_more = shop.post(REPLAY, json!({"sequence": 1})).await;
    assert_eq!(
        one_more.problem(),
        (409, "replay-limit-exceeded".to_owned())
    );
    let platform = shop.get("/platforms/p").await.expect(200).json();
    let replays = platform["replays"].as_array().unwrap().len();
    assert_eq!(replays, MAX_OPEN_REPLAYS);
}

on_each_engine!(a_replay_of_no_event_is_refused_where_it_names_it);
async fn a_replay_of_no_event_is_refused_where_it_names_it(engine: Engine) {
    let shop = Shop::open(engine).await;
    Dispatcher::of(&shop, "p").await;
    let check = async |body: Value, pointer: &str, message: &str| {
        let reply = shop.post(REPLAY, body).await;
        assert_eq!(reply.problem(), (400, "validation-failed".to_owned()));
        let expected = json!([{"pointer": pointer, "message": message}]);
        assert_eq!(reply.json()["errors"], expected);
    };
    let none = "is of no event: there is none yet";
    check(json!({"sequence": 1}), "/sequence", none).await;
    stock(&shop).await;
    place(&shop, 7).await;
    let newest = "is of no event: the newest has the sequence 1";
    check(json!({"sequence": 2}), "/sequence", newest).await;
    check(json!({"from": 2, "to": 3}), "/from", newest).await;
}
