//! Which event is sent next.

use std::time::Instant;

use super::entry::State;
use super::{Moment, Schedule, Step};
use crate::breaker::Admission;
use crate::message::Message;

/// From where the last event was taken: each has its turn, so that none can
/// starve another.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) enum Turn {
    /// New events.
    #[default]
    Fresh,
    /// Events that are sent again.
    Again,
    /// Events that have failed.
    Retry,
}

impl Turn {
    fn next(self) -> Self {
        match self {
            Self::Fresh => Self::Again,
            Self::Again => Self::Retry,
            Self::Retry => Self::Fresh,
        }
    }
}

impl Schedule {
    /// What to do next. `random` is drawn from 0 to 1 each time.
    pub(crate) fn next(&mut self, moment: Moment, random: f64) -> Step {
        let now = moment.now;
        self.release(now);
        if self.paused || self.occupied() >= self.rules.max_in_flight {
            return self.wait(None);
        }
        if let Some(until) = self.quiet_until {
            if now < until {
                return self.wait(Some(until));
            }
            self.quiet_until = None;
        }
        let Some((turn, sequence)) = self.candidate(now) else {
            return self.wait(self.retries.first().map(|(due, _)| *due));
        };
        let Some(entry) = self.entries.get(&sequence) else {
            return Step::Idle;
        };
        let Some(message) = entry.message.clone() else {
            self.turn = turn;
            self.forget_turn(sequence);
            if let Some(entry) = self.entries.get_mut(&sequence) {
                let failures = entry.failures();
                entry.state = State::Fetching { failures };
            }
            return Step::Fetch(sequence);
        };
        match self.breaker.admit(now, random) {
            Admission::Wait { until } => return self.wait(Some(until)),
            Admission::Probe => self.reads_for_probe = true,
            Admission::Send => {}
        }
        self.turn = turn;
        self.forget_turn(sequence);
        self.in_flight += 1;
        if let Some(entry) = self.entries.get_mut(&sequence) {
            self.again_in_flight += usize::from(entry.replayed);
            let failures = entry.failures();
            entry.state = State::Underway {
                since: now,
                failures,
            };
        }
        Step::Send(message)
    }

    /// The first event of the first turn that has one.
    fn candidate(&self, now: Instant) -> Option<(Turn, u64)> {
        // A probe had better be of an event that has not failed yet.
        let mut turn = if self.breaker.is_open() {
            Turn::Retry
        } else {
            self.turn
        };
        for _ in 0..3 {
            turn = turn.next();
            let sequence = match turn {
                Turn::Fresh => self.ready.first().copied(),
                // New events have at least half of the room.
                Turn::Again if self.again_in_flight * 2 >= self.rules.max_in_flight.max(2) => None,
                Turn::Again => self.ready_again.first().copied(),
                Turn::Retry => {
                    let due = self.retries.first().filter(|(due, _)| *due <= now);
                    due.map(|(_, sequence)| *sequence)
                }
            };
            if let Some(sequence) = sequence {
                return Some((turn, sequence));
            }
        }
        None
    }

    /// Waits for a time, for the end of a block, or for whatever happens first.
    fn wait(&self, until: Option<Instant>) -> Step {
        let release = self.releases.first().map(|(until, _)| *until);
        match until.into_iter().chain(release).min() {
            Some(until) => Step::WaitUntil(until),
            None => Step::Idle,
        }
    }

    /// An event was read again.
    pub(crate) fn provide(&mut self, message: Message, moment: Moment) {
        let sequence = message.sequence;
        if let Some(entry) = self.entries.get_mut(&sequence) {
            entry.message = Some(message);
            self.fetched(sequence, moment);
        }
    }

    /// An event could not be read now. Whatever is wrong with the database,
    /// others would meet with it, too.
    pub(crate) fn not_fetched(&mut self, sequence: u64, until: Instant, moment: Moment) {
        self.quiet_until = self.quiet_until.max(Some(until));
        self.fetched(sequence, moment);
    }

    fn fetched(&mut self, sequence: u64, moment: Moment) {
        let Some(entry) = self.entries.get_mut(&sequence) else {
            return;
        };
        let State::Fetching { failures } = entry.state else {
            return;
        };
        entry.state = match failures {
            None => State::Waiting,
            Some(failures) => State::Failing {
                failures,
                due: moment.now,
                next_attempt_at: moment.at,
            },
        };
        let key = entry.line();
        if self.is_first(key, sequence) {
            self.comes_first(sequence, moment.now);
        }
    }
}
