//! The first page: how the shop stands.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use jumun_domain::{Order, Timestamp};
use jumun_store::delivery::PlatformView;
use jumun_store::{BestSeller, Readiness};

use super::answer;
use super::frame::Frame;
use super::latest::{MAX_COUNTED, count_since, newest};
use super::number::grouped;
use super::visit::Visit;
use crate::problem::Problem;

/// Orders on the page.
const NEWEST_ORDERS: usize = 10;

/// Best sellers on the page.
const BEST_SELLERS: usize = 10;

/// How far back the best sellers are counted.
const BEST_SELLERS_HOURS: i64 = 72;

/// Products whose sales of today are summed: more than shops have.
const MAX_SOLD_PRODUCTS: usize = 10_000;

const MICROS_PER_DAY: i64 = 86_400_000_000;

#[derive(Template)]
#[template(path = "console/overview.html")]
struct Overview<'a> {
    page: &'a Frame,
    currency: &'a str,
    /// Why no orders can be taken, where they cannot.
    not_ready: Option<String>,
    orders_today: String,
    pieces_today: String,
    sales_today: String,
    newest: Vec<Arc<Order>>,
    sellers: Vec<BestSeller>,
    platforms: Vec<PlatformView>,
    now: Timestamp,
}

/// `/console`
pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    let app = visit.by.app();
    let store = app.store();
    let now = now();
    let midnight = now.as_micros().div_euclid(MICROS_PER_DAY) * MICROS_PER_DAY;
    let midnight = Timestamp::from_micros(midnight);
    let sold = store
        .best_sellers(midnight.hour(), MAX_SOLD_PRODUCTS)
        .await?;
    let orders = count_since(store, midnight).await?;
    let since = now.hour().earlier(BEST_SELLERS_HOURS);
    let overview = Overview {
        page: &visit.page,
        currency: app.shop().currency.as_str(),
        not_ready: match store.readiness().await {
            Readiness::Ready => None,
            Readiness::NotReady(why) => Some(why),
        },
        orders_today: match orders {
            MAX_COUNTED.. => format!("{}+", grouped(MAX_COUNTED as u64)),
            fewer => grouped(fewer as u64),
        },
        pieces_today: grouped(sum(&sold, |it| it.quantity.get())),
        sales_today: grouped(sum(&sold, |it| it.amount.get())),
        newest: newest(store, now, NEWEST_ORDERS).await?,
        sellers: store.best_sellers(since, BEST_SELLERS).await?,
        platforms: app.platforms().platforms().await?,
        now,
    };
    answer::page(&overview)
}

/// The time by the server's clock.
pub(super) fn now() -> Timestamp {
    Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
}

/// The sum over all products, which cannot overflow in 128 bits.
fn sum(sold: &[BestSeller], of: impl Fn(&BestSeller) -> i64) -> i128 {
    sold.iter().map(|it| i128::from(of(it))).sum()
}
