//! Events that a platform's position has passed without their being delivered.

use jumun_domain::{EventId, Timestamp, UserId};

/// The most pending events of one platform, dead letters apart: its dispatcher holds them in memory,
/// some 100 bytes each, and reads no further when there are so many.
pub const MAX_PENDING: usize = 100_000;

/// An event that is at or below its platform's position and not delivered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pending {
    /// Which event.
    pub sequence: u64,
    /// Its id.
    pub event_id: EventId,
    /// Whose order it speaks of.
    pub user_id: UserId,
    /// When it happened.
    pub event_time: Timestamp,
    /// Whether it was delivered before, or passed over when the platform was
    /// new, and an operator wants it sent again: it holds up no other event.
    pub replayed: bool,
    /// Why it is not delivered.
    pub hold: Hold,
}

/// What holds an event up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hold {
    /// An earlier event of the same user, which is not delivered either; or
    /// nothing but its turn: its first attempt takes long, or it is about to be
    /// sent again.
    Behind,
    /// It has failed and is tried again.
    Failing {
        /// How many attempts have failed in a row; from 1.
        failed_attempts: u32,
        /// When the first of them failed.
        first_failed_at: Timestamp,
        /// When the last of them failed.
        last_failed_at: Timestamp,
        /// When it is tried again.
        next_attempt_at: Timestamp,
    },
    /// It has failed for too long, a dead letter: it is not tried again until
    /// an operator asks for it.
    Dead {
        /// How many attempts have failed.
        failed_attempts: u32,
        /// When the first of them failed.
        first_failed_at: Timestamp,
        /// When the last of them failed.
        last_failed_at: Timestamp,
        /// When it was given up. It may hold up its user's later events for a
        /// while from then on.
        died_at: Timestamp,
    },
}
