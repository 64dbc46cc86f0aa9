//! What became of what was sent.

use std::time::Duration;

use jumun_store::delivery::{Attempt, AttemptResult, FirstTry};

use super::entry::{Entry, Failures, State};
use super::{Moment, Schedule};
use crate::backoff::Retry;
use crate::breaker::MAX_QUIET;
use crate::client::Delivery;
use crate::outcome::{Failure, FailureKind, Outcome};

/// Answers that speak of the client as a whole: too many requests, unavailable.
const FOR_ALL: [u16; 2] = [429, 503];

/// What an operator should hear of, once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum News {
    /// Several events in a row have failed.
    Down,
    /// One has got through again.
    Back,
    /// The platform wants no more.
    Gone,
    /// The event became a dead letter.
    Died,
}

impl Schedule {
    /// An attempt has ended. Tells what an operator should hear of.
    pub(crate) fn settle(
        &mut self,
        sequence: u64,
        delivery: &Delivery,
        moment: Moment,
        random: f64,
    ) -> Option<News> {
        let was_open = self.breaker.is_open();
        let entry = self.entries.get(&sequence)?;
        let State::Underway { failures, .. } = entry.state else {
            return None;
        };
        self.in_flight -= 1;
        self.again_in_flight -= usize::from(entry.replayed);
        let attempt = attempt(sequence, delivery, moment);
        match &delivery.outcome {
            Outcome::Delivered { .. } => self.delivered(sequence, failures, attempt, moment),
            Outcome::Failed(failure) => {
                self.draft.attempts.push(attempt);
                self.failed(sequence, failures, failure, moment, random);
            }
            Outcome::Gone { .. } => {
                self.draft.attempts.push(attempt);
                self.paused = true;
                self.draft.gone_at = Some(moment.at);
                self.gone_record = self.records + 1 + u64::from(self.is_recording);
                // It goes first when the platform is resumed.
                let failures = one_more(failures, moment);
                self.fail(sequence, failures, Duration::ZERO, moment);
                return Some(News::Gone);
            }
        }
        match (was_open, self.breaker.is_open()) {
            (false, true) => {
                self.reads_for_probe = true;
                Some(News::Down)
            }
            (true, false) => Some(News::Back),
            _ => {
                let died = self.entries.get(&sequence).is_some_and(Entry::is_dead);
                died.then_some(News::Died)
            }
        }
    }

    fn delivered(
        &mut self,
        sequence: u64,
        failures: Option<Failures>,
        attempt: Attempt,
        moment: Moment,
    ) {
        let was_open = self.breaker.is_open();
        self.breaker.delivered();
        self.quiet_until = None;
        let Some(entry) = self.entries.remove(&sequence) else {
            return;
        };
        if entry.passed {
            self.held -= 1;
            self.draft.changed.remove(&sequence);
            self.draft.delivered.push(sequence);
            self.draft.attempts.push(attempt);
        } else {
            let first_try = if failures.is_none() {
                FirstTry::Delivered {
                    at: attempt.at,
                    latency: attempt.latency,
                    status: attempt.status,
                }
            } else {
                self.draft.attempts.push(attempt);
                FirstTry::Otherwise
            };
            let mut spans = std::iter::once(&mut self.fresh).chain(&mut self.replays);
            if let Some(span) = spans.find(|it| it.key == entry.span) {
                span.delivered(sequence, first_try);
            }
        }
        self.leave(entry.line(), sequence, moment.now);
        if was_open {
            self.try_all_again(moment);
        }
    }

    /// The platform is back: whatever waits for its time need not.
    pub(super) fn try_all_again(&mut self, moment: Moment) {
        for (_, sequence) in std::mem::take(&mut self.retries) {
            if let Some(Entry {
                state: State::Failing { due, .. },
                ..
            }) = self.entries.get_mut(&sequence)
            {
                *due = moment.now;
                self.retries.insert((moment.now, sequence));
            }
        }
    }

    fn failed(
        &mut self,
        sequence: u64,
        failures: Option<Failures>,
        failure: &Failure,
        moment: Moment,
        random: f64,
    ) {
        let failures = one_more(failures, moment);
        let Some(entry) = self.entries.get_mut(&sequence) else {
            return;
        };
        let id = entry.event_id.0;
        let for_all = matches!(failure.kind, FailureKind::Status(it) if FOR_ALL.contains(&it));
        let wish = failure.retry_after.filter(|_| for_all);
        self.breaker.failed(id, moment.now, wish, random);
        if let Some(wish) = wish {
            let until = moment.now + wish.min(MAX_QUIET);
            self.quiet_until = self.quiet_until.max(Some(until));
        }
        let since_first = moment.now.saturating_duration_since(failures.first);
        if since_first >= self.rules.dead_letter_after {
            self.die(sequence, failures, moment);
            return;
        }
        let retry = Retry {
            failed_attempts: failures.count,
            since_first_failure: since_first,
            retry_after: failure.retry_after,
        };
        self.fail(sequence, failures, retry.pause(random), moment);
    }

    fn fail(&mut self, sequence: u64, failures: Failures, pause: Duration, moment: Moment) {
        let Some(entry) = self.entries.get_mut(&sequence) else {
            return;
        };
        let due = moment.now + pause;
        entry.state = State::Failing {
            failures,
            due,
            next_attempt_at: moment.after(pause),
        };
        if entry.passed {
            self.draft.changed.insert(sequence);
        }
        self.retries.insert((due, sequence));
    }

    fn die(&mut self, sequence: u64, failures: Failures, moment: Moment) {
        let Some(entry) = self.entries.get_mut(&sequence) else {
            return;
        };
        entry.state = State::Dead {
            failures,
            died_at: moment.at,
        };
        if entry.passed {
            self.held -= 1;
            self.draft.changed.insert(sequence);
        }
        let blocks_for = self.rules.dead_letter_blocks_for;
        if blocks_for.is_zero() || entry.replayed {
            let key = entry.line();
            self.leave(key, sequence, moment.now);
        } else {
            self.releases.insert((moment.now + blocks_for, sequence));
        }
    }
}

fn one_more(failures: Option<Failures>, moment: Moment) -> Failures {
    match failures {
        None => Failures {
            count: 1,
            first_at: moment.at,
            last_at: moment.at,
            first: moment.now,
        },
        Some(before) => Failures {
            count: before.count.saturating_add(1),
            last_at: moment.at,
            ..before
        },
    }
}

fn attempt(sequence: u64, delivery: &Delivery, moment: Moment) -> Attempt {
    let (result, status, excerpt) = match &delivery.outcome {
        Outcome::Delivered { status } => (AttemptResult::Delivered, *status, String::new()),
        Outcome::Failed(failure) => (
            failure.kind.result(),
            failure.kind.status(),
            failure.excerpt.clone(),
        ),
        Outcome::Gone { excerpt } => (AttemptResult::Gone, Some(GONE), excerpt.clone()),
    };
    Attempt {
        sequence,
        at: moment.at,
        result,
        status,
        latency: delivery.latency,
        excerpt,
    }
}

/// The status that wants no more messages.
const GONE: u16 = 410;
