use insta::assert_json_snapshot;
use serde_json::json;

use crate::harness::{Engine, Shop, on_each_engine};

on_each_engine!(the_ledger_holds_every_change_newest_first);
async fn the_ledger_holds_every_change_newest_first(engine: Engine) {
    let shop = Shop::open(engine).await;
    shop.user(7, 0).await;
    let charge = json!({"amount": 50_000, "reference": "card-4711"});
    let charged = shop
        .post("/users/7/balance/charges", charge)
        .await
        .expect(201);
    assert_json_snapshot!("balance-charged", charged.snapshot());
    let adjustment = json!({"amount": -20_000, "reason": "charged twice"});
    let adjusted = shop
        .post("/users/7/balance/adjustments", adjustment)
        .await
        .expect(201);
    assert_json_snapshot!("balance-adjusted", adjusted.snapshot());
    assert_json_snapshot!("balance", shop.get("/users/7/balance").await.snapshot());
    assert_json_snapshot!(
        "balance-entries",
        shop.get("/users/7/balance/entries").await.snapshot()
    );
}

on_each_engine!(a_list_is_read_page_by_page_without_gap_or_repeat);
async fn a_list_is_read_page_by_page_without_gap_or_repeat(engine: Engine) {
    let shop = Shop::open(engine).await;
    shop.user(7, 0).await;
    for amount in 1..=5 {
        shop.post("/users/7/balance/charges", json!({"amount": amount}))
            .await
            .expect(201);
    }
    let mut amounts = Vec::new();
    let mut path = "/users/7/balance/entries?limit=2".to_owned();
    loop {
        let page = shop.get(&path).await.expect(200).json();
        amounts.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["amount"].clone()),
        );
        match page["nextCursor"].as_str() {
            Some(cursor) => path = format!("/users/7/balance/entries?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(amounts, [5, 4, 3, 2, 1].map(|amount| json!(amount)));
}

on_each_engine!(an_adjustment_below_zero_asks_for_a_lower_amount_and_no_charge);
async fn an_adjustment_below_zero_asks_for_a_lower_amount_and_no_charge(engine: Engine) {
    let shop = Shop::open(engine).await;
    shop.user(7, 100).await;
    let adjustment = json!({"amount": -101, "reason": "charged twice"});
    let reply = shop.post("/users/7/balance/adjustments", adjustment).await;
    assert_eq!(reply.problem(), (400, "insufficient-balance".to_owned()));
    let detail = "The balance is 100, and the adjustment takes 101. Lower the amount taken.";
    assert_eq!(reply.json()["detail"], json!(detail));
}
