//! Lines: the events of one user, one after another.

use std::time::Instant;

use super::entry::{LineKey, State};
use super::{Entry, Schedule};

impl Schedule {
    /// Puts an entry at the end of its line.
    pub(super) fn enter(&mut self, sequence: u64, entry: Entry, now: Instant) {
        let key = entry.line();
        self.entries.insert(sequence, entry);
        let line = self.lines.entry(key).or_default();
        line.push_back(sequence);
        if line.len() == 1 {
            self.comes_first(sequence, now);
        }
    }

    /// Takes an event out of its line; the next one comes first.
    pub(super) fn leave(&mut self, key: LineKey, sequence: u64, now: Instant) {
        let Some(line) = self.lines.get_mut(&key) else {
            return;
        };
        if line.front() != Some(&sequence) {
            line.retain(|it| *it != sequence);
            return;
        }
        line.pop_front();
        match line.front() {
            Some(next) => {
                let next = *next;
                self.comes_first(next, now);
            }
            None => {
                self.lines.remove(&key);
            }
        }
    }

    /// Whether the event is the first of its line.
    pub(super) fn is_first(&self, key: LineKey, sequence: u64) -> bool {
        let line = self.lines.get(&key);
        line.is_some_and(|line| line.front() == Some(&sequence))
    }

    /// The event is the first of its line now: it waits for its turn, its time
    /// or its release.
    pub(super) fn comes_first(&mut self, sequence: u64, now: Instant) {
        let Some(entry) = self.entries.get(&sequence) else {
            return;
        };
        match entry.state {
            State::Waiting if entry.replayed => {
                self.ready_again.insert(sequence);
            }
            State::Waiting => {
                self.ready.insert(sequence);
            }
            State::Failing { due, .. } => {
                self.retries.insert((due, sequence));
            }
            State::Dead { .. } => {
                // It was given up before it came first: whoever is behind it has
                // waited as long already.
                self.releases.insert((now, sequence));
            }
            State::Fetching { .. } | State::Underway { .. } => {}
        }
    }

    /// Takes the event out of whatever it waits in, as the first of its line.
    pub(super) fn forget_turn(&mut self, sequence: u64) {
        let Some(entry) = self.entries.get(&sequence) else {
            return;
        };
        match entry.state {
            State::Waiting => {
                self.ready.remove(&sequence);
                self.ready_again.remove(&sequence);
            }
            State::Failing { due, .. } => {
                self.retries.remove(&(due, sequence));
            }
            State::Dead { .. } => self.releases.retain(|(_, it)| *it != sequence),
            State::Fetching { .. } | State::Underway { .. } => {}
        }
    }

    /// Lets go of the lines whose dead letters have blocked them for long enough.
    pub(super) fn release(&mut self, now: Instant) {
        while let Some((until, sequence)) = self.releases.first().copied() {
            if until > now {
                break;
            }
            self.releases.pop_first();
            if let Some(key) = self.entries.get(&sequence).map(Entry::line) {
                self.leave(key, sequence, now);
            }
        }
    }

    /// Sends an event that has failed, or was given up, as if it were new: one
    /// that no longer holds its place is sent beside the later ones.
    pub(super) fn revive(&mut self, sequence: u64, now: Instant) {
        let Some(entry) = self.entries.get(&sequence) else {
            return;
        };
        if !matches!(entry.state, State::Failing { .. } | State::Dead { .. }) {
            return;
        }
        let key = entry.line();
        let in_line = self
            .lines
            .get(&key)
            .is_some_and(|line| line.contains(&sequence));
        self.forget_turn(sequence);
        let Some(mut entry) = self.entries.remove(&sequence) else {
            return;
        };
        if entry.passed {
            self.held += usize::from(entry.is_dead());
            self.draft.changed.insert(sequence);
        }
        entry.state = State::Waiting;
        if in_line {
            self.entries.insert(sequence, entry);
            if self.is_first(key, sequence) {
                self.comes_first(sequence, now);
            }
        } else {
            entry.replayed = true;
            self.enter(sequence, entry, now);
        }
    }
}
