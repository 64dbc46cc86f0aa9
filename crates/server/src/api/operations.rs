//! What operators and their tools ask.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use jumun_store::Readiness;
use serde::Serialize;
use utoipa::ToSchema;

use super::reply::{json, ok};
use crate::access::{Gate, Probe, WithMetricsRead};
use crate::app::App;
use crate::config::AuthMode;

/// Whether the server can do its work.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    #[schema(inline)]
    status: Status,
    /// Why it cannot, in a sentence for the operator; where tokens are asked for,
    /// only on the listener for metrics and probes, and in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "the disk is full")]
    reason: Option<String>,
}

/// In one word.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Status {
    /// It can.
    Up,
    /// It cannot.
    Down,
}

/// Is the process alive
///
/// Always 200 while the process can answer at all. Restart it when it cannot.
#[utoipa::path(
    get, path = "/livez", operation_id = "livez", tag = "Operations",
    responses((status = 200, description = "It is.", body = Health)),
)]
pub(super) async fn livez(_: Probe) -> Response {
    ok(&Health {
        status: Status::Up,
        reason: None,
    })
}

/// Can it take orders
///
/// 200 when the database can be written. Send no orders here while it is 503.
#[utoipa::path(
    get, path = "/readyz", operation_id = "readyz", tag = "Operations",
    responses(
        (status = 200, description = "It can.", body = Health),
        (status = 503, description = "It cannot, and why.", body = Health),
    ),
)]
pub(super) async fn readyz(Probe(app): Probe) -> Response {
    let is_asked_by_all = app.config().auth == AuthMode::Token;
    readiness(&app, !is_asked_by_all).await
}

/// Why it is not ready names the database, which is not for the whole world.
async fn readiness(app: &App, says_why: bool) -> Response {
    match app.store().readiness().await {
        Readiness::Ready => ok(&Health {
            status: Status::Up,
            reason: None,
        }),
        Readiness::NotReady(reason) => {
            tracing::warn!(reason, "not ready");
            let health = Health {
                status: Status::Down,
                reason: says_why.then_some(reason),
            };
            json(StatusCode::SERVICE_UNAVAILABLE, &health)
        }
    }
}

/// Figures for Prometheus
#[utoipa::path(
    get, path = "/metrics", operation_id = "metrics", tag = "Operations",
    responses((status = 200, description = "Prometheus' text format, version 0.0.4.", body = String, content_type = "text/plain; version=0.0.4; charset=utf-8")),
)]
pub(super) async fn metrics(WithMetricsRead(by): WithMetricsRead) -> Response {
    figures(by.app())
}

/// The three of this file, to anyone: for a listener that only monitoring reaches.
pub(super) fn monitoring() -> Router<Gate> {
    let metrics = async |Probe(app): Probe| figures(&app);
    let readyz = async |Probe(app): Probe| readiness(&app, true).await;
    Router::new()
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
}

fn figures(app: &App) -> Response {
    let text = app.metrics().render();
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        text,
    )
        .into_response()
}
