use insta::assert_json_snapshot;
use serde_json::json;

use crate::harness::{ALWAYS, ALWAYS_SHOWN, Engine, Shop, on_each_engine};

on_each_engine!(a_campaign_is_shown_as_it_was_created);
async fn a_campaign_is_shown_as_it_was_created(engine: Engine) {
    let shop = Shop::open(engine).await;
    let body = json!({
        "name": "Opening week",
        "discount": {"type": "PERCENT", "percent": 10, "maxAmount": 5000},
        "minimumSubtotal": 20_000,
        "validFrom": ALWAYS[0],
        "validUntil": "9000-01-01T09:00:00+09:00",
        "quantity": 3,
    });
    let created = shop.post("/campaigns", body).await.expect(201);
    assert_json_snapshot!("campaign-created", created.snapshot());
    assert_eq!(
        created.json()["validUntil"],
        json!(ALWAYS_SHOWN[1]),
        "times are shown in UTC, with six decimals"
    );
    let location = created.header("location").unwrap().to_owned();
    assert_eq!(shop.get(&location).await.expect(200).json(), created.json());
    shop.campaign(1, ALWAYS, None).await;
    assert_json_snapshot!(
        "campaigns",
        shop.get("/campaigns").await.expect(200).snapshot()
    );
}
