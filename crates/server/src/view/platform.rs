//! Data platforms and what is to be sent to them again.

use std::time::Duration;

use jumun_domain::Timestamp;
use jumun_store::delivery::{self, PauseReason, Replay, ReplayRange};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Id, Time};

/// A data platform: what it has, lacks and failed to take. Its sequences are
/// plain integers, as `after` of `GET /events` takes them.
#[derive(Serialize, ToSchema)]
#[schema(as = Platform)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlatformView {
    /// By default its URL.
    #[schema(example = "https://example.com/events")]
    name: String,
    #[schema(inline)]
    status: PlatformStatus,
    /// Since when nothing is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    paused_at: Option<Time>,
    /// When it was first known.
    created_at: Time,
    /// The sequence of the newest event at that time: it is sent the later
    /// ones, and these by a replay only.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 0)]
    starts_after: u64,
    /// Every event up to this sequence is delivered, or is failing, blocked or dead.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 42)]
    position: u64,
    /// The sequence of the shop's newest event; 0 where there is none.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 42)]
    newest: u64,
    /// Events that it lacks, dead ones left out.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 0)]
    lag_events: u64,
    /// The age of the oldest event that it lacks, dead ones left out; 0 when it
    /// lacks none.
    #[schema(minimum = 0, example = 0.0)]
    lag_seconds: f64,
    /// Events that are tried again and again.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 0)]
    failing: u64,
    /// Events behind an earlier one of the same user that is not delivered.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 0)]
    blocked: u64,
    /// Events that were given up: a replay tries them again.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 0)]
    dead: u64,
    /// Until when a server holds the right to deliver, unless it renews it;
    /// absent when nobody delivers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    leased_until: Option<Time>,
    /// Replays that are not finished, oldest first.
    #[schema(max_items = 16)]
    replays: Vec<ReplayView>,
}

/// Whether events are sent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum PlatformStatus {
    /// They are.
    Active,
    /// An operator wants none to be.
    Paused,
    /// The platform has answered that it wants no more (410).
    Gone,
}

impl PlatformView {
    /// The platform as it is at this time.
    pub(crate) fn of(platform: &delivery::PlatformView, now: Timestamp) -> Self {
        Self {
            name: platform.name.clone(),
            status: match platform.pause.map(|pause| pause.reason) {
                None => PlatformStatus::Active,
                Some(PauseReason::Operator) => PlatformStatus::Paused,
                Some(PauseReason::Gone) => PlatformStatus::Gone,
            },
            paused_at: platform.pause.map(|pause| Time(pause.since)),
            created_at: Time(platform.created_at),
            starts_after: platform.starts_after,
            position: platform.position,
            newest: platform.newest,
            lag_events: platform.lag_events(),
            lag_seconds: platform
                .oldest_undelivered
                .map_or(0.0, |oldest| age_seconds(oldest, now)),
            failing: platform.counts.failing,
            blocked: platform.counts.behind,
            dead: platform.counts.dead,
            leased_until: platform.leased_until.map(Time),
            replays: platform.replays.iter().map(ReplayView::of).collect(),
        }
    }
}

/// To the microsecond; 0 for what the database's clock puts in our future.
fn age_seconds(then: Timestamp, now: Timestamp) -> f64 {
    let micros = now.as_micros().saturating_sub(then.as_micros());
    Duration::from_micros(u64::try_from(micros).unwrap_or(0)).as_secs_f64()
}

/// A wish to send events again that is not finished. It has `from` and `to`, or
/// `failedSince`.
#[derive(Serialize, ToSchema)]
#[schema(as = Replay)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReplayView {
    replay_id: Id,
    /// The first sequence to send again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        minimum = 1,
        maximum = 9007199254740991i64,
        example = 1
    )]
    from: Option<u64>,
    /// The last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        minimum = 1,
        maximum = 9007199254740991i64,
        example = 42
    )]
    to: Option<u64>,
    /// How far it has come: the last sequence that was dealt with, or one below
    /// `from`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        minimum = 0,
        maximum = 9007199254740991i64,
        example = 0
    )]
    position: Option<u64>,
    /// What is not delivered and has failed at this time or later is sent again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    failed_since: Option<Time>,
    requested_at: Time,
}

impl ReplayView {
    pub(crate) fn of(replay: &Replay) -> Self {
        let (range, failed_since) = match replay.range {
            ReplayRange::Sequences { first, last } => (Some((first, last)), None),
            ReplayRange::FailedSince(time) => (None, Some(Time(time))),
        };
        Self {
            replay_id: Id(replay.id.0),
            from: range.map(|(first, _)| first),
            to: range.map(|(_, last)| last),
            position: range.map(|_| replay.position),
            failed_since,
            requested_at: Time(replay.requested_at),
        }
    }
}

/// All data platforms, by name.
#[derive(Serialize, ToSchema)]
#[schema(as = Platforms)]
pub(crate) struct PlatformList {
    pub(crate) items: Vec<PlatformView>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_to_the_microsecond_and_never_below_zero() {
        let table = [(0, 0.0), (1_999, 0.001999), (90_500_000, 90.5), (-1, 0.0)];
        for (micros, seconds) in table {
            let now = Timestamp::from_micros(1_700_000_000_000_000);
            let then = Timestamp::from_micros(now.as_micros() - micros);
            assert_eq!(age_seconds(then, now), seconds, "{micros}");
        }
    }
}
