//! What operators see.

use jumun_domain::{Event, Timestamp};

use super::attempt::Attempt;
use super::lease::Pause;
use super::pending::Hold;
use super::replay::Replay;

/// The most attempts of one event that are shown, the last ones: an event that
/// failed for three days has some thousand.
pub const MAX_ATTEMPTS_SHOWN: usize = 100;

/// A platform, as operators see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlatformView {
    /// Its name.
    pub name: String,
    /// When it was first known.
    pub created_at: Timestamp,
    /// The sequence of the newest event when it was first known: it is told of
    /// later ones.
    pub starts_after: u64,
    /// Every event up to this sequence is delivered or pending.
    pub position: u64,
    /// The sequence of the newest event of the shop; 0 where there is none.
    pub newest: u64,
    /// Pending events by what holds them up.
    pub counts: PlatformCounts,
    /// When the oldest event happened that is not delivered, dead letters left out.
    pub oldest_undelivered: Option<Timestamp>,
    /// Why nothing is sent.
    pub pause: Option<Pause>,
    /// Until when somebody holds its lease; `None` when nobody does.
    pub leased_until: Option<Timestamp>,
    /// Replays that are not finished, oldest first.
    pub replays: Vec<Replay>,
}

impl PlatformView {
    /// How many events it lacks, dead letters left out.
    pub fn lag_events(&self) -> u64 {
        self.newest.saturating_sub(self.position) + self.counts.failing + self.counts.behind
    }
}

/// How many events are pending. Those that an operator wants sent again are
/// counted as failing or dead like others.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct PlatformCounts {
    /// Tried again and again.
    pub failing: u64,
    /// Behind such a one, or behind a dead letter.
    pub behind: u64,
    /// Dead letters.
    pub dead: u64,
}

/// One event and what became of it at one platform.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeliveryView {
    /// Its place.
    pub sequence: u64,
    /// The event.
    pub event: Event,
    /// What became of it.
    pub state: DeliveryState,
    /// What is recorded of the attempts, oldest first, at most
    /// [`MAX_ATTEMPTS_SHOWN`]. A record is pruned after a while, so that an
    /// event that was delivered can have none.
    pub attempts: Vec<Attempt>,
}

/// What became of an event at a platform.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeliveryState {
    /// It was there before the platform was known: it is sent by a replay only.
    BeforeStart,
    /// It is not sent yet.
    Waiting,
    /// It is not delivered, for this reason.
    Held(Hold),
    /// The platform has it.
    Delivered,
}

/// Which deliveries to list.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum DeliveryFilter {
    /// Those of all events.
    #[default]
    All,
    /// Those that are tried again and again.
    Failing,
    /// Those behind such a one, or behind a dead letter.
    Behind,
    /// Dead letters.
    Dead,
}
