//! What is not known for sure.

use std::ops::{Add, Neg};

use super::Effect;

/// A request whose outcome is unknown, and which can be sent again.
#[derive(Clone, Debug)]
pub(crate) struct Doubt {
    pub(crate) effect: Effect,
    pub(crate) request: Box<[u8]>,
}

/// A change of which the least and the most are known.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Range {
    pub(crate) least: i64,
    pub(crate) most: i64,
}

impl Range {
    /// A change that is known.
    pub(crate) fn exactly(change: i64) -> Self {
        Self {
            least: change,
            most: change,
        }
    }

    /// A change that was made, or none.
    pub(crate) fn up_to(change: i64) -> Self {
        Self {
            least: change.min(0),
            most: change.max(0),
        }
    }

    /// The change so many times, which is not negative.
    pub(crate) fn times(self, count: i64) -> Self {
        Self {
            least: self.least.saturating_mul(count),
            most: self.most.saturating_mul(count),
        }
    }

    /// Whether a change can be this one.
    pub(crate) fn has(self, change: i64) -> bool {
        (self.least..=self.most).contains(&change)
    }
}

impl Add for Range {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            // What a server makes up may be of any size.
            least: self.least.saturating_add(other.least),
            most: self.most.saturating_add(other.most),
        }
    }
}

impl Neg for Range {
    type Output = Self;

    fn neg(self) -> Self {
        Self {
            least: self.most.saturating_neg(),
            most: self.least.saturating_neg(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_add_up_and_turn_round() {
        let maybe = Range::up_to(-3);
        assert!(maybe.has(-3) && maybe.has(0) && !maybe.has(1) && !maybe.has(-4));
        assert_eq!(-maybe, Range::up_to(3));
        let sum = Range::exactly(10) + maybe.times(2);
        assert_eq!((sum.least, sum.most), (4, 10));
        let bound = Range::exactly(i64::MIN);
        assert_eq!((-(bound + bound)).most, i64::MAX);
    }
}
