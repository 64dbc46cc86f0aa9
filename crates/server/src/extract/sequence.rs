//! Places in the sequence of events.

use jumun_domain::limits::MAX_SAFE_INTEGER;

/// The sequence of an event, from 1 to 2^53 − 1: in a path, in a body and, as
/// the key of a list of deliveries, in a cursor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Sequence(i64);

impl Sequence {
    /// `None` outside 1..=2^53 − 1.
    pub(crate) fn new(value: i64) -> Option<Self> {
        (1..=MAX_SAFE_INTEGER)
            .contains(&value)
            .then_some(Self(value))
    }

    /// That of an event, which is never beyond those bounds.
    pub(crate) fn of_event(sequence: u64) -> Self {
        Self(i64::try_from(sequence).unwrap_or(MAX_SAFE_INTEGER))
    }

    /// As an integer of JSON.
    pub(crate) fn get(self) -> i64 {
        self.0
    }

    /// As engines number events.
    pub(crate) fn number(self) -> u64 {
        // Never negative.
        self.0.unsigned_abs()
    }
}
