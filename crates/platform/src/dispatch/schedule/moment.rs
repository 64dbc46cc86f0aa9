//! Now, by two clocks.

use std::time::{Duration, Instant};

use jumun_domain::Timestamp;

/// One moment, by the clock that never jumps and by the one that others share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// What pauses are reckoned by.
    pub(crate) now: Instant,
    /// What is recorded.
    pub(crate) at: Timestamp,
}

impl Moment {
    /// How long ago a recorded time was; nothing for one in the future.
    pub(super) fn since(self, earlier: Timestamp) -> Duration {
        let micros = self.at.as_micros().saturating_sub(earlier.as_micros());
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }

    /// The instant of a recorded time in the past.
    pub(super) fn instant_of(self, earlier: Timestamp) -> Instant {
        // A machine that was started after it has no such instant.
        let now = self.now;
        now.checked_sub(self.since(earlier)).unwrap_or(now)
    }

    /// What the shared clock will show after `pause`.
    pub(super) fn after(self, pause: Duration) -> Timestamp {
        let micros = i64::try_from(pause.as_micros()).unwrap_or(i64::MAX);
        Timestamp::from_micros(self.at.as_micros().saturating_add(micros))
    }
}
