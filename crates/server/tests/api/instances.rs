//! Two servers over one database, as behind a load balancer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jumun_server::Config;
use serde_json::{Value, json};

use crate::harness::{ALWAYS, Data, Engine, Shop};
use crate::idempotency::protected;

/// How long a follower may take to see everything: far longer than a loaded
/// machine needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Two servers; a test keeps the data for as long as it uses them.
async fn pair() -> (Data, [Arc<Shop>; 2]) {
    let data = Data::new(Engine::Postgres);
    let one = Shop::serve(Config::default(), data.open().await).await;
    let two = Shop::serve(Config::default(), data.open().await).await;
    (data, [Arc::new(one), Arc::new(two)])
}

/// An order of one piece of product 3.
fn order(user_id: i64) -> Value {
    json!({"userId": user_id, "items": [{"productId": 3, "quantity": 1}]})
}

#[tokio::test]
async fn what_one_server_has_answered_the_other_knows() {
    let (_data, [one, two]) = pair().await;
    one.user(7, 5_000).await;
    two.product(3, 1_000, 10).await;
    let placed = one.post("/orders", order(7)).await.expect(201);
    let location = placed.header("location").unwrap();
    assert_eq!(two.get(location).await.expect(200).json(), placed.json());
    let cancel = format!("{location}/cancel");
    let cancelled = two.post(&cancel, json!({})).await.expect(200);
    assert_eq!(one.get(location).await.expect(200).json(), cancelled.json());
    assert_eq!(one.post(&cancel, json!({})).await.problem().0, 409);
    for shop in [one, two] {
        assert_eq!(shop.get("/users/7").await.json()["balance"], json!(5_000));
        assert_eq!(shop.get("/products/3").await.json()["stock"], json!(10));
    }
}

#[tokio::test]
async fn a_key_that_one_server_has_seen_is_replayed_by_the_other() {
    let (_data, [one, two]) = pair().await;
    one.user(7, 50_000).await;
    one.product(3, 100, 100).await;
    one.campaign(5, ALWAYS, None).await;
    let placed = one.post("/orders", order(7)).await.expect(201).json();
    let order_id = placed["orderId"].as_str().unwrap();
    for (number, (path, body, _)) in protected(order_id).into_iter().enumerate() {
        let key = format!("key-{number}");
        let first = one.keyed(&key, &path, body.clone()).await;
        assert!(first.status.is_success(), "{path}: {}", first.text);
        let again = two.keyed(&key, &path, body).await;
        assert_eq!(again.header("idempotent-replayed"), Some("true"), "{path}");
        let (first, again) = ((first.status, first.text), (again.status, again.text));
        assert_eq!(again, first, "{path}");
    }
    two.keyed("key", "/orders", order(7)).await.expect(201);
    let mut other = order(7);
    other["items"][0]["quantity"] = json!(2);
    let reused = one.keyed("key", "/orders", other).await;
    assert_eq!(reused.problem(), (422, "idempotency-key-reused".to_owned()));
}

#[tokio::test]
async fn a_hundred_at_once_with_one_key_at_two_servers_have_one_effect() {
    let (_data, shops) = pair().await;
    shops[0].user(7, 5_000).await;
    shops[0].product(3, 1_000, 10).await;
    let place = |shop: Arc<Shop>| {
        tokio::spawn(async move { shop.keyed("one", "/orders", order(7)).await.expect(201) })
    };
    let tasks: Vec<_> = (0..50).flat_map(|_| shops.clone().map(place)).collect();
    let (mut answers, mut replayed) = (std::collections::BTreeSet::new(), 0);
    for task in tasks {
        let reply = task.await.unwrap();
        replayed += usize::from(reply.header("idempotent-replayed").is_some());
        answers.insert(reply.text);
    }
    assert_eq!((answers.len(), replayed), (1, 99));
    assert_eq!(shops[1].get("/products/3").await.json()["stock"], json!(9));
}

#[tokio::test]
async fn the_last_piece_is_sold_once_by_two_servers() {
    const BUYERS: i64 = 40;
    let (_data, shops) = pair().await;
    shops[0].product(3, 10, 1).await;
    for user_id in 1..=BUYERS {
        shops[0].user(user_id, 10).await;
    }
    let buy = |user_id| {
        let shop = shops[usize::from(user_id % 2 == 0)].clone();
        tokio::spawn(async move { shop.post("/orders", order(user_id)).await })
    };
    let tasks: Vec<_> = (1..=BUYERS).map(buy).collect();
    let mut won = 0;
    for task in tasks {
        let reply = task.await.unwrap();
        match reply.status.as_u16() {
            201 => won += 1,
            _ => assert_eq!(reply.problem(), (400, "out-of-stock".to_owned())),
        }
    }
    assert_eq!(won, 1);
}

/// Reads events page by page while they come, until there are `count`.
async fn follow(shop: &Shop, count: usize) -> Vec<Value> {
    let deadline = Instant::now() + PATIENCE;
    let mut events = Vec::new();
    let mut after = "0".to_owned();
    while events.len() < count {
        let seen = events.len();
        assert!(Instant::now() < deadline, "{seen} of {count} were seen");
        let path = format!("/events?after={after}&limit=7");
        let page = shop.get(&path).await.expect(200).json();
        events.extend_from_slice(page["items"].as_array().unwrap());
        if let Some(last) = events.last() {
            after = last["sequence"].as_str().unwrap().to_owned();
        }
    }
    events
}

#[tokio::test]
async fn who_follows_the_events_sees_the_same_sequence_at_both_servers() {
    const ORDERS: usize = 20;
    const EVENTS: usize = 2 * 2 * ORDERS;
    let (_data, [one, two]) = pair().await;
    one.product(3, 10, 1_000).await;
    for user_id in [7, 8] {
        one.user(user_id, 1_000).await;
    }
    let place_and_cancel = async |user_id, at: &Shop, elsewhere: &Shop| {
        for _ in 0..ORDERS {
            let placed = at.post("/orders", order(user_id)).await.expect(201);
            let cancel = format!("{}/cancel", placed.header("location").unwrap());
            elsewhere.post(&cancel, json!({})).await.expect(200);
        }
    };
    // Some read while it happens, and must not pass over what commits late.
    let (.., at_one, at_two) = tokio::join!(
        place_and_cancel(7, &one, &two),
        place_and_cancel(8, &two, &one),
        follow(&one, EVENTS),
        follow(&two, EVENTS),
    );
    assert_eq!(at_one, at_two);
    let sequences: Vec<_> = at_one.iter().map(|it| it["sequence"].clone()).collect();
    let expected: Vec<_> = (1..=EVENTS).map(|it| json!(format!("{it:020}"))).collect();
    assert_eq!(sequences, expected);
    for shop in [one, two] {
        let after = shop.get("/events?limit=200").await.expect(200).json();
        assert_eq!(after["items"], json!(at_one));
    }
}
