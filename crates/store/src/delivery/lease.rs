//! Who delivers to a platform, and what that one has to know.

use std::time::Duration;

use jumun_domain::Timestamp;

use super::replay::Replay;

/// The right to deliver to one platform, held by one dispatcher at a time.
///
/// A dispatcher that cannot keep it sends nothing more: after `term` without a
/// renewal another may hold it. Should it come too late all the same (it was
/// stopped in the middle of a send), what it sends is a repeat, and what it
/// records is refused by the `epoch`, a fencing token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lease {
    /// The platform's number in the database.
    pub platform: i64,
    /// Rises each time that the lease changes hands.
    pub epoch: i64,
    /// For how long it holds from the moment in which a renewal was asked for.
    pub term: Duration,
}

/// How a platform stands, as its dispatcher needs it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// Every event up to this sequence is delivered or pending.
    pub position: u64,
    /// The sequence of the newest event of the shop; 0 where there is none.
    pub newest: u64,
    /// The number of the last record, 0 before the first: see
    /// [`Progress::number`](super::Progress::number).
    pub records: u64,
    /// Why nothing is to be sent now.
    pub pause: Option<Pause>,
    /// What operators want to be sent again, oldest first; at most
    /// [`MAX_OPEN_REPLAYS`](super::MAX_OPEN_REPLAYS).
    pub replays: Vec<Replay>,
}

/// A platform that nothing is sent to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pause {
    /// Why.
    pub reason: PauseReason,
    /// Since when.
    pub since: Timestamp,
}

/// Why nothing is sent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PauseReason {
    /// An operator wants it so.
    Operator,
    /// The platform has answered that it wants no more (410).
    Gone,
}
