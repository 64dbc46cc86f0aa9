//! When a message that failed is sent again.

use std::time::Duration;

/// The pause after the first failure: what was only a hiccup is over by then.
const FIRST: Duration = Duration::from_millis(100);

/// The longest pause in the first hour: a platform that comes back is served
/// within seconds.
pub const MAX_PAUSE_AT_FIRST: Duration = Duration::from_secs(5);

/// How long a platform may be away before it is asked less often.
pub const AT_FIRST: Duration = Duration::from_secs(3600);

/// The longest pause after that: what is down for hours is not worth more
/// attempts, and when it comes back it waits no longer than this.
pub const MAX_PAUSE_LATER: Duration = Duration::from_secs(300);

/// The longest that a platform's `Retry-After` is heeded: one that is wrong
/// about it must not keep its own messages away for days.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// A message that failed, or a platform that did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retry {
    /// How many attempts have failed in a row; from 1.
    pub failed_attempts: u32,
    /// How long ago the first of them failed.
    pub since_first_failure: Duration,
    /// How long the platform has asked to be left alone, by its last answer.
    pub retry_after: Option<Duration>,
}

impl Retry {
    /// How long to wait from the last failure to the next attempt.
    ///
    /// The first pause is 100 to 200 ms, and each next one twice as long, until
    /// pauses are between half of the longest one and the longest one:
    /// [`MAX_PAUSE_AT_FIRST`] for an hour, [`MAX_PAUSE_LATER`] from then on.
    /// What the platform asks for is waited for, too, up to [`MAX_RETRY_AFTER`].
    ///
    /// `random` is drawn by the caller from 0 to 1, and spreads those who failed
    /// at one moment.
    pub fn pause(self, random: f64) -> Duration {
        let longest = if self.since_first_failure < AT_FIRST {
            MAX_PAUSE_AT_FIRST
        } else {
            MAX_PAUSE_LATER
        };
        let doublings = self.failed_attempts.saturating_sub(1);
        let doubled = FIRST.saturating_mul(2_u32.saturating_pow(doublings));
        let from = doubled.min(longest / 2);
        let share = if random.is_nan() {
            1.0
        } else {
            random.clamp(0.0, 1.0)
        };
        let pause = from + from.mul_f64(share);
        pause.max(self.retry_after.unwrap_or_default().min(MAX_RETRY_AFTER))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_S: u64 = 3600;

    #[test]
    fn pauses_double_from_100_ms_to_5_s_and_to_5_min_after_an_hour() {
        let check = |failed_attempts: u32, since_s: u64, from_ms: u64, to_ms: u64| {
            let retry = Retry {
                failed_attempts,
                since_first_failure: Duration::from_secs(since_s),
                retry_after: None,
            };
            let range = (retry.pause(0.0), retry.pause(1.0));
            let expected = (Duration::from_millis(from_ms), Duration::from_millis(to_ms));
            assert_eq!(range, expected, "{retry:?}");
            let middle = retry.pause(0.5);
            assert!(
                range.0 < middle && middle < range.1,
                "{retry:?}: {middle:?}"
            );
        };
        check(1, 0, 100, 200);
        check(2, 0, 200, 400);
        check(3, 1, 400, 800);
        check(5, 2, 1_600, 3_200);
        check(6, 5, 2_500, 5_000);
        check(7, 9, 2_500, 5_000);
        check(1_000, HOUR_S - 1, 2_500, 5_000);
        check(1_000, HOUR_S, 150_000, 300_000);
        check(u32::MAX, 24 * HOUR_S, 150_000, 300_000);
        // Few attempts in a long time: each has taken long.
        check(1, HOUR_S, 100, 200);
        // A caller that counts from 0.
        check(0, 0, 100, 200);
    }

    #[test]
    fn a_platform_that_asks_for_time_gets_it_within_bounds() {
        let check = |retry_after_s: u64, expected: Duration| {
            let retry = Retry {
                failed_attempts: 1,
                since_first_failure: Duration::ZERO,
                retry_after: Some(Duration::from_secs(retry_after_s)),
            };
            assert_eq!(retry.pause(0.0), expected, "{retry:?}");
        };
        check(0, FIRST);
        check(7, Duration::from_secs(7));
        check(HOUR_S, MAX_RETRY_AFTER);
        check(HOUR_S + 1, MAX_RETRY_AFTER);
        check(u64::MAX, MAX_RETRY_AFTER);
    }

    #[test]
    fn no_random_number_makes_a_pause_too_long_or_too_short() {
        for random in [f64::NAN, f64::INFINITY, -1.0, 2.0, -0.0] {
            let retry = Retry {
                failed_attempts: 9,
                since_first_failure: Duration::ZERO,
                retry_after: None,
            };
            let pause = retry.pause(random);
            assert!(
                (MAX_PAUSE_AT_FIRST / 2..=MAX_PAUSE_AT_FIRST).contains(&pause),
                "{random}: {pause:?}"
            );
        }
    }
}
