use std::collections::HashSet;
use std::fs;

use serde_json::{Value, json};

use crate::support::{Client, Folder, Server};

/// More than one page of an export.
const ORDERS: usize = 1_100;

/// A shop with some orders; every tenth is cancelled.
async fn fill(client: &Client, orders: usize) -> Vec<Value> {
    client.user(1, 1_000_000).await;
    client.product(1, 10, 1_000_000).await;
    client.product(2, 20, 1_000_000).await;
    let mut placed = Vec::new();
    for place in 0..orders {
        let items = json!([{"productId": 1, "quantity": 1}, {"productId": 2, "quantity": 2}]);
        let reply = client
            .post("/orders", json!({"userId": 1, "items": items}))
            .await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        let mut order = reply.json();
        if place % 10 == 0 {
            let path = format!(
                "/orders/{}/cancel",
                order["orderId"].as_str().expect("an id")
            );
            order = client.post(&path, json!({"restock": false})).await.json();
        }
        placed.push(order);
    }
    placed
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

#[tokio::test]
async fn orders_and_events_are_exported_beside_a_server_as_the_api_shows_them() {
    for folder in Folder::of_each_engine() {
        let server = Server::start(&folder);
        let placed = fill(&server.client(), ORDERS).await;

        let orders = lines(&folder.shop_succeeds("export orders"));
        assert_eq!(orders, placed);

        let events = lines(&folder.shop_succeeds("export events"));
        let count = ORDERS + ORDERS.div_ceil(10);
        assert_eq!(events.len(), count);
        let mut shown = Vec::new();
        while shown.len() < count {
            let after = shown.last().map_or("0", |event: &Value| {
                event["sequence"].as_str().expect("text")
            });
            let page = server
                .client()
                .get(&format!("/events?limit=200&after={after}"))
                .await
                .json();
            shown.extend(page["items"].as_array().expect("items").clone());
        }
        assert_eq!(events, shown);
        server.stop();
    }
}

#[tokio::test]
async fn csv_has_a_row_for_each_line_of_an_order_and_for_each_event() {
    for folder in Folder::of_each_engine() {
        let server = Server::start(&folder);
        let placed = fill(&server.client(), 3).await;

        let text = folder.shop_succeeds("export orders --format csv");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().expect("a header").clone();
        let rows: Vec<csv::StringRecord> =
            reader.records().map(|row| row.expect("a row")).collect();
        assert_eq!(rows.len(), 6);
        let cell = |row: usize, column: &str| {
            rows[row][header
                .iter()
                .position(|name| name == column)
                .expect("a column")]
            .to_owned()
        };
        assert_eq!(
            cell(0, "orderId"),
            placed[0]["orderId"].as_str().expect("an id")
        );
        assert_eq!(
            (&*cell(0, "status"), &*cell(2, "status")),
            ("CANCELLED", "PAID")
        );
        assert_eq!(
            cell(0, "cancelledAt"),
            placed[0]["cancelledAt"].as_str().expect("a time")
        );
        assert_eq!(cell(2, "cancelledAt"), "");
        assert_eq!((&*cell(1, "productId"), &*cell(1, "amount")), ("2", "40"));
        assert_eq!((&*cell(1, "total"), &*cell(1, "currency")), ("50", "KRW"));

        let text = folder.shop_succeeds("export events --format csv --name seoul");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> =
            reader.records().map(|row| row.expect("a row")).collect();
        assert_eq!(rows.len(), 4);
        assert_eq!(
            (&rows[1][2], &rows[1][4]),
            ("jumun.order.cancelled", "/jumun/seoul")
        );
        let data: Value = serde_json::from_str(&rows[1][7]).expect("JSON");
        assert_eq!(data, placed[0]);
        server.stop();
    }
}

#[tokio::test]
async fn since_leaves_out_exactly_what_was_before() {
    for folder in Folder::of_each_engine() {
        let server = Server::start(&folder);
        let placed = fill(&server.client(), 60).await;
        let time = |order: &Value| order["createdAt"].as_str().expect("a time").to_owned();
        for place in [0, 1, 30, 59] {
            let since = time(&placed[place]);
            let line = format!("export orders --since {since}");
            let expected: Vec<&Value> = placed
                .iter()
                .filter(|order| instant(&time(order)) >= instant(&since))
                .collect();
            let exported = lines(&folder.shop_succeeds(&line));
            assert_eq!(
                exported.iter().collect::<Vec<_>>(),
                expected,
                "since {since}"
            );

            let line = format!("export events --since {since}");
            let events = lines(&folder.shop_succeeds(&line));
            let early = events
                .iter()
                .filter(|event| instant(event["time"].as_str().expect("a time")) < instant(&since));
            assert_eq!(early.count(), 0);
            let subjects: HashSet<&str> = events
                .iter()
                .map(|event| event["subject"].as_str().expect("an id"))
                .collect();
            for order in expected {
                assert!(
                    subjects.contains(order["orderId"].as_str().expect("an id")),
                    "{order}"
                );
            }
        }
        let line = "export orders --since 2100-01-01T00:00:00Z";
        assert_eq!(folder.shop_succeeds(line), "");
        server.stop();
    }
}

fn instant(text: &str) -> jiff::Timestamp {
    text.parse().expect("a time")
}

#[tokio::test]
async fn a_file_appears_whole_and_never_in_the_place_of_another() {
    for folder in Folder::of_each_engine() {
        let server = Server::start(&folder);
        fill(&server.client(), 2).await;
        let line = "export orders --output orders.jsonl";
        assert_eq!(folder.shop_succeeds(line), "");
        let written = fs::read_to_string(folder.file("orders.jsonl")).expect("the file");
        assert_eq!(lines(&written).len(), 2);
        folder.shop_fails(line, &["orders.jsonl exists already", "help: "]);
        let elsewhere = "export orders --output none/orders.jsonl";
        folder.shop_fails(elsewhere, &["cannot write", "help: "]);
        server.stop();
    }
}

#[test]
fn an_empty_shop_exports_nothing_but_a_header() {
    for folder in Folder::of_each_engine() {
        folder.shop_succeeds("migrate");
        assert_eq!(folder.shop_succeeds("export orders"), "");
        assert_eq!(folder.shop_succeeds("export events"), "");
        assert!(
            folder
                .shop_succeeds("export orders --format csv")
                .starts_with("orderId,userId,")
        );
        assert!(
            folder
                .shop_succeeds("export events --format csv")
                .starts_with("sequence,id,")
        );
    }
}
