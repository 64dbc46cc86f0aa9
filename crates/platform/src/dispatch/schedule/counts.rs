//! Figures of one platform's deliveries.

use jumun_domain::Timestamp;

use super::Schedule;
use super::entry::State;

/// How deliveries stand.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Counts {
    /// Events that are not delivered, dead letters and replays left out.
    pub(crate) lag_events: u64,
    /// When the oldest of them happened, if it was read already.
    pub(crate) oldest: Option<Timestamp>,
    /// After this event the rest is not read yet.
    pub(crate) read_to: u64,
    pub(crate) in_flight: usize,
    pub(crate) failing: u64,
    /// Passed, and behind another.
    pub(crate) behind: u64,
    pub(crate) dead: u64,
    pub(crate) is_open: bool,
    pub(crate) is_paused: bool,
}

impl Schedule {
    /// How deliveries stand now.
    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts {
            lag_events: self.newest.saturating_sub(self.fresh.read_to),
            read_to: self.fresh.read_to,
            in_flight: self.in_flight,
            is_open: self.breaker.is_open(),
            is_paused: self.paused,
            ..Counts::default()
        };
        for entry in self.entries.values() {
            match entry.state {
                State::Dead { .. } => {
                    counts.dead += 1;
                    continue;
                }
                _ if entry.failures().is_some() => counts.failing += 1,
                _ if entry.passed => counts.behind += 1,
                _ => {}
            }
            if !entry.replayed {
                counts.lag_events += 1;
                counts.oldest = Some(
                    counts
                        .oldest
                        .map_or(entry.event_time, |before| before.min(entry.event_time)),
                );
            }
        }
        counts
    }

    /// Whether anything is on its way.
    pub(crate) fn is_sending(&self) -> bool {
        self.in_flight > 0
    }
}
