//! `/events` and the form of their data

use axum::response::Response;
use jumun_domain::limits::MAX_SAFE_INTEGER;
use serde::Deserialize;
use utoipa::IntoParams;

use super::reply::ok;
use crate::access::{Anyone, WithEventsRead};
use crate::extract::{MAX_LIMIT, Query, integer_parameter};
use crate::openapi;
use crate::problem::Problem;
use crate::view::{EventList, EventView};

/// Events in an answer where the request does not say.
const DEFAULT_EVENTS: i64 = 50;

/// After which event, and how many.
#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventQuery {
    /// The `sequence` of the last event dealt with. Left out, from the first event on.
    #[param(value_type = Option<i64>, minimum = 0, maximum = 9007199254740991i64, nullable = false, example = 0)]
    after: Option<String>,
    /// The most events to return.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50, nullable = false)]
    limit: Option<String>,
}

impl EventQuery {
    fn read(&self) -> Result<(u64, usize), Problem> {
        let integer = |name, text: Option<&str>, min, max, default| match text {
            None => Ok(default),
            Some(text) => integer_parameter(name, text, min, max),
        };
        let after = integer("after", self.after.as_deref(), 0, MAX_SAFE_INTEGER, 0);
        let limit = integer("limit", self.limit.as_deref(), 1, MAX_LIMIT, DEFAULT_EVENTS);
        match (after, limit) {
            // Neither is negative.
            (Ok(after), Ok(limit)) => Ok((after.unsigned_abs(), limit.unsigned_abs() as usize)),
            (after, limit) => Err(Problem::invalid(
                [after.err(), limit.err()].into_iter().flatten().collect(),
            )),
        }
    }
}

/// List events
///
/// One event for every paid order and one for every cancel, in sequence order,
/// oldest first (CloudEvents 1.0, structured mode). Events are kept for ever.
/// To follow them, ask for what comes after the last `sequence` you dealt with.
#[utoipa::path(
    get, path = "/events", operation_id = "listEvents", tag = "Events",
    params(EventQuery),
    responses((status = 200, description = "The events after the one named.", body = EventList)),
)]
pub(super) async fn list_events(
    WithEventsRead(by): WithEventsRead,
    Query(query): Query<EventQuery>,
) -> Result<Response, Problem> {
    let app = by.app();
    let (after, limit) = query.read()?;
    let events = app.store().events(after, limit).await?;
    let deployment = &app.config().deployment;
    let view = |event| EventView::of(event, deployment, app.shop());
    Ok(ok(&EventList {
        items: events.iter().map(view).collect(),
    }))
}

/// Get the form of an event's data
///
/// The JSON Schema that every event names as its `dataschema`.
#[utoipa::path(
    get, path = "/schemas/order/1", operation_id = "getOrderSchema", tag = "Events",
    responses((status = 200, description = "A JSON Schema (2020-12).", body = Value)),
)]
pub(super) async fn order_schema(_: Anyone) -> Response {
    ok(openapi::order_schema())
}
