//! Points in time, as inputs: the domain never reads a clock.

const MICROS_PER_MILLI: i64 = 1_000;
const MICROS_PER_HOUR: i64 = 3_600_000_000;

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the Unix epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the Unix epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole milliseconds since the Unix epoch, rounded down.
    pub const fn as_millis(self) -> i64 {
        self.0.div_euclid(MICROS_PER_MILLI)
    }

    /// The hour this instant falls in.
    pub const fn hour(self) -> Hour {
        Hour(self.0.div_euclid(MICROS_PER_HOUR))
    }
}

/// A whole hour, counted from the Unix epoch in UTC: the grain of the best-seller figures.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Hour(i64);

impl Hour {
    /// Hours since the Unix epoch.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The hour that lies `hours` earlier.
    pub const fn earlier(self, hours: i64) -> Self {
        Self(self.0 - hours)
    }
}
