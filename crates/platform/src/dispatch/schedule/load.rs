//! What comes in: how the platform stood, new events, wishes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jumun_store::NumberedEvent;
use jumun_store::delivery::{Hold, MAX_PENDING, Pending, ReplayId, ReplayRange, Standing};

use super::entry::{Entry, Failures, State};
use super::pick::Turn;
use super::span::{Slot, Span};
use super::{Draft, MAX_READ, Moment, PROBE_READ, REPLAY_READ_AHEAD, Rules, Schedule};
use crate::backoff::MAX_PAUSE_LATER;
use crate::breaker::Breaker;
use crate::message::Message;

impl Schedule {
    /// Takes a platform up where it was left.
    pub(crate) fn new(
        rules: Rules,
        standing: &Standing,
        pending: Vec<Pending>,
        moment: Moment,
    ) -> Self {
        let mut schedule = Self {
            rules,
            breaker: Breaker::default(),
            quiet_until: None,
            paused: false,
            reads_for_probe: false,
            gone_record: 0,
            newest: standing.newest,
            fresh: Span::new(None, standing.position, None),
            replays: Vec::new(),
            known_replays: HashSet::new(),
            entries: BTreeMap::new(),
            lines: HashMap::new(),
            ready: BTreeSet::new(),
            ready_again: BTreeSet::new(),
            retries: BTreeSet::new(),
            releases: BTreeSet::new(),
            turn: Turn::default(),
            in_flight: 0,
            again_in_flight: 0,
            held: 0,
            draft: Draft::default(),
            records: standing.records,
            in_record: 0,
            is_recording: false,
            is_closing: false,
        };
        for one in pending {
            schedule.take_up(&one, moment);
        }
        schedule.stands(standing, moment);
        schedule
    }

    fn take_up(&mut self, pending: &Pending, moment: Moment) {
        let (state, blocks) = self.state_of(pending.hold, moment);
        let entry = Entry {
            event_id: pending.event_id,
            user_id: pending.user_id,
            event_time: pending.event_time,
            replayed: pending.replayed,
            span: None,
            message: None,
            state,
            passed: true,
        };
        if !entry.is_dead() {
            self.held += 1;
            self.enter(pending.sequence, entry, moment.now);
            return;
        }
        let key = entry.line();
        let first = !self.lines.contains_key(&key);
        self.entries.insert(pending.sequence, entry);
        // It blocked what came after it, and nothing that came before.
        if let Some(until) = blocks.filter(|_| first) {
            self.lines
                .entry(key)
                .or_default()
                .push_back(pending.sequence);
            self.releases.insert((until, pending.sequence));
        }
    }

    /// The state of a pending event, and until when it blocks its line when dead.
    fn state_of(&self, hold: Hold, moment: Moment) -> (State, Option<std::time::Instant>) {
        match hold {
            Hold::Behind => (State::Waiting, None),
            Hold::Failing {
                failed_attempts,
                first_failed_at,
                last_failed_at,
                next_attempt_at,
            } => {
                let left = next_attempt_at
                    .as_micros()
                    .saturating_sub(moment.at.as_micros());
                // A clock that was set must not keep it for longer than a pause.
                let left = std::time::Duration::from_micros(u64::try_from(left).unwrap_or(0));
                let failures = Failures {
                    count: failed_attempts,
                    first_at: first_failed_at,
                    last_at: last_failed_at,
                    first: moment.instant_of(first_failed_at),
                };
                let state = State::Failing {
                    failures,
                    due: moment.now + left.min(MAX_PAUSE_LATER),
                    next_attempt_at,
                };
                (state, None)
            }
            Hold::Dead {
                failed_attempts,
                first_failed_at,
                last_failed_at,
                died_at,
            } => {
                let failures = Failures {
                    count: failed_attempts,
                    first_at: first_failed_at,
                    last_at: last_failed_at,
                    first: moment.instant_of(first_failed_at),
                };
                let left = self
                    .rules
                    .dead_letter_blocks_for
                    .checked_sub(moment.since(died_at));
                let until = left.filter(|it| !it.is_zero()).map(|it| moment.now + it);
                (State::Dead { failures, died_at }, until)
            }
        }
    }

    /// Hears how the platform stands in the database.
    pub(crate) fn stands(&mut self, standing: &Standing, moment: Moment) {
        self.newest = self.newest.max(standing.newest);
        if standing.records >= self.gone_record {
            let was_paused = std::mem::replace(&mut self.paused, standing.pause.is_some());
            if was_paused && !self.paused {
                self.is_wanted(moment);
            }
        }
        let listed = |id: &ReplayId| standing.replays.iter().any(|it| it.id == *id);
        self.known_replays.retain(listed);
        for replay in &standing.replays {
            if !self.known_replays.insert(replay.id) {
                continue;
            }
            self.is_wanted(moment);
            match replay.range {
                ReplayRange::FailedSince(since) => {
                    let failed = |(sequence, entry): (&u64, &Entry)| {
                        let failures = entry.failures()?;
                        (failures.last_at >= since).then_some(*sequence)
                    };
                    let all: Vec<u64> = self.entries.iter().filter_map(failed).collect();
                    for sequence in all {
                        self.revive(sequence, moment.now);
                    }
                    self.draft.fulfilled.push(replay.id);
                }
                ReplayRange::Sequences { first, last } => {
                    // Later ones are yet to be sent for the first time.
                    let last = last.min(self.fresh.position);
                    let position = replay.position.max(first.saturating_sub(1));
                    if position >= last {
                        self.draft.fulfilled.push(replay.id);
                    } else {
                        let span = Span::new(Some(replay.id), position, Some(last));
                        self.replays.push(span);
                    }
                }
            }
        }
    }

    /// An operator wants something sent: whatever kept messages back until now
    /// is forgotten.
    fn is_wanted(&mut self, moment: Moment) {
        self.breaker = Breaker::default();
        self.quiet_until = None;
        self.try_all_again(moment);
    }

    /// After which new event to read on, and how many at most; `None` while
    /// there are enough, or nothing is sent anyway.
    pub(crate) fn wants_fresh(&self, moment: Moment) -> Option<(u64, usize)> {
        let most = self.reads_on(moment, self.ready.is_empty())?;
        let room = self.read_ahead().saturating_sub(self.fresh.len());
        (room > 0).then(|| (self.fresh.read_to, room.min(most)))
    }

    /// The same of a replay.
    pub(crate) fn wants_again(&self, moment: Moment) -> Option<(ReplayId, u64, usize)> {
        let most = self.reads_on(moment, self.ready_again.is_empty())?;
        let unread = self.replays.iter().filter(|it| !it.is_read());
        // The shortest first, so that one event need not wait for a million.
        let left = |span: &&Span| span.last.unwrap_or(0).saturating_sub(span.read_to);
        let span = unread
            .filter(|it| it.len() < REPLAY_READ_AHEAD)
            .min_by_key(left)?;
        let id = span.key?;
        let left = usize::try_from(left(&span)).unwrap_or(usize::MAX);
        let room = REPLAY_READ_AHEAD.saturating_sub(span.len());
        Some((id, span.read_to, room.min(left).min(most)))
    }

    /// How many events may be read, if any. While the breaker is open these are
    /// a few, where there is `nothing_to_probe`: events that have failed may be
    /// bad themselves, and say nothing of the platform.
    fn reads_on(&self, moment: Moment, nothing_to_probe: bool) -> Option<usize> {
        let is_quiet = self.quiet_until.is_some_and(|until| moment.now < until);
        if self.paused || is_quiet {
            return None;
        }
        if self.breaker.is_open() {
            let probes = nothing_to_probe && self.reads_for_probe && self.held < MAX_PENDING;
            return probes.then_some(PROBE_READ);
        }
        (self.held < MAX_PENDING).then_some(MAX_READ)
    }

    /// Takes in a new event.
    pub(crate) fn offer_fresh(&mut self, event: &NumberedEvent, message: Message, moment: Moment) {
        if event.sequence <= self.fresh.read_to {
            return;
        }
        self.newest = self.newest.max(event.sequence);
        self.reads_for_probe = false;
        self.fresh.push(event.sequence, Slot::Open);
        let entry = entry(event, message, None);
        self.enter(event.sequence, entry, moment.now);
    }

    /// Takes in an event that is to be sent again.
    pub(crate) fn offer_again(
        &mut self,
        id: ReplayId,
        event: &NumberedEvent,
        message: Message,
        moment: Moment,
    ) {
        let Some(span) = self.replays.iter_mut().find(|it| it.key == Some(id)) else {
            return;
        };
        let sequence = event.sequence;
        if span.last.is_some_and(|last| sequence > last) {
            span.end_reached();
            return;
        }
        if sequence <= span.read_to {
            return;
        }
        self.reads_for_probe = false;
        if self.entries.contains_key(&sequence) {
            span.push(sequence, Slot::Skipped);
            self.revive(sequence, moment.now);
        } else {
            span.push(sequence, Slot::Open);
            self.enter(sequence, entry(event, message, Some(id)), moment.now);
        }
    }

    /// There are no more events in a replay's range.
    pub(crate) fn offered_all(&mut self, id: ReplayId) {
        if let Some(span) = self.replays.iter_mut().find(|it| it.key == Some(id)) {
            span.end_reached();
        }
    }
}

fn entry(event: &NumberedEvent, message: Message, span: Option<ReplayId>) -> Entry {
    Entry {
        event_id: event.event.id,
        user_id: event.event.order.user_id,
        event_time: event.event.time,
        replayed: span.is_some(),
        span,
        message: Some(message),
        state: State::Waiting,
        passed: false,
    }
}
