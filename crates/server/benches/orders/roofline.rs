//! The roofline: the same HTTP and the same JSON as `POST /orders`, and no
//! storage, no rule and no queue.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use uuid::Uuid;

/// The same deadline that a server needs, since keeping it costs a timer.
const HEADER_DEADLINE: Duration = Duration::from_secs(10);
/// What everything costs here.
const PRICE: i64 = 12_900;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PlaceOrder {
    user_id: i64,
    items: Vec<Item>,
    coupon_id: Option<String>,
    expected_total: Option<i64>,
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
    coupon_id: Option<String>,
    subtotal: i64,
    discount: i64,
    total: i64,
    currency: &'static str,
    balance_after: i64,
    created_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    product_id: i64,
    name: String,
    quantity: i64,
    unit_price: i64,
    amount: i64,
    discount: i64,
}

/// Serves until `shutdown` is done.
pub(crate) async fn run(
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let router = Router::new().route("/orders", post(place));
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let (stream, _) = tokio::select! {
            accepted = listener.accept() => accepted?,
            () = &mut shutdown => return Ok(()),
        };
        stream.set_nodelay(true)?;
        let service = TowerToHyperService::new(router.clone());
        tokio::spawn(async move {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_DEADLINE)
                .serve_connection(TokioIo::new(stream), service);
            // The generator closes when it is done; that is no fault.
            let _ = connection.await;
        });
    }
}

async fn place(Json(wanted): Json<PlaceOrder>) -> Result<impl IntoResponse, Infallible> {
    static PLACED: AtomicU64 = AtomicU64::new(1);
    let order_id = Uuid::from_u64_pair(
        PLACED.fetch_add(1, Ordering::Relaxed),
        wanted.user_id as u64,
    );
    let items: Vec<Line> = wanted.items.iter().map(line).collect();
    let subtotal = items.iter().map(|line| line.amount).sum();
    let order = Order {
        order_id: order_id.to_string(),
        user_id: wanted.user_id,
        status: "PAID",
        items,
        coupon_id: wanted.coupon_id,
        subtotal,
        discount: 0,
        total: wanted.expected_total.unwrap_or(subtotal),
        currency: "KRW",
        balance_after: i64::MAX >> 12,
        created_at: jiff::Timestamp::now().to_string(),
    };
    let location = [(header::LOCATION, format!("/orders/{order_id}"))];
    Ok((StatusCode::CREATED, location, Json(order)))
}

fn line(item: &Item) -> Line {
    Line {
        product_id: item.product_id,
        name: format!("Product {}", item.product_id),
        quantity: item.quantity,
        unit_price: PRICE,
        amount: PRICE.saturating_mul(item.quantity),
        discount: 0,
    }
}
