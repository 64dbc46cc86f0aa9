use insta::assert_json_snapshot;
use jumun_domain::Timestamp;
use jumun_store::delivery::{AttemptResult, Hold, Progress};
use serde_json::{Value, json};

use super::{place, stock};
use crate::harness::{Dispatcher, Engine, RECORDED_AT, Shop, failed, first_tries, on_each_engine};

const DELIVERIES: &str = "/platforms/p/deliveries";

fn minutes(number: i64) -> Timestamp {
    Timestamp::from_micros(RECORDED_AT.as_micros() + number * 60_000_000)
}

/// A platform with an event in each state: 1 was there before it, 2 is
/// delivered, 3 fails and blocks 4, 5 is dead, and 6 waits.
async fn every_state(engine: Engine) -> (Shop, Dispatcher) {
    let shop = Shop::open(engine).await;
    stock(&shop).await;
    place(&shop, 7).await;
    let dispatcher = Dispatcher::of(&shop, "p").await;
    for user_id in [7, 7, 7, 8, 8] {
        place(&shop, user_id).await;
    }
    let failing = Hold::Failing {
        failed_attempts: 2,
        first_failed_at: minutes(0),
        last_failed_at: minutes(1),
        next_attempt_at: minutes(3),
    };
    let dead = Hold::Dead {
        failed_attempts: 1,
        first_failed_at: minutes(0),
        last_failed_at: minutes(0),
        died_at: minutes(4),
    };
    dispatcher
        .record(Progress {
            position: 5,
            first_tries: vec![first_tries(2, &[true, false, false, false])],
            held: vec![
                dispatcher.held(3, failing).await,
                dispatcher.held(4, Hold::Behind).await,
                dispatcher.held(5, dead).await,
            ],
            attempts: vec![
                failed(3, 0, AttemptResult::Status, Some(503)),
                failed(5, 0, AttemptResult::Timeout, None),
                failed(3, 1, AttemptResult::Connect, None),
            ],
            ..Progress::default()
        })
        .await;
    (shop, dispatcher)
}

on_each_engine!(a_platform_tells_what_it_has_lacks_and_failed_to_take);
async fn a_platform_tells_what_it_has_lacks_and_failed_to_take(engine: Engine) {
    let (shop, dispatcher) = every_state(engine).await;
    let platform = shop.get("/platforms/p").await.expect(200);
    let lag = platform.json()["lagSeconds"].as_f64().unwrap();
    assert!((0.0..600.0).contains(&lag), "{lag}");
    let mut shown = platform.snapshot();
    shown["body"]["lagSeconds"] = json!("[seconds]");
    assert_json_snapshot!("platform", shown);
    let all = shop.get("/platforms").await.expect(200).json();
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
    let mut listed = all["items"][0].clone();
    listed["lagSeconds"] = platform.json()["lagSeconds"].clone();
    assert_eq!(lease_left_out(listed), lease_left_out(platform.json()));

    dispatcher.release().await;
    let left = shop.get("/platforms/p").await.expect(200).json();
    assert_eq!(left["leasedUntil"], Value::Null, "nobody delivers");
}

/// Each look at the lease may find it renewed.
fn lease_left_out(mut platform: Value) -> Value {
    assert!(platform["leasedUntil"].is_string(), "{platform}");
    platform["leasedUntil"] = Value::Null;
    platform
}

on_each_engine!(a_platform_that_has_everything_lags_by_nothing);
async fn a_platform_that_has_everything_lags_by_nothing(engine: Engine) {
    let shop = Shop::open(engine).await;
    assert_eq!(shop.get("/platforms").await.json(), json!({"items": []}));
    stock(&shop).await;
    let dispatcher = Dispatcher::of(&shop, "p").await;
    let lags = async || {
        let platform = shop.get("/platforms/p").await.expect(200).json();
        let lag_seconds = platform["lagSeconds"].as_f64().unwrap();
        (platform["lagEvents"].as_i64().unwrap(), lag_seconds > 0.0)
    };
    assert_eq!(lags().await, (0, false));
    place(&shop, 7).await;
    assert_eq!(lags().await, (1, true));
    dispatcher
        .record(Progress {
            position: 1,
            first_tries: vec![first_tries(1, &[true])],
            ..Progress::default()
        })
        .await;
    assert_eq!(lags().await, (0, false));
}

on_each_engine!(what_became_of_events_is_listed_newest_first);
async fn what_became_of_events_is_listed_newest_first(engine: Engine) {
    let (shop, _dispatcher) = every_state(engine).await;
    let all = shop.get(DELIVERIES).await.expect(200);
    assert_json_snapshot!("deliveries", all.snapshot());
    let all = all.json()["items"].as_array().unwrap().clone();
    let expected = [
        (6, "WAITING"),
        (5, "DEAD"),
        (4, "BLOCKED"),
        (3, "FAILING"),
        (2, "DELIVERED"),
        (1, "NOT_SENT"),
    ];
    for (delivery, (sequence, state)) in all.iter().zip(expected) {
        assert_eq!(delivery["sequence"], json!(sequence));
        assert_eq!(delivery["state"], json!(state));
        let one = shop.get(&format!("{DELIVERIES}/{sequence}")).await;
        let mut one = one.expect(200).json();
        one.as_object_mut().unwrap().remove("attempts").unwrap();
        assert_eq!(&one, delivery, "alone it is told the same");
        let filtered = shop.get(&format!("{DELIVERIES}?state={state}")).await;
        if ["FAILING", "BLOCKED", "DEAD"].contains(&state) {
            let page = filtered.expect(200).json();
            assert_eq!(page, json!({"items": [delivery], "nextCursor": null}));
        } else {
            assert_eq!(filtered.problem(), (400, "validation-failed".to_owned()));
        }
    }
    let events = shop.get("/events").await.expect(200).json();
    for (event, delivery) in events["items"]
        .as_array()
        .unwrap()
        .iter()
        .zip(all.iter().rev())
    {
        let of_event = [
            &event["id"],
            &event["type"],
            &event["time"],
            &event["subject"],
        ];
        let members = ["eventId", "type", "time", "orderId"];
        assert_eq!(of_event, members.map(|name| &delivery[name]));
    }
}

on_each_engine!(a_list_of_deliveries_goes_on_where_its_page_ended);
async fn a_list_of_deliveries_goes_on_where_its_page_ended(engine: Engine) {
    let (shop, dispatcher) = every_state(engine).await;
    let dead = Hold::Dead {
        failed_attempts: 1,
        first_failed_at: minutes(0),
        last_failed_at: minutes(0),
        died_at: minutes(4),
    };
    dispatcher
        .record(Progress {
            position: 6,
            first_tries: vec![first_tries(6, &[false])],
            held: vec![dispatcher.held(6, dead).await],
            ..Progress::default()
        })
        .await;
    for query in ["", "&state=DEAD", "&state=BLOCKED"] {
        let whole = shop.get(&format!("{DELIVERIES}?limit=200{query}")).await;
        let whole = whole.expect(200).json();
        assert_eq!(whole["nextCursor"], Value::Null);
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("{DELIVERIES}?limit=1{query}{cursor}");
            let page = shop.get(&path).await.expect(200).json();
            seen.extend_from_slice(page["items"].as_array().unwrap());
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
            assert!(seen.len() < 10, "it never ends");
        }
        assert_eq!(json!(seen), whole["items"], "{query}");
    }
}

on_each_engine!(one_event_is_told_with_every_attempt);
async fn one_event_is_told_with_every_attempt(engine: Engine) {
    let (shop, dispatcher) = every_state(engine).await;
    let failing = shop.get(&format!("{DELIVERIES}/3")).await.expect(200);
    assert_json_snapshot!("delivery-failing", failing.snapshot());
    let at: Vec<_> = failing.json()["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attempt| attempt["at"].as_str().unwrap().to_owned())
        .collect();
    let expected = ["2025-11-20T10:00:00.000000Z", "2025-11-20T10:01:00.000000Z"];
    assert_eq!(at, expected, "oldest first");

    let mut delivered = failed(3, 3, AttemptResult::Delivered, Some(200));
    delivered.excerpt = String::new();
    dispatcher
        .record(Progress {
            position: 5,
            delivered: vec![3],
            attempts: vec![delivered],
            ..Progress::default()
        })
        .await;
    let delivered = shop.get(&format!("{DELIVERIES}/3")).await.expect(200);
    assert_json_snapshot!("delivery-delivered", delivered.snapshot());
}
