//! Platforms and deliveries for a person, and the words for them.

use jumun_domain::EventKind;
use jumun_server::render_time;
use jumun_store::delivery::{
    Attempt, AttemptResult, DeliveryState, DeliveryView, Hold, PauseReason, PlatformView,
};

use crate::output;

/// What stands in a cell that has nothing to say.
const NOTHING: &str = "-";

/// A row for each platform.
pub(super) fn platforms(all: &[PlatformView]) -> String {
    let head = [
        "name",
        "status",
        "has up to",
        "lacks",
        "failing",
        "blocked",
        "dead",
        "oldest missing",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for one in all {
        rows.push(vec![
            one.name.clone(),
            status(one).to_owned(),
            one.position.to_string(),
            one.lag_events().to_string(),
            one.counts.failing.to_string(),
            one.counts.behind.to_string(),
            one.counts.dead.to_string(),
            one.oldest_undelivered
                .map_or_else(|| NOTHING.to_owned(), render_time),
        ]);
    }
    output::table(&rows, &[2, 3, 4, 5, 6])
}

/// A row for each delivery.
pub(super) fn deliveries(all: &[DeliveryView]) -> String {
    let head = [
        "sequence",
        "event",
        "user",
        "order",
        "time",
        "state",
        "failed",
        "next attempt",
        "last attempt",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for one in all {
        let (failed, next) = match one.state {
            DeliveryState::Held(Hold::Failing {
                failed_attempts,
                next_attempt_at,
                ..
            }) => (failed_attempts.to_string(), render_time(next_attempt_at)),
            DeliveryState::Held(Hold::Dead {
                failed_attempts, ..
            }) => (failed_attempts.to_string(), NOTHING.to_owned()),
            _ => (NOTHING.to_owned(), NOTHING.to_owned()),
        };
        rows.push(vec![
            one.sequence.to_string(),
            kind(one.event.kind).to_owned(),
            one.event.order.user_id.to_string(),
            one.event.order.id.0.to_string(),
            render_time(one.event.time),
            state(one.state).to_owned(),
            failed,
            next,
            one.attempts
                .last()
                .map_or_else(|| NOTHING.to_owned(), attempt),
        ]);
    }
    output::table(&rows, &[0, 2, 6])
}

/// Whether events are sent to the platform, in a word or two.
fn status(platform: &PlatformView) -> &'static str {
    match (platform.pause.map(|it| it.reason), platform.leased_until) {
        (Some(PauseReason::Operator), _) => "paused",
        (Some(PauseReason::Gone), _) => "gone (410)",
        (None, Some(_)) => "active",
        (None, None) => "no server",
    }
}

fn kind(kind: EventKind) -> &'static str {
    match kind {
        EventKind::OrderPaid => "paid",
        EventKind::OrderCancelled => "cancelled",
    }
}

fn state(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::BeforeStart => "not sent",
        DeliveryState::Waiting => "waiting",
        DeliveryState::Held(Hold::Failing { .. }) => "failing",
        DeliveryState::Held(Hold::Behind) => "blocked",
        DeliveryState::Held(Hold::Dead { .. }) => "dead",
        DeliveryState::Delivered => "delivered",
    }
}

fn attempt(attempt: &Attempt) -> String {
    let mut text = attempt.result.label().to_owned();
    if let (Some(status), AttemptResult::Status) = (attempt.status, attempt.result) {
        text.push_str(&format!(" {status}"));
    }
    if !attempt.excerpt.is_empty() {
        text.push_str(": ");
        text.push_str(&attempt.excerpt);
    }
    text
}
