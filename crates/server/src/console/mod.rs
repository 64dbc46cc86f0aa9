//! The operator's console: pages that show the shop and change it, without a
//! script.
//!
//! Every page reaches the shop through [`visit::Visit`], which lets in who has a
//! session with the scope `admin`, or anyone on a server that asks nobody. Every
//! write is the command that the API would run, under the session's name and with
//! the key that its form carries, so that a second click has no second effect.

mod answer;
mod campaigns;
mod changes;
mod command;
mod fields;
mod form;
mod frame;
mod latest;
mod new_campaign;
mod new_token;
mod number;
mod once;
mod orders;
mod overview;
mod platforms;
mod products;
mod put_product;
mod session;
mod stock;
mod tokens;
mod users;
mod visit;

use std::sync::Arc;

use axum::routing::{MethodRouter, get, post};
use axum::{Extension, Router, middleware};

use crate::access::Gate;
use once::Once;

/// The style of the console; a page may load nothing else.
const STYLESHEET: &str = include_str!("console.css");

/// Whether a path is of the console.
pub(crate) fn is_of_console(path: &str) -> bool {
    let rest = path.strip_prefix("/console");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Every path of the console with its handlers.
fn table() -> Vec<(&'static str, MethodRouter<Gate>)> {
    vec![
        ("/console", get(overview::show)),
        (
            "/console/sign-in",
            get(session::show).post(session::sign_in),
        ),
        ("/console/sign-out", post(session::sign_out)),
        ("/console/language", get(session::language)),
        ("/console/orders", get(orders::list)),
        ("/console/orders/{orderId}", get(orders::show)),
        (
            "/console/orders/{orderId}/cancel",
            get(orders::confirm).post(orders::cancel),
        ),
        ("/console/users", get(users::find)),
        ("/console/users/{userId}", get(users::show)),
        ("/console/users/{userId}/orders", get(users::orders)),
        ("/console/users/{userId}/ledger", get(users::ledger)),
        ("/console/users/{userId}/coupons", get(users::coupons)),
        ("/console/users/{userId}/balance", post(users::adjust)),
        ("/console/products", get(products::list)),
        (
            "/console/products/new",
            get(put_product::blank).post(put_product::create),
        ),
        ("/console/products/{productId}", get(products::show)),
        (
            "/console/products/{productId}/edit",
            get(put_product::edit).post(put_product::replace),
        ),
        (
            "/console/products/{productId}/stock",
            get(stock::show).post(stock::adjust),
        ),
        ("/console/campaigns", get(campaigns::list)),
        (
            "/console/campaigns/new",
            get(new_campaign::blank).post(new_campaign::create),
        ),
        ("/console/platforms", get(platforms::list)),
        ("/console/platforms/{name}", get(platforms::show)),
        ("/console/platforms/{name}/pause", post(platforms::pause)),
        ("/console/platforms/{name}/resume", post(platforms::resume)),
        ("/console/platforms/{name}/replay", post(platforms::replay)),
        ("/console/changes", get(changes::list)),
        ("/console/tokens", get(tokens::list)),
        (
            "/console/tokens/new",
            get(new_token::blank).post(new_token::create),
        ),
        (
            "/console/tokens/{tokenId}/revoke",
            get(tokens::confirm).post(tokens::revoke),
        ),
        ("/console/{*rest}", get(session::no_such_page)),
        ("/assets/console.css", get(answer::stylesheet)),
    ]
}

/// The routes. What goes wrong behind them is told as a page.
pub(crate) fn routes() -> Router<Gate> {
    let routes = table()
        .into_iter()
        .fold(Router::new(), |router, (path, handlers)| {
            router.route(path, handlers)
        });
    routes
        .layer(middleware::from_fn(answer::finish))
        .layer(Extension(Arc::new(Once::default())))
}

/// The path of every route.
pub(crate) fn paths() -> impl Iterator<Item = &'static str> {
    table().into_iter().map(|(path, _)| path)
}

/// Whether a route is the console's.
pub(crate) fn owns(path: &str) -> bool {
    path.starts_with("/console") || path == "/assets/console.css"
}
