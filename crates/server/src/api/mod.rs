//! The routes: one file for each resource.

mod balance;
mod campaigns;
mod changes;
mod coupons;
mod deliveries;
mod events;
mod operations;
mod orders;
mod pages;
mod platforms;
mod products;
mod replays;
mod reply;
mod stock;
mod tokens;
mod users;

use axum::Router;
use axum::response::{IntoResponse, Response};
use http::Uri;
use jumun_domain::Timestamp;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{Anyone, Gate};
use crate::app::App;
use crate::console;
use crate::observe::Observe;
use crate::openapi;
use crate::problem::{Detail, Problem, quoted};

/// What a newcomer opens first; it only leads on, so it is not documented.
const ROOT: &str = "/";

/// Paths that answer with pages, text or a bare status, whatever `Accept` says:
/// a browser or a probe had rather have them than a 406.
const NOT_JSON: [&str; 8] = [
    ROOT,
    "/livez",
    "/readyz",
    "/metrics",
    "/docs",
    "/problems",
    "/problems/{code}",
    "/assets/jumun.css",
];

/// Every route with its documentation, from one list.
fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::with_openapi(openapi::frame())
        .routes(routes!(users::put_user, users::get_user))
        .routes(routes!(balance::get_balance))
        .routes(routes!(balance::charge))
        .routes(routes!(balance::adjust_balance))
        .routes(routes!(balance::list_entries))
        .routes(routes!(coupons::list_coupons))
        .routes(routes!(orders::list_orders))
        .routes(routes!(products::list_products))
        .routes(routes!(products::popular_products))
        .routes(routes!(products::put_product, products::get_product))
        .routes(routes!(stock::adjust_stock, stock::list_stock_adjustments))
        .routes(routes!(
            campaigns::create_campaign,
            campaigns::list_campaigns
        ))
        .routes(routes!(campaigns::get_campaign))
        .routes(routes!(coupons::issue_coupon))
        .routes(routes!(orders::place_order, orders::find_order))
        .routes(routes!(orders::quote_order))
        .routes(routes!(orders::get_order))
        .routes(routes!(orders::cancel_order))
        .routes(routes!(events::list_events))
        .routes(routes!(events::order_schema))
        .routes(routes!(platforms::list_platforms))
        .routes(routes!(platforms::get_platform, platforms::forget_platform))
        .routes(routes!(platforms::pause_platform))
        .routes(routes!(platforms::resume_platform))
        .routes(routes!(replays::replay_events))
        .routes(routes!(deliveries::list_deliveries))
        .routes(routes!(deliveries::get_delivery))
        .routes(routes!(tokens::create_token, tokens::list_tokens))
        .routes(routes!(tokens::get_token, tokens::revoke_token))
        .routes(routes!(changes::list_changes))
        .routes(routes!(operations::livez))
        .routes(routes!(operations::readyz))
        .routes(routes!(operations::metrics))
        .routes(routes!(pages::openapi_json))
        .routes(routes!(pages::docs))
        .routes(routes!(pages::problems))
        .routes(routes!(pages::problem))
        .routes(routes!(pages::stylesheet))
        .route(ROOT, axum::routing::get(pages::root))
}

/// What the server answers with.
pub(crate) fn router(app: App) -> Router {
    let (router, _) = routes().split_for_parts();
    router
        .merge(console::routes())
        .fallback(no_such_path)
        .layer(Observe(app.clone()))
        .with_state(Gate::new(app))
}

/// What the listener for metrics and probes answers with, to anyone.
pub(crate) fn monitoring(app: App) -> Router {
    operations::monitoring()
        .fallback(no_such_path)
        .layer(Observe(app.clone()))
        .with_state(Gate::new(app))
}

/// The API description, complete.
pub(crate) fn description() -> OpenApi {
    let (_, description) = routes().split_for_parts();
    openapi::finish(description)
}

/// The path of every route.
pub(crate) fn paths() -> Vec<String> {
    let (_, description) = routes().split_for_parts();
    let documented = description.paths.paths.into_keys();
    let others = console::paths().chain([ROOT]).map(str::to_owned);
    documented.chain(others).collect()
}

/// Whether a route's answers are JSON only.
pub(crate) fn answers_json(path: &str) -> bool {
    !NOT_JSON.contains(&path) && !console::owns(path)
}

/// The time by the server's clock.
fn now() -> Timestamp {
    Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
}

async fn no_such_path(_: Anyone, uri: Uri) -> Response {
    Problem::new(Detail::NoSuchPath(quoted(uri.path()))).into_response()
}
