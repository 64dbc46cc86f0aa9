//! What an operator watches of one platform.

use std::sync::Arc;

use jumun_domain::Timestamp;
use jumun_store::delivery::AttemptResult;
use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use super::schedule::Counts;
use crate::client::Delivery;
use crate::outcome::Outcome;

const MICROS_PER_SECOND: f64 = 1e6;

/// The figures of one platform, by handles that need no look-up.
pub(super) struct Figures {
    held: Gauge,
    lag_events: Gauge,
    lag_seconds: Gauge,
    failing: Gauge,
    behind: Gauge,
    dead: Gauge,
    is_open: Gauge,
    is_paused: Gauge,
    in_flight: Gauge,
    durations: Histogram,
    attempts: [Counter; AttemptResult::ALL.len()],
}

impl Figures {
    pub(super) fn new(platform: &Arc<str>) -> Self {
        let name = || platform.to_string();
        let pending = |state: &'static str| gauge!("jumun_platform_pending", "platform" => name(), "state" => state);
        let attempts = AttemptResult::ALL.map(|result| {
            counter!("jumun_platform_attempts_total", "platform" => name(), "outcome" => result.label())
        });
        Self {
            held: gauge!("jumun_platform_held", "platform" => name()),
            lag_events: gauge!("jumun_platform_lag_events", "platform" => name()),
            lag_seconds: gauge!("jumun_platform_lag_seconds", "platform" => name()),
            failing: pending("failing"),
            behind: pending("blocked"),
            dead: pending("dead"),
            is_open: gauge!("jumun_platform_breaker_open", "platform" => name()),
            is_paused: gauge!("jumun_platform_paused", "platform" => name()),
            in_flight: gauge!("jumun_platform_in_flight", "platform" => name()),
            durations: histogram!("jumun_platform_delivery_duration_seconds", "platform" => name()),
            attempts,
        }
    }

    /// Counts an attempt.
    pub(super) fn attempt(&self, delivery: &Delivery) {
        let result = match &delivery.outcome {
            Outcome::Delivered { .. } => AttemptResult::Delivered,
            Outcome::Failed(failure) => failure.kind.result(),
            Outcome::Gone { .. } => AttemptResult::Gone,
        };
        self.durations.record(delivery.latency.as_secs_f64());
        if let Some(counter) = self.attempts.get(result as usize) {
            counter.increment(1);
        }
    }

    /// Shows how deliveries stand; `oldest` is when the oldest event happened
    /// that is not delivered.
    pub(super) fn show(&self, counts: &Counts, oldest: Option<Timestamp>, at: Timestamp) {
        let lag = oldest.map_or(0, |it| at.as_micros().saturating_sub(it.as_micros()).max(0));
        // Figures to look at: a double is exact enough.
        self.lag_seconds.set(lag as f64 / MICROS_PER_SECOND);
        self.lag_events.set(counts.lag_events as f64);
        self.failing.set(counts.failing as f64);
        self.behind.set(counts.behind as f64);
        self.dead.set(counts.dead as f64);
        self.in_flight.set(counts.in_flight as f64);
        self.is_open.set(f64::from(u8::from(counts.is_open)));
        self.is_paused.set(f64::from(u8::from(counts.is_paused)));
        self.held.set(1.0);
    }

    /// This process does not deliver to the platform: another tells its figures.
    pub(super) fn idle(&self) {
        let all = [
            &self.held,
            &self.lag_events,
            &self.lag_seconds,
            &self.failing,
            &self.behind,
            &self.dead,
            &self.is_open,
            &self.is_paused,
            &self.in_flight,
        ];
        for gauge in all {
            gauge.set(0.0);
        }
    }
}
