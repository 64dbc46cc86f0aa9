//! The HTTP API of a shop: routes, problems, pages, figures, and the accept
//! loop that serves them over any [`jumun_store::Store`].
//!
//! [`run`] takes the listener, the services and the shutdown signal from outside,
//! so that a test starts the server on port 0. This crate holds no SQL and no
//! rule of the domain: a handler takes what it needs from the request, makes a
//! command of it, calls the engine once, and shows the answer.

mod access;
mod api;
mod app;
mod browser;
mod config;
mod console;
mod extract;
mod head;
mod jwt;
mod masked;
mod metrics;
mod observe;
mod openapi;
mod pages;
mod problem;
mod server;
mod services;
mod trace;
mod transport;
mod view;

pub use access::Rates;
pub use config::{AuthMode, Config};
pub use jwt::{
    DEFAULT_LEEWAY, DEFAULT_USER_CLAIM, JwksSource, JwtError, JwtRefusal, JwtSettings, JwtVerifier,
    Verdict, looks_like_jwt,
};
pub use metrics::{MetricsHandle, install_metrics};
pub use openapi::{openapi, openapi_json};
pub use problem::{Code, Language};
pub use server::{Listeners, run};
pub use services::Services;
pub use transport::{Tls, TlsError};
pub use view::{
    render_change, render_deliveries, render_event, render_order, render_platforms, render_time,
    render_token,
};
