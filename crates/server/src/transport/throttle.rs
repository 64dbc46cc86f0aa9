//! Log lines about what can happen ten thousand times a second.

use std::time::Duration;

use tokio::time::Instant;

/// How often a line is written at most: often enough to see when it began and
/// whether it lasts, seldom enough that an attacker cannot fill the log.
const PERIOD: Duration = Duration::from_secs(1);

/// Counts occurrences, and says when to log them.
#[derive(Default)]
pub(crate) struct Throttle {
    logged: Option<Instant>,
    occurrences: u64,
}

impl Throttle {
    /// Notes an occurrence. The number of them since the last line, this one
    /// included, if it is time for a line.
    pub(crate) fn note(&mut self, now: Instant) -> Option<u64> {
        self.occurrences += 1;
        if self
            .logged
            .is_some_and(|logged| now.duration_since(logged) < PERIOD)
        {
            return None;
        }
        self.logged = Some(now);
        Some(std::mem::take(&mut self.occurrences))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_due_at_once_and_then_once_a_period_with_what_came_between() {
        let begin = Instant::now();
        let table = [
            (0, Some(1)),
            (1, None),
            (999, None),
            (1_000, Some(3)),
            (1_500, None),
            (60_000, Some(2)),
        ];
        let mut throttle = Throttle::default();
        for (after_ms, expected) in table {
            let now = begin + Duration::from_millis(after_ms);
            assert_eq!(throttle.note(now), expected, "after {after_ms} ms");
        }
    }
}
