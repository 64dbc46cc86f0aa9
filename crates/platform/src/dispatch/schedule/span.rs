//! A run of events that is read in the order of their sequences.

use std::collections::VecDeque;

use jumun_store::delivery::{FirstTries, FirstTry, MAX_RUN, ReplayId};

/// Which run of events: the new ones, or those of a replay.
pub(super) type SpanKey = Option<ReplayId>;

/// What became of an event that the span has not passed yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Slot {
    /// Not delivered.
    Open,
    /// Delivered; what is to be told of its first attempt.
    Delivered(FirstTry),
    /// Looked after elsewhere: it is pending already.
    Skipped,
}

/// A window over one run of events: read, and not all settled.
#[derive(Debug)]
pub(super) struct Span {
    pub(super) key: SpanKey,
    /// Every event up to here is delivered or pending.
    pub(super) position: u64,
    /// The last event that was read.
    pub(super) read_to: u64,
    /// The last event of a replay.
    pub(super) last: Option<u64>,
    /// Events above the position, rising.
    window: VecDeque<(u64, Slot)>,
    /// How many of them are delivered and wait for an earlier one.
    waiting: usize,
}

impl Span {
    pub(super) fn new(key: SpanKey, position: u64, last: Option<u64>) -> Self {
        Self {
            key,
            position,
            read_to: position,
            last,
            window: VecDeque::new(),
            waiting: 0,
        }
    }

    /// How many events are in the window.
    pub(super) fn len(&self) -> usize {
        self.window.len()
    }

    /// How many events of the window are delivered.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// The last event of the window that is delivered.
    pub(super) fn last_delivered(&self) -> Option<u64> {
        let delivered = |(_, slot): &&(u64, Slot)| matches!(slot, Slot::Delivered(_));
        let last = self.window.iter().rev().find(delivered);
        last.map(|(sequence, _)| *sequence)
    }

    /// There are no more events in a replay's range.
    pub(super) fn end_reached(&mut self) {
        self.read_to = self.last.unwrap_or(self.read_to);
    }

    /// Whether all of a replay is read.
    pub(super) fn is_read(&self) -> bool {
        self.last.is_some_and(|last| self.read_to >= last)
    }

    /// Whether all of a replay is delivered or pending.
    pub(super) fn is_finished(&self) -> bool {
        self.is_read() && self.window.is_empty()
    }

    /// Takes in an event that was read.
    pub(super) fn push(&mut self, sequence: u64, slot: Slot) {
        self.read_to = self.read_to.max(sequence);
        self.window.push_back((sequence, slot));
    }

    /// An event of the window was delivered.
    pub(super) fn delivered(&mut self, sequence: u64, first_try: FirstTry) {
        let place = self.window.partition_point(|(it, _)| *it < sequence);
        if let Some((found, slot)) = self.window.get_mut(place)
            && *found == sequence
        {
            *slot = Slot::Delivered(first_try);
            self.waiting += 1;
        }
    }

    /// Passes events up to the first open one that `may_pass` does not allow.
    /// Tells what became of those it has passed.
    pub(super) fn advance(&mut self, mut may_pass: impl FnMut(u64) -> bool) -> Passed {
        let mut passed = Passed::default();
        while let Some((sequence, slot)) = self.window.front().copied() {
            let first_try = match slot {
                Slot::Delivered(first_try) => {
                    passed.delivered += 1;
                    first_try
                }
                Slot::Skipped => FirstTry::Otherwise,
                Slot::Open if may_pass(sequence) => FirstTry::Otherwise,
                Slot::Open => break,
            };
            self.window.pop_front();
            self.position = sequence;
            passed.push(sequence, first_try);
        }
        self.waiting -= passed.delivered;
        // A replay may end in a gap.
        if let Some(last) = self.last
            && self.is_finished()
        {
            self.position = self.position.max(last);
        }
        passed
    }
}

/// What a span has passed.
#[derive(Default)]
pub(super) struct Passed {
    /// What is to be told of the first attempts.
    pub(super) runs: Vec<FirstTries>,
    /// How many events were delivered.
    pub(super) delivered: usize,
}

impl Passed {
    fn push(&mut self, sequence: u64, first_try: FirstTry) {
        if let Some(run) = self.runs.last_mut()
            && run.tries.len() < MAX_RUN
            && run.last_sequence() + 1 == sequence
        {
            run.tries.push(first_try);
            return;
        }
        self.runs.push(FirstTries {
            first_sequence: sequence,
            tries: vec![first_try],
        });
    }
}
