//! What is sent to one platform next, and what is known of what was sent.
//!
//! This is all that a dispatcher decides, without a clock, a platform or a
//! database: times are inputs, and what is to be done comes out as a [`Step`] or
//! a [`Progress`](jumun_store::delivery::Progress). So a test can let a platform
//! be away for a day in a millisecond.
//!
//! Events of one user form a *line*: only its first is ever on its way. Events
//! are passed by the position in the order of their sequences; what is passed
//! without being delivered becomes pending, so that one event that fails holds
//! up its own line and nothing else.

mod counts;
mod entry;
mod lines;
mod load;
mod moment;
mod pick;
mod record;
mod rules;
mod settle;
mod span;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::time::Instant;

use jumun_domain::Timestamp;
use jumun_store::delivery::{Attempt, ReplayId};

use crate::breaker::Breaker;
use crate::message::Message;

pub(crate) use counts::Counts;
pub(crate) use moment::Moment;
pub(crate) use rules::Rules;
pub(crate) use settle::News;

use entry::{Entry, LineKey};
use pick::Turn;
use span::Span;

/// The fewest new events that are read ahead of the position: enough that the
/// next ones are at hand when some are delivered.
const MIN_READ_AHEAD: usize = 4_096;

/// The most events of a replay that are read ahead.
const REPLAY_READ_AHEAD: usize = 512;

/// The most events that are read for one probe while the breaker is open: all
/// that is wanted is one that nobody has tried yet, and what is read beside it
/// becomes pending.
const PROBE_READ: usize = 4;

/// The most events of one read: a few milliseconds for an engine.
const MAX_READ: usize = 512;

/// What a dispatcher shall do next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// Send this, and tell [`Schedule::settle`].
    Send(Message),
    /// Read this event again, and tell [`Schedule::provide`].
    Fetch(u64),
    /// Ask again at this time, or earlier when something has changed.
    WaitUntil(Instant),
    /// Ask again when something has changed.
    Idle,
}

/// The deliveries of one platform.
pub(crate) struct Schedule {
    rules: Rules,
    breaker: Breaker,
    /// The platform asks to be left alone until then.
    quiet_until: Option<Instant>,
    paused: bool,
    /// While the breaker is open: some events may be read for the next probe.
    reads_for_probe: bool,
    /// The number of the record that tells of a 410: what is older knows nothing
    /// of the pause.
    gone_record: u64,
    /// The newest event, as far as is known.
    newest: u64,
    /// The new events.
    fresh: Span,
    /// What is sent again.
    replays: Vec<Span>,
    /// Replays that are known here, until the database no longer has them.
    known_replays: HashSet<ReplayId>,
    /// Every event that was read, or was pending, and is not delivered.
    entries: BTreeMap<u64, Entry>,
    lines: HashMap<LineKey, VecDeque<u64>>,
    /// First of their lines, new and to be sent at once.
    ready: BTreeSet<u64>,
    /// The same of what is sent again.
    ready_again: BTreeSet<u64>,
    /// First of their lines and failing, by the time of their next attempt.
    retries: BTreeSet<(Instant, u64)>,
    /// Dead letters that hold up their lines, by the time at which that ends.
    releases: BTreeSet<(Instant, u64)>,
    turn: Turn,
    in_flight: usize,
    /// How many of those are sent again.
    again_in_flight: usize,
    /// How many entries are pending and no dead letters.
    held: usize,
    draft: Draft,
    records: u64,
    /// Delivered events in the record that is being written.
    in_record: usize,
    is_recording: bool,
    /// Nothing more is sent: what is delivered is to be recorded all the same.
    is_closing: bool,
}

/// What is to be recorded next.
#[derive(Default)]
struct Draft {
    /// Pending events that are new or have changed.
    changed: BTreeSet<u64>,
    /// Pending events that were delivered.
    delivered: Vec<u64>,
    attempts: Vec<Attempt>,
    /// Replays that are fulfilled.
    fulfilled: Vec<ReplayId>,
    gone_at: Option<Timestamp>,
}

impl Schedule {
    /// Events on their way, or delivered and not recorded: so many may be
    /// repeated after a crash.
    fn occupied(&self) -> usize {
        let waiting: usize = self.replays.iter().map(Span::waiting).sum();
        self.in_flight
            + self.fresh.waiting()
            + waiting
            + self.draft.delivered.len()
            + self.in_record
    }

    /// Nothing more will be sent: whatever keeps what is delivered from being
    /// recorded is passed from now on.
    pub(crate) fn close(&mut self) {
        self.is_closing = true;
    }

    /// How many new events may be read ahead.
    fn read_ahead(&self) -> usize {
        MIN_READ_AHEAD.max(self.rules.max_in_flight * 2)
    }
}
