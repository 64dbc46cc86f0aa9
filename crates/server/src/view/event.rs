//! Events in CloudEvents 1.0 structured mode.

use jumun_domain::EventKind;
use jumun_store::{NumberedEvent, Shop};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Id, OrderView, Time};

/// The version of the form of `data`; the server serves it as a JSON Schema.
pub(crate) const DATA_SCHEMA: &str = "/schemas/order/1";

/// One event: an order was paid, or was cancelled.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
pub(crate) struct EventView {
    #[schema(example = "1.0", pattern = "^1[.]0$")]
    specversion: &'static str,
    /// Unchanged however often the event is delivered.
    id: Id,
    /// `/jumun/` and the name of the deployment.
    #[schema(format = "uri-reference", example = "/jumun/jumun")]
    source: String,
    #[serde(rename = "type")]
    #[schema(
        pattern = "^jumun[.]order[.](paid|cancelled)$",
        example = "jumun.order.paid"
    )]
    kind: &'static str,
    /// The order's id.
    subject: Id,
    time: Time,
    #[schema(example = "application/json")]
    datacontenttype: &'static str,
    #[schema(format = "uri-reference", example = "/schemas/order/1")]
    dataschema: &'static str,
    /// Rises in the order that readers see; for one user it is the order of the
    /// commits. Zero-padded, so that it sorts as text.
    #[schema(pattern = "^[0-9]{20}$", example = "00000000000000000042")]
    sequence: String,
    /// The user's id.
    #[schema(pattern = "^[1-9][0-9]*$", example = "7")]
    partitionkey: String,
    /// The order as it was then.
    data: OrderView,
}

impl EventView {
    pub(crate) fn of(numbered: &NumberedEvent, deployment: &str, shop: &Shop) -> Self {
        let event = &numbered.event;
        Self {
            specversion: "1.0",
            id: Id(event.id.0),
            source: format!("/jumun/{deployment}"),
            kind: type_of(event.kind),
            subject: Id(event.order.id.0),
            time: Time(event.time),
            datacontenttype: "application/json",
            dataschema: DATA_SCHEMA,
            // Twenty digits hold every u64.
            sequence: format!("{:020}", numbered.sequence),
            partitionkey: event.order.user_id.to_string(),
            data: OrderView::of(&event.order, shop),
        }
    }
}

/// The `type` of an event.
pub(super) const fn type_of(kind: EventKind) -> &'static str {
    match kind {
        EventKind::OrderPaid => "jumun.order.paid",
        EventKind::OrderCancelled => "jumun.order.cancelled",
    }
}

/// Events in sequence order, oldest first.
#[derive(Serialize, ToSchema)]
#[schema(as = Events)]
pub(crate) struct EventList {
    pub(crate) items: Vec<EventView>,
}
