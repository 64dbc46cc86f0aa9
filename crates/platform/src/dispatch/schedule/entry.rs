//! One event that is not delivered yet.

use std::time::Instant;

use jumun_domain::{EventId, Timestamp, UserId};
use jumun_store::delivery::{Hold, Pending};

use super::span::SpanKey;
use crate::message::Message;

/// Whose events are sent one after another. Those that are sent again are lines
/// of their own: they hold up no new event.
pub(super) type LineKey = (bool, UserId);

/// An event that is not delivered yet.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) event_id: EventId,
    pub(super) user_id: UserId,
    pub(super) event_time: Timestamp,
    pub(super) replayed: bool,
    /// In whose window it is; it means nothing once it was passed.
    pub(super) span: SpanKey,
    /// What to send. Not kept of what was passed: that can wait for days.
    pub(super) message: Option<Message>,
    pub(super) state: State,
    /// Whether a position has passed it, so that it has to be pending.
    pub(super) passed: bool,
}

/// How an event stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// To be sent when it is the first of its line.
    Waiting,
    /// Being read again.
    Fetching {
        /// What it has behind it, if it is tried again.
        failures: Option<Failures>,
    },
    /// On its way.
    Underway {
        since: Instant,
        failures: Option<Failures>,
    },
    /// It has failed, and is tried again.
    Failing {
        failures: Failures,
        due: Instant,
        next_attempt_at: Timestamp,
    },
    /// Given up.
    Dead {
        failures: Failures,
        died_at: Timestamp,
    },
}

/// Attempts that have failed in a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Failures {
    pub(super) count: u32,
    pub(super) first_at: Timestamp,
    pub(super) last_at: Timestamp,
    /// When the first of them failed, by the clock that never jumps; for
    /// failures of before a restart, as nearly as the other clock tells.
    pub(super) first: Instant,
}

impl Entry {
    pub(super) fn line(&self) -> LineKey {
        (self.replayed, self.user_id)
    }

    pub(super) fn failures(&self) -> Option<Failures> {
        match self.state {
            State::Waiting => None,
            State::Fetching { failures } | State::Underway { failures, .. } => failures,
            State::Failing { failures, .. } | State::Dead { failures, .. } => Some(failures),
        }
    }

    pub(super) fn is_dead(&self) -> bool {
        matches!(self.state, State::Dead { .. })
    }

    /// The row of an event that was passed.
    pub(super) fn pending(&self, sequence: u64) -> Pending {
        let failing = |failures: Failures, next_attempt_at| Hold::Failing {
            failed_attempts: failures.count,
            first_failed_at: failures.first_at,
            last_failed_at: failures.last_at,
            next_attempt_at,
        };
        let hold = match self.state {
            State::Waiting => Hold::Behind,
            // It is being tried now.
            State::Fetching { failures } | State::Underway { failures, .. } => {
                failures.map_or(Hold::Behind, |failures| failing(failures, failures.last_at))
            }
            State::Failing {
                failures,
                next_attempt_at,
                ..
            } => failing(failures, next_attempt_at),
            State::Dead { failures, died_at } => Hold::Dead {
                failed_attempts: failures.count,
                first_failed_at: failures.first_at,
                last_failed_at: failures.last_at,
                died_at,
            },
        };
        Pending {
            sequence,
            event_id: self.event_id,
            user_id: self.user_id,
            event_time: self.event_time,
            replayed: self.replayed,
            hold,
        }
    }
}
