//! The server of the bench: the JSON of `POST /orders`, without any storage.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use axum::serve::ListenerExt as _;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use uuid::Uuid;

/// What a piece costs.
const PRICE: i64 = 12_900;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    user_id: i64,
    items: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Item {
    product_id: i64,
    quantity: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    order_id: String,
    user_id: i64,
    status: &'static str,
    items: Vec<Line>,
    subtotal: i64,
    discount: i64,
    total: i64,
    currency: &'static str,
    balance_after: i64,
    created_at: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    product_id: i64,
    name: &'static str,
    quantity: i64,
    unit_price: i64,
    amount: i64,
    discount: i64,
}

/// Listens on a free port, prints where, and serves until standard input ends.
pub(crate) fn serve() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("{}", listener.local_addr()?);
        let router = Router::new().route("/orders", post(place));
        // A connection without it is slow and no failure of the bench.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        tokio::select! {
            served = axum::serve(listener, router) => Ok(served?),
            _ = async { tokio::io::stdin().read_u8().await } => Ok(()),
        }
    })
}

async fn place(Json(wanted): Json<Wanted>) -> impl IntoResponse {
    static PLACED: AtomicU64 = AtomicU64::new(1);
    let number = PLACED.fetch_add(1, Ordering::Relaxed);
    let order_id = Uuid::from_u64_pair(number, number);
    let items: Vec<Line> = wanted.items.iter().map(line).collect();
    let subtotal = items.iter().map(|line| line.amount).sum();
    let order = Order {
        order_id: order_id.to_string(),
        user_id: wanted.user_id,
        status: "PAID",
        items,
        subtotal,
        discount: 0,
        total: subtotal,
        currency: "KRW",
        balance_after: 1_000_000_000,
        created_at: "2026-11-20T09:01:00.038412Z",
    };
    let location = [(header::LOCATION, format!("/orders/{order_id}"))];
    (StatusCode::CREATED, location, Json(order))
}

fn line(item: &Item) -> Line {
    Line {
        product_id: item.product_id,
        name: "Keyboard",
        quantity: item.quantity,
        unit_price: PRICE,
        amount: PRICE.saturating_mul(item.quantity),
        discount: 0,
    }
}
