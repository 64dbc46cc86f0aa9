//! What is recorded.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};

use jumun_store::delivery::{FirstTry, MAX_PENDING, Progress, ReplayProgress};

use super::entry::{Entry, LineKey, State};
use super::span::{Passed, Span};
use super::{Draft, Moment, Schedule};

/// How long an attempt may take before others, which were quicker, are no longer
/// kept from being recorded by it.
const SLOW: Duration = Duration::from_millis(200);

/// Pending events whose messages are kept in memory, so that they need not be
/// read again when it is only a hiccup.
const KEPT_MESSAGES: usize = 1_024;

impl Schedule {
    /// What is new since the last record; `None` when nothing is, or while a
    /// record is being written. Tell [`Schedule::recorded`] when it is.
    pub(crate) fn progress(&mut self, moment: Moment) -> Option<Progress> {
        if self.is_recording {
            return None;
        }
        let before = self.fresh.position;
        let (passed, replays) = self.advance(moment);
        let mut draft = std::mem::take(&mut self.draft);
        // Delivered, and meanwhile to be sent again: it stays pending.
        let Draft {
            changed, delivered, ..
        } = &mut draft;
        delivered.retain(|it| !changed.contains(it));
        let told = |run: &jumun_store::delivery::FirstTries| {
            run.tries
                .iter()
                .any(|it| matches!(it, FirstTry::Delivered { .. }))
        };
        let is_new = self.fresh.position > before
            || !replays.is_empty()
            || !draft.changed.is_empty()
            || !draft.delivered.is_empty()
            || !draft.attempts.is_empty()
            || !draft.fulfilled.is_empty()
            || draft.gone_at.is_some();
        if !is_new {
            return None;
        }
        let pending = |sequence: u64| Some(self.entries.get(&sequence)?.pending(sequence));
        let fulfilled = draft.fulfilled.into_iter().map(|id| ReplayProgress {
            id,
            position: 0,
            finished: true,
        });
        let progress = Progress {
            number: self.records + 1,
            position: self.fresh.position,
            first_tries: passed.runs.into_iter().filter(told).collect(),
            held: draft.changed.into_iter().filter_map(pending).collect(),
            delivered: draft.delivered,
            attempts: draft.attempts,
            replays: replays.into_iter().chain(fulfilled).collect(),
            gone_at: draft.gone_at,
        };
        self.in_record = passed.delivered + progress.delivered.len();
        self.is_recording = true;
        Some(progress)
    }

    /// The last progress is on stable storage.
    pub(crate) fn recorded(&mut self) {
        self.records += 1;
        self.in_record = 0;
        self.is_recording = false;
    }

    /// Whether there is little room left for what may be on its way or unrecorded.
    pub(crate) fn is_filling_up(&self) -> bool {
        self.occupied() * 2 >= self.rules.max_in_flight
    }

    /// Whether many events are delivered and wait for one that is not.
    pub(crate) fn is_stuck(&self) -> bool {
        let stuck = |span: &Span| span.waiting() * 4 >= self.rules.max_in_flight.max(4);
        stuck(&self.fresh) || self.replays.iter().any(stuck)
    }

    /// Moves every position as far as it goes.
    fn advance(&mut self, moment: Moment) -> (Passed, Vec<ReplayProgress>) {
        let crowded = self.fresh.len() >= self.read_ahead()
            && self.ready.is_empty()
            && self.in_flight * 2 < self.rules.max_in_flight;
        let stuck = self.is_stuck();
        let mut passing = Passing {
            entries: &mut self.entries,
            lines: &self.lines,
            changed: &mut self.draft.changed,
            held: &mut self.held,
            upto: None,
            slow_since: stuck.then(|| moment.now.checked_sub(SLOW)).flatten(),
            stuck,
            crowded,
        };
        let upto = |span: &Span| span.last_delivered().filter(|_| self.is_closing);
        passing.upto = upto(&self.fresh);
        let mut all = self.fresh.advance(|sequence| passing.may_pass(sequence));
        let mut replays = Vec::new();
        for span in &mut self.replays {
            let before = span.position;
            passing.upto = upto(span);
            let passed = span.advance(|sequence| passing.may_pass(sequence));
            all.delivered += passed.delivered;
            all.runs.extend(passed.runs);
            if let Some(id) = span.key
                && (span.position > before || span.is_finished())
            {
                replays.push(ReplayProgress {
                    id,
                    position: span.position,
                    finished: span.is_finished(),
                });
            }
        }
        self.replays.retain(|it| !it.is_finished());
        (all, replays)
    }
}

/// Decides which events may be passed without being delivered, and makes them
/// pending.
struct Passing<'a> {
    entries: &'a mut BTreeMap<u64, Entry>,
    lines: &'a HashMap<LineKey, VecDeque<u64>>,
    changed: &'a mut std::collections::BTreeSet<u64>,
    held: &'a mut usize,
    /// Every event up to this one is passed.
    upto: Option<u64>,
    /// Attempts that began before this are passed.
    slow_since: Option<Instant>,
    /// Much is delivered and waits for something that is not.
    stuck: bool,
    /// There is no room to read on, and little to send: one user has many events.
    crowded: bool,
}

impl Passing<'_> {
    fn may_pass(&mut self, sequence: u64) -> bool {
        let Some(entry) = self.entries.get(&sequence) else {
            return true;
        };
        if entry.passed {
            return true;
        }
        let is_dead = entry.is_dead();
        if (*self.held >= MAX_PENDING && !is_dead) || !self.is_held_up(sequence, entry) {
            return false;
        }
        *self.held += usize::from(!is_dead);
        self.changed.insert(sequence);
        if let Some(entry) = self.entries.get_mut(&sequence) {
            entry.passed = true;
            if *self.held > KEPT_MESSAGES || is_dead {
                entry.message = None;
            }
        }
        true
    }

    /// Whether there is something that will take a while.
    fn is_held_up(&self, sequence: u64, entry: &Entry) -> bool {
        if self.upto.is_some_and(|upto| sequence <= upto) {
            return true;
        }
        match entry.state {
            State::Failing { .. } | State::Dead { .. } => true,
            State::Fetching { failures } => failures.is_some(),
            State::Underway { failures, since } => {
                let slow = self.slow_since.is_some_and(|it| since <= it);
                failures.is_some() || slow || self.crowded
            }
            State::Waiting => {
                let line = self.lines.get(&entry.line());
                match line.and_then(|line| line.front()) {
                    Some(first) if *first != sequence => {
                        let first = self.entries.get(first);
                        // Two replays share a user's line: what goes first there
                        // may need the very room that is taken up by waiting.
                        let other = |it: &Entry| it.passed || self.stuck && it.span != entry.span;
                        self.crowded || first.is_some_and(other)
                    }
                    _ => false,
                }
            }
        }
    }
}
