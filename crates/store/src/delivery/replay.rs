//! What operators want to be sent again.

use jumun_domain::Timestamp;
use uuid::Uuid;

/// The most replays of one platform that are not finished: each is read in
/// parts beside the new events, and more would only take turns.
pub const MAX_OPEN_REPLAYS: usize = 16;

/// Names one replay.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ReplayId(pub Uuid);

/// A wish to send events again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replay {
    /// Which.
    pub id: ReplayId,
    /// Of what.
    pub range: ReplayRange,
    /// How far it has come: the last sequence of the range that was dealt with,
    /// or one below its first. Means nothing for [`ReplayRange::FailedSince`].
    pub position: u64,
    /// When it was asked for.
    pub requested_at: Timestamp,
}

/// Which events to send again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReplayRange {
    /// All from one sequence to another, both included, whether they were
    /// delivered or not. Later events than the newest at the time of the wish
    /// are left out: they are delivered anyway.
    Sequences {
        /// The first, at least 1.
        first: u64,
        /// The last, at least the first.
        last: u64,
    },
    /// What is not delivered and has failed at this time or later, dead letters
    /// too: it is tried again at once, and its time to be given up begins anew.
    FailedSince(Timestamp),
}

/// Why a replay was not taken up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReplayRefused {
    /// There is no such platform.
    #[error("there is no such platform; `jumun events list` names all of them")]
    NoSuchPlatform,
    /// There are [`MAX_OPEN_REPLAYS`] already.
    #[error(
        "{MAX_OPEN_REPLAYS} replays of this platform are not finished; wait until one is, or ask for one larger range"
    )]
    TooMany,
    /// No event has a sequence within the range.
    #[error("there is no event in that range; the newest has the sequence {newest}")]
    NoSuchEvent {
        /// The sequence of the newest event; 0 where there is none.
        newest: u64,
    },
}
