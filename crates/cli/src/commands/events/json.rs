//! Platforms and deliveries for a program, with the members that the API gives
//! them.

use jumun_domain::{EventKind, Timestamp};
use jumun_server::render_time;
use jumun_store::delivery::{
    Attempt, DeliveryState, DeliveryView, Hold, PauseReason, PlatformView, Replay, ReplayRange,
};
use serde_json::{Map, Value, json};

/// `{"items": […]}` of platforms.
pub(super) fn platforms(all: &[PlatformView]) -> Value {
    json!({"items": all.iter().map(platform).collect::<Vec<_>>()})
}

/// `{"items": […]}` of deliveries.
pub(super) fn deliveries(all: &[DeliveryView]) -> Value {
    json!({"items": all.iter().map(delivery).collect::<Vec<_>>()})
}

fn platform(platform: &PlatformView) -> Value {
    let status = match platform.pause.map(|it| it.reason) {
        None => "ACTIVE",
        Some(PauseReason::Operator) => "PAUSED",
        Some(PauseReason::Gone) => "GONE",
    };
    let shown = json!({
        "name": platform.name,
        "status": status,
        "createdAt": render_time(platform.created_at),
        "startsAfter": platform.starts_after,
        "position": platform.position,
        "newest": platform.newest,
        "lagEvents": platform.lag_events(),
        "failing": platform.counts.failing,
        "blocked": platform.counts.behind,
        "dead": platform.counts.dead,
        "replays": platform.replays.iter().map(replay).collect::<Vec<_>>(),
    });
    with_times(
        shown,
        [
            ("pausedAt", platform.pause.map(|it| it.since)),
            ("oldestUndelivered", platform.oldest_undelivered),
            ("leasedUntil", platform.leased_until),
        ],
    )
}

fn replay(replay: &Replay) -> Value {
    let mut shown = json!({
        "replayId": replay.id.0.to_string(),
        "requestedAt": render_time(replay.requested_at),
    });
    match replay.range {
        ReplayRange::Sequences { first, last } => {
            shown["from"] = first.into();
            shown["to"] = last.into();
            shown["position"] = replay.position.into();
        }
        ReplayRange::FailedSince(time) => shown["failedSince"] = render_time(time).into(),
    }
    shown
}

fn delivery(delivery: &DeliveryView) -> Value {
    let event = &delivery.event;
    let (state, failed_attempts, first_failed_at, next_attempt_at, dead_since) =
        match delivery.state {
            DeliveryState::BeforeStart => ("NOT_SENT", None, None, None, None),
            DeliveryState::Waiting => ("WAITING", None, None, None, None),
            DeliveryState::Held(Hold::Behind) => ("BLOCKED", None, None, None, None),
            DeliveryState::Held(Hold::Failing {
                failed_attempts,
                first_failed_at,
                next_attempt_at,
                ..
            }) => (
                "FAILING",
                Some(failed_attempts),
                Some(first_failed_at),
                Some(next_attempt_at),
                None,
            ),
            DeliveryState::Held(Hold::Dead {
                failed_attempts,
                first_failed_at,
                died_at,
                ..
            }) => (
                "DEAD",
                Some(failed_attempts),
                Some(first_failed_at),
                None,
                Some(died_at),
            ),
            DeliveryState::Delivered => ("DELIVERED", None, None, None, None),
        };
    let mut shown = json!({
        "sequence": delivery.sequence,
        "eventId": event.id.0.to_string(),
        "type": match event.kind {
            EventKind::OrderPaid => "jumun.order.paid",
            EventKind::OrderCancelled => "jumun.order.cancelled",
        },
        "orderId": event.order.id.0.to_string(),
        "userId": event.order.user_id.get(),
        "time": render_time(event.time),
        "state": state,
    });
    if let Some(failed) = failed_attempts {
        shown["failedAttempts"] = failed.into();
    }
    if let Some(last) = delivery.attempts.last() {
        shown["lastAttempt"] = attempt(last);
    }
    with_times(
        shown,
        [
            ("firstFailedAt", first_failed_at),
            ("nextAttemptAt", next_attempt_at),
            ("deadSince", dead_since),
        ],
    )
}

fn attempt(attempt: &Attempt) -> Value {
    let mut shown = json!({
        "at": render_time(attempt.at),
        "outcome": attempt.result.label(),
        "latencyMs": attempt.latency.as_micros() as f64 / 1_000.0,
    });
    if let Some(status) = attempt.status {
        shown["status"] = status.into();
    }
    if !attempt.excerpt.is_empty() {
        shown["excerpt"] = attempt.excerpt.as_str().into();
    }
    shown
}

/// Adds the times that there are; the others are left out.
fn with_times<const N: usize>(shown: Value, times: [(&str, Option<Timestamp>); N]) -> Value {
    let there = times.into_iter().filter_map(|(name, time)| {
        let time = render_time(time?);
        Some((name.to_owned(), time.into()))
    });
    let members: Map<String, Value> = match shown {
        Value::Object(members) => members.into_iter().chain(there).collect(),
        _ => there.collect(),
    };
    members.into()
}
