//! What became of events at a data platform.

use jumun_store::delivery::{self, DeliveryState, Hold};
use serde::Serialize;
use utoipa::ToSchema;

use super::attempt::AttemptView;
use super::event::type_of;
use super::{Id, Time};

/// One event and what became of it at one data platform.
#[derive(Serialize, ToSchema)]
#[schema(as = Delivery)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeliveryView {
    /// The event's place, as a plain integer.
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 42)]
    sequence: u64,
    /// The event's `id`.
    event_id: Id,
    /// The event's type.
    #[serde(rename = "type")]
    #[schema(
        pattern = "^jumun[.]order[.](paid|cancelled)$",
        example = "jumun.order.paid"
    )]
    kind: &'static str,
    order_id: Id,
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 7)]
    user_id: i64,
    /// When it happened.
    time: Time,
    #[schema(inline)]
    state: DeliveryStateName,
    /// Attempts that failed since it was last delivered or asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 4294967295i64, example = 3)]
    failed_attempts: Option<u32>,
    /// When the first of them failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    first_failed_at: Option<Time>,
    /// When it is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_attempt_at: Option<Time>,
    /// When it was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    dead_since: Option<Time>,
    /// The last attempt that is recorded. Records are pruned after a while, so
    /// that an event that was delivered can have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_attempt: Option<AttemptView>,
}

/// What became of an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum DeliveryStateName {
    /// It was there before the platform: a replay sends it.
    NotSent,
    /// It is not sent yet.
    Waiting,
    /// It has failed and is tried again.
    Failing,
    /// An earlier event of the same user is not delivered.
    Blocked,
    /// It was given up: a replay tries it again.
    Dead,
    /// The platform has it.
    Delivered,
}

impl From<DeliveryState> for DeliveryStateName {
    fn from(state: DeliveryState) -> Self {
        match state {
            DeliveryState::BeforeStart => Self::NotSent,
            DeliveryState::Waiting => Self::Waiting,
            DeliveryState::Held(Hold::Failing { .. }) => Self::Failing,
            DeliveryState::Held(Hold::Behind) => Self::Blocked,
            DeliveryState::Held(Hold::Dead { .. }) => Self::Dead,
            DeliveryState::Delivered => Self::Delivered,
        }
    }
}

impl DeliveryView {
    pub(crate) fn of(delivery: &delivery::DeliveryView) -> Self {
        let event = &delivery.event;
        let mut view = Self {
            sequence: delivery.sequence,
            event_id: Id(event.id.0),
            kind: type_of(event.kind),
            order_id: Id(event.order.id.0),
            user_id: event.order.user_id.get(),
            time: Time(event.time),
            state: delivery.state.into(),
            failed_attempts: None,
            first_failed_at: None,
            next_attempt_at: None,
            dead_since: None,
            last_attempt: delivery.attempts.last().map(AttemptView::of),
        };
        match delivery.state {
            DeliveryState::Held(Hold::Failing {
                failed_attempts,
                first_failed_at,
                next_attempt_at,
                ..
            }) => {
                view.failed_attempts = Some(failed_attempts);
                view.first_failed_at = Some(Time(first_failed_at));
                view.next_attempt_at = Some(Time(next_attempt_at));
            }
            DeliveryState::Held(Hold::Dead {
                failed_attempts,
                first_failed_at,
                died_at,
                ..
            }) => {
                view.failed_attempts = Some(failed_attempts);
                view.first_failed_at = Some(Time(first_failed_at));
                view.dead_since = Some(Time(died_at));
            }
            _ => {}
        }
        view
    }
}

/// One event, what became of it, and every attempt that is recorded.
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryWithAttempts)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeliveryWithAttemptsView {
    #[serde(flatten)]
    delivery: DeliveryView,
    /// Oldest first; of very many the last ones.
    #[schema(max_items = 100)]
    attempts: Vec<AttemptView>,
}

impl DeliveryWithAttemptsView {
    pub(crate) fn of(delivery: &delivery::DeliveryView) -> Self {
        Self {
            delivery: DeliveryView::of(delivery),
            attempts: delivery.attempts.iter().map(AttemptView::of).collect(),
        }
    }
}
