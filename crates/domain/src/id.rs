//! Identifiers: the caller's integers and the engine's UUIDs.

use std::fmt;

use uuid::Uuid;

use crate::limits::MAX_SAFE_INTEGER;
use crate::time::Timestamp;

macro_rules! integer_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(i64);

        impl $name {
            /// `None` unless within 1..=2^53 − 1.
            pub const fn new(value: i64) -> Option<Self> {
                if value >= 1 && value <= MAX_SAFE_INTEGER { Some(Self(value)) } else { None }
            }

            /// The plain integer.
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }
    };
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }
    };
}

integer_id! {
    /// A shopper. The id is the caller's own: identity lives elsewhere.
    UserId
}
integer_id! {
    /// A product, numbered by the caller.
    ProductId
}
integer_id! {
    /// A coupon campaign, numbered by the engine from 1.
    CampaignId
}
uuid_id! {
    /// An order.
    OrderId
}
uuid_id! {
    /// One user's coupon of a campaign.
    CouponId
}
uuid_id! {
    /// A line of a user's ledger.
    EntryId
}
uuid_id! {
    /// A line of a product's stock history.
    AdjustmentId
}
uuid_id! {
    /// A line of the history of changes.
    ChangeId
}
uuid_id! {
    /// An event for the data platforms; a platform recognises a repeat by it.
    EventId
}

impl CampaignId {
    /// The number of the first campaign of a shop.
    pub const FIRST: Self = Self(1);

    /// The number after this one; `None` at the end of the range.
    pub const fn next(self) -> Option<Self> {
        Self::new(self.0 + 1)
    }
}

/// Mints UUIDv7 values (RFC 9562, section 5.7) that rise strictly.
///
/// The 12 bits after the millisecond are a counter (section 6.2, method 1) and
/// the last 62 bits are random, so the upper 64 bits of two ids of one sequence
/// never repeat. When a millisecond's 4,096 values are used up, or the clock
/// steps back, the sequence goes on from its last value and lets the embedded
/// time run ahead, as the RFC allows.
#[derive(Clone, Debug)]
pub struct IdSequence {
    /// Millisecond and counter of the last id: `millis << 12 | counter`.
    last: u64,
    entropy: u64,
}

const COUNTER_BITS: u32 = 12;
const COUNTER_MASK: u64 = (1 << COUNTER_BITS) - 1;
const RANDOM_MASK: u64 = (1 << 62) - 1;
const VERSION_7: u64 = 0x7;
const VARIANT_RFC: u64 = 0b10;

impl IdSequence {
    /// Goes on after `last`, the highest id minted so far. `entropy` feeds the
    /// random bits; the caller draws it afresh from the operating system.
    pub fn new(last: Option<Uuid>, entropy: u64) -> Self {
        Self {
            last: last.map_or(0, time_and_counter),
            entropy,
        }
    }

    /// Goes on after the position that [`IdSequence::position`] told.
    pub fn resume(position: u64, entropy: u64) -> Self {
        Self {
            last: position,
            entropy,
        }
    }

    /// Goes on above `position`, too, as [`IdSequence::position`] of another
    /// sequence told it.
    pub fn go_on_after(&mut self, position: u64) {
        self.last = self.last.max(position);
    }

    /// Where the sequence stands: the 60 bits of millisecond and counter of its
    /// last id, 0 before the first.
    pub fn position(&self) -> u64 {
        self.last
    }

    /// The next id, greater than every one before.
    pub fn next(&mut self, now: Timestamp) -> Uuid {
        let clock = u64::try_from(now.as_millis()).unwrap_or(0) << COUNTER_BITS;
        self.last = clock.max(self.last + 1);
        let millis = self.last >> COUNTER_BITS;
        let counter = self.last & COUNTER_MASK;
        let high = millis << 16 | VERSION_7 << COUNTER_BITS | counter;
        let low = VARIANT_RFC << 62 | (self.random() & RANDOM_MASK);
        Uuid::from_u64_pair(high, low)
    }

    /// SplitMix64 (Steele, Lea and Flood, 2014).
    fn random(&mut self) -> u64 {
        self.entropy = self.entropy.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.entropy;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// The 60 bits of a UUIDv7 that hold its millisecond and counter.
fn time_and_counter(id: Uuid) -> u64 {
    let (high, _) = id.as_u64_pair();
    (high >> 16) << COUNTER_BITS | (high & COUNTER_MASK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_version_seven_and_rise_even_when_the_clock_steps_back() {
        let mut ids = IdSequence::new(None, 1);
        let mut last = Uuid::nil();
        let times = [1_000_000, 1_000_000, 999_000, 5_000_000, 0, 5_000_001];
        for micros in times.iter().cycle().take(20_000) {
            let id = ids.next(Timestamp::from_micros(*micros));
            assert!(id > last, "{id} after {last}");
            assert_eq!(id.get_version_num(), 7);
            assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
            assert_ne!(id.as_u64_pair().0, last.as_u64_pair().0);
            last = id;
        }
    }

    #[test]
    fn a_sequence_goes_on_after_the_last_id_of_an_earlier_run() {
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let mut first = IdSequence::new(None, 1);
        let last = (0..10_000).map(|_| first.next(now)).last().unwrap();
        let mut second = IdSequence::new(Some(last), 2);
        assert!(second.next(Timestamp::from_micros(0)) > last);
    }
}
