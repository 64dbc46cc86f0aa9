//! What the shoppers met with.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

/// The longest latency told apart, in microseconds: a minute.
const MAX_LATENCY_MICROS: u64 = 60_000_000;

/// Significant digits of a latency: a hundredth is more than anybody reads.
const LATENCY_DIGITS: u8 = 2;

/// Counts that many tasks add to.
pub(super) struct Tally {
    counts: Mutex<Counts>,
}

/// Everything that was counted.
#[derive(Clone)]
pub(super) struct Counts {
    /// Since when `window` counts.
    since: Instant,
    /// Orders paid.
    pub(super) paid: u64,
    /// Orders paid since the last look.
    window: u64,
    /// Orders cancelled again.
    pub(super) cancelled: u64,
    /// Coupons taken.
    pub(super) coupons: u64,
    /// Orders rejected, by code.
    pub(super) rejected: BTreeMap<String, u64>,
    /// Requests with no useful answer.
    pub(super) failed: u64,
    latencies: Option<Histogram<u64>>,
    window_latencies: Option<Histogram<u64>>,
}

/// A rate and latencies, of a while.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Pace {
    /// Orders paid a second.
    pub(super) orders_per_second: f64,
    /// Half of the answers were faster.
    pub(super) p50: Duration,
    /// All but a hundredth were faster.
    pub(super) p99: Duration,
}

impl Tally {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self {
            counts: Mutex::new(Counts {
                since: Instant::now(),
                paid: 0,
                window: 0,
                cancelled: 0,
                coupons: 0,
                rejected: BTreeMap::new(),
                failed: 0,
                latencies: histogram(),
                window_latencies: histogram(),
            }),
        }
    }

    /// Adds to the counts.
    pub(super) fn count(&self, add: impl FnOnce(&mut Counts)) {
        add(&mut self.lock());
    }

    /// Notes an order's outcome and how long it took.
    pub(super) fn order(&self, latency: Duration, rejection: Option<&str>) {
        let mut counts = self.lock();
        match rejection {
            None => {
                counts.paid += 1;
                counts.window += 1;
            }
            Some(code) => *counts.rejected.entry(code.to_owned()).or_default() += 1,
        }
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        let Counts {
            latencies,
            window_latencies,
            ..
        } = &mut *counts;
        for histogram in [latencies, window_latencies].into_iter().flatten() {
            histogram.saturating_record(micros);
        }
    }

    /// The counts now, and the pace since the last look.
    pub(super) fn look(&self) -> (Counts, Pace) {
        let mut counts = self.lock();
        let pace = pace(
            counts.window,
            counts.since.elapsed(),
            counts.window_latencies.as_ref(),
        );
        counts.window = 0;
        counts.since = Instant::now();
        if let Some(histogram) = &mut counts.window_latencies {
            histogram.reset();
        }
        (counts.clone(), pace)
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        // Counts are whole after every statement, so a panic elsewhere does no harm.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    /// The pace over the whole run.
    pub(super) fn overall(&self, elapsed: Duration) -> Pace {
        pace(self.paid, elapsed, self.latencies.as_ref())
    }
}

/// For latencies in microseconds.
pub(super) fn histogram() -> Option<Histogram<u64>> {
    Histogram::new_with_bounds(1, MAX_LATENCY_MICROS, LATENCY_DIGITS).ok()
}

/// The latency that this share is not above; zero where there is none.
pub(super) fn quantile(latencies: Option<&Histogram<u64>>, share: f64) -> Duration {
    Duration::from_micros(latencies.map_or(0, |latencies| latencies.value_at_quantile(share)))
}

fn pace(orders: u64, elapsed: Duration, latencies: Option<&Histogram<u64>>) -> Pace {
    // Counts of a demonstration are exact in a double.
    let orders_per_second = orders as f64 / elapsed.as_secs_f64().max(f64::MIN_POSITIVE);
    Pace {
        orders_per_second,
        p50: quantile(latencies, 0.5),
        p99: quantile(latencies, 0.99),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_begins_a_new_window_and_keeps_the_totals() {
        let tally = Tally::new();
        tally.order(Duration::from_millis(3), None);
        tally.order(Duration::from_millis(3), Some("out-of-stock"));
        let (counts, pace) = tally.look();
        assert_eq!(
            (counts.paid, counts.rejected.get("out-of-stock")),
            (1, Some(&1))
        );
        assert!(pace.p99 >= Duration::from_millis(2), "{pace:?}");
        let (counts, pace) = tally.look();
        assert_eq!((counts.paid, pace.orders_per_second), (1, 0.0));
        assert_eq!(pace.p50, Duration::ZERO);
        assert!(counts.overall(Duration::from_secs(1)).p50 >= Duration::from_millis(2));
    }
}
