use jumun_store::delivery::Progress;
use serde_json::{Value, json};

use super::{place, stock};
use crate::harness::{Dispatcher, Engine, RECORDED_AT, Reply, Shop, on_each_engine};

async fn act(shop: &Shop, act: &str) -> Value {
    let reply = shop.post_nothing(&format!("/platforms/p/{act}")).await;
    reply.expect(200).json()
}

on_each_engine!(an_operator_pauses_and_resumes_a_platform);
async fn an_operator_pauses_and_resumes_a_platform(engine: Engine) {
    let shop = Shop::open(engine).await;
    let dispatcher = Dispatcher::of(&shop, "p").await;
    let active = act(&shop, "resume").await;
    assert_eq!(active["status"], json!("ACTIVE"));
    assert_eq!(active["pausedAt"], Value::Null);
    let paused = act(&shop, "pause").await;
    assert_eq!(paused["status"], json!("PAUSED"));
    assert!(paused["pausedAt"].is_string(), "{paused}");
    let again = act(&shop, "pause").await;
    assert_eq!(again["pausedAt"], paused["pausedAt"]);
    assert_eq!(act(&shop, "resume").await["status"], json!("ACTIVE"));

    dispatcher
        .record(Progress {
            gone_at: Some(RECORDED_AT),
            ..Progress::default()
        })
        .await;
    let gone = act(&shop, "pause").await;
    assert_eq!(gone["status"], json!("GONE"), "its first reason stays");
    assert_eq!(gone["pausedAt"], json!("2025-11-20T10:00:00.000000Z"));
    assert_eq!(act(&shop, "resume").await["status"], json!("ACTIVE"));
}

on_each_engine!(a_platform_that_takes_nothing_holds_up_neither_orders_nor_readiness);
async fn a_platform_that_takes_nothing_holds_up_neither_orders_nor_readiness(engine: Engine) {
    let shop = Shop::open(engine).await;
    stock(&shop).await;
    Dispatcher::of(&shop, "p").await;
    act(&shop, "pause").await;
    place(&shop, 7).await;
    shop.get("/readyz").await.expect(200);
    let waiting = shop.get("/platforms/p").await.expect(200).json();
    assert_eq!(waiting["lagEvents"], json!(1));
}

on_each_engine!(a_platform_is_forgotten_when_nobody_delivers_to_it);
async fn a_platform_is_forgotten_when_nobody_delivers_to_it(engine: Engine) {
    let shop = Shop::open(engine).await;
    stock(&shop).await;
    place(&shop, 7).await;
    let dispatcher = Dispatcher::of(&shop, "p").await;
    let refused = shop.delete("/platforms/p").await.problem();
    assert_eq!(refused, (409, "platform-in-use".to_owned()));
    shop.get("/platforms/p").await.expect(200);

    dispatcher.release().await;
    let forgotten = shop.delete("/platforms/p").await.expect(204);
    assert_eq!(forgotten.text, "");
    let gone = (404, "platform-not-found".to_owned());
    let replies: [Reply; 2] = [
        shop.get("/platforms/p").await,
        shop.delete("/platforms/p").await,
    ];
    for reply in replies {
        assert_eq!(reply.problem(), gone);
    }
    let events = shop.get("/events").await.expect(200).json();
    assert_eq!(events["items"].as_array().unwrap().len(), 1, "events stay");
}
