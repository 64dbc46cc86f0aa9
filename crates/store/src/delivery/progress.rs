//! What a dispatcher records.

use jumun_domain::Timestamp;

use super::attempt::Attempt;
use super::log::FirstTries;
use super::pending::Pending;
use super::replay::ReplayId;

/// How far a platform has come since the last record, written whole or not at all.
///
/// Recording the same number again changes nothing, so that a record whose
/// outcome was lost is simply repeated, unchanged.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Progress {
    /// One more than that of the record before, see [`Standing::records`](super::Standing::records).
    pub number: u64,
    /// The new position; never below the one before. Every event above that one
    /// and up to this was delivered or is in `held`.
    pub position: u64,
    /// First attempts that succeeded. The runs of one record cover the events
    /// that the position has passed by it, and those that replays have.
    pub first_tries: Vec<FirstTries>,
    /// Events that are pending now, new ones and those whose hold has changed.
    pub held: Vec<Pending>,
    /// Pending events that were delivered; none of them is in `held`.
    pub delivered: Vec<u64>,
    /// Attempts to record by themselves, in the order of their ends.
    pub attempts: Vec<Attempt>,
    /// How far replays have come.
    pub replays: Vec<ReplayProgress>,
    /// The platform has said that it wants no more: it is paused.
    pub gone_at: Option<Timestamp>,
}

/// How far one replay has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReplayProgress {
    /// Which.
    pub id: ReplayId,
    /// The last sequence of its range that was dealt with.
    pub position: u64,
    /// Whether that was all of it: it is forgotten.
    pub finished: bool,
}

/// Whether a record was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Recorded {
    /// It is on stable storage.
    Durably,
    /// Another holds the lease by now: nothing was written.
    Fenced,
}
