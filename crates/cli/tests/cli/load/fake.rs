//! A shop without a database, which can lie.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post, put};
use axum::{Json, response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

/// What it does not do as it says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Lie {
    None,
    ForgetsOrders,
    /// It sells what it does not have, and says that it has none left.
    Oversells,
    ForgetsStock,
    ForgetsMoney,
    /// It sells what it does not have, and says so.
    GoesBelowZero,
    AltersOrders,
    /// It says that an order was placed, and not which.
    MumblesAnswers,
}

/// A running one, for as long as the runtime of the test.
pub(super) struct Fake {
    url: String,
}

struct Shop {
    lie: Lie,
    /// Price and stock.
    products: HashMap<i64, (i64, i64)>,
    balances: HashMap<i64, i64>,
    orders: HashMap<String, Value>,
    campaigns: i64,
    coupons: HashMap<(i64, i64), Uuid>,
}

type Shared = State<Arc<Mutex<Shop>>>;

impl Fake {
    pub(super) async fn start(lie: Lie) -> Self {
        let shop = Shop {
            lie,
            products: HashMap::new(),
            balances: HashMap::new(),
            orders: HashMap::new(),
            campaigns: 0,
            coupons: HashMap::new(),
        };
        let router = Router::new()
            .route("/products/{id}", put(put_product).get(get_product))
            .route("/users/{id}", put(put_user))
            .route("/users/{id}/balance", get(get_balance))
            .route("/users/{id}/balance/charges", post(charge))
            .route("/campaigns", post(create_campaign))
            .route("/campaigns/{id}/coupons", post(issue))
            .route("/orders", post(place))
            .route("/orders/{id}", get(get_order))
            .route("/orders/{id}/cancel", post(cancel))
            .with_state(Arc::new(Mutex::new(shop)));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

fn number(body: &Value, name: &str) -> i64 {
    body[name].as_i64().expect("a number")
}

fn answer(status: StatusCode, body: Value) -> Response {
    (status, response::Json(body)).into_response()
}

async fn put_product(
    State(shop): Shared,
    Path(id): Path<i64>,
    Json(body): Json<Value>,
) -> Response {
    let mut shop = shop.lock().expect("no panic elsewhere");
    let new = (number(&body, "price"), number(&body, "stock"));
    let is_new = !shop.products.contains_key(&id);
    let stock = shop.products.entry(id).or_insert(new).1;
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    answer(status, json!({"stock": stock}))
}

async fn get_product(State(shop): Shared, Path(id): Path<i64>) -> Response {
    let shop = shop.lock().expect("no panic elsewhere");
    answer(StatusCode::OK, json!({"stock": shop.products[&id].1}))
}

async fn put_user(State(shop): Shared, Path(id): Path<i64>) -> Response {
    let mut shop = shop.lock().expect("no panic elsewhere");
    shop.balances.entry(id).or_default();
    answer(StatusCode::CREATED, json!({}))
}

async fn get_balance(State(shop): Shared, Path(id): Path<i64>) -> Response {
    let shop = shop.lock().expect("no panic elsewhere");
    answer(StatusCode::OK, json!({"balance": shop.balances[&id]}))
}

async fn charge(State(shop): Shared, Path(id): Path<i64>, Json(body): Json<Value>) -> Response {
    let mut shop = shop.lock().expect("no panic elsewhere");
    let balance = shop.balances.entry(id).or_default();
    *balance += number(&body, "amount");
    answer(StatusCode::CREATED, json!({"balance": *balance}))
}

async fn create_campaign(State(shop): Shared) -> Response {
    let mut shop = shop.lock().expect("no panic elsewhere");
    shop.campaigns += 1;
    answer(StatusCode::CREATED, json!({"campaignId": shop.campaigns}))
}

async fn issue(State(shop): Shared, Path(id): Path<i64>, Json(body): Json<Value>) -> Response {
    let mut shop = shop.lock().expect("no panic elsewhere");
    let holder = (id, number(&body, "userId"));
    let is_new = !shop.coupons.contains_key(&holder);
    let coupon = *shop.coupons.entry(holder).or_insert_with(Uuid::new_v4);
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    answer(status, json!({"couponId": coupon.to_string()}))
}

async fn place(State(shop): Shared, Json(body): Json<Value>) -> Response {
    let mut shop = shop.lock().expect("no panic elsewhere");
    let lie = shop.lie;
    let items = body["items"].as_array().expect("items").clone();
    let mut total = 0;
    for item in &items {
        let (price, stock) = shop.products[&number(item, "productId")];
        let is_short = stock < number(item, "quantity");
        if is_short && !matches!(lie, Lie::Oversells | Lie::GoesBelowZero) {
            return answer(StatusCode::BAD_REQUEST, json!({"code": "out-of-stock"}));
        }
        total += price * number(item, "quantity");
    }
    for item in &items {
        let product = shop.products.get_mut(&number(item, "productId"));
        let stock = &mut product.expect("a product").1;
        match lie {
            Lie::ForgetsStock => {}
            Lie::Oversells => *stock = (*stock - number(item, "quantity")).max(0),
            _ => *stock -= number(item, "quantity"),
        }
    }
    let user = number(&body, "userId");
    if lie != Lie::ForgetsMoney {
        *shop.balances.get_mut(&user).expect("a user") -= total;
    }
    let id = Uuid::new_v4().to_string();
    let order = json!({
        "orderId": id, "userId": user, "status": "PAID", "items": items,
        "couponId": body["couponId"], "total": total,
    });
    if lie != Lie::ForgetsOrders {
        shop.orders.insert(id, order.clone());
    }
    if lie == Lie::MumblesAnswers {
        return answer(StatusCode::CREATED, json!({"status": "PAID"}));
    }
    answer(StatusCode::CREATED, order)
}

async fn get_order(State(shop): Shared, Path(id): Path<String>) -> Response {
    let shop = shop.lock().expect("no panic elsewhere");
    let Some(order) = shop.orders.get(&id) else {
        return answer(StatusCode::NOT_FOUND, json!({"code": "order-not-found"}));
    };
    let mut order = order.clone();
    if shop.lie == Lie::AltersOrders {
        order["total"] = json!(1);
    }
    answer(StatusCode::OK, order)
}

async fn cancel(State(shop): Shared, Path(id): Path<String>) -> Response {
    let mut shop = shop.lock().expect("no panic elsewhere");
    let order = shop.orders.get_mut(&id).expect("an order");
    order["status"] = json!("CANCELLED");
    let order = order.clone();
    for item in order["items"].as_array().expect("items") {
        let product = shop.products.get_mut(&number(item, "productId"));
        product.expect("a product").1 += number(item, "quantity");
    }
    let balance = shop.balances.get_mut(&number(&order, "userId"));
    *balance.expect("a user") += number(&order, "total");
    answer(StatusCode::OK, order)
}
