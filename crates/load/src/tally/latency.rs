//! Latencies, in a histogram of three significant digits.

use std::time::Duration;

use hdrhistogram::{Counter, Histogram};

/// The longest latency that is told apart: the next ones count as this.
const MAX_LATENCY_US: u64 = 3_600_000_000;

/// Three digits: no figure of a load is more exact than 0.1 %.
const SIGNIFICANT_DIGITS: u8 = 3;

/// Many latencies, in microseconds.
#[derive(Clone, Debug, Default)]
pub struct Latency {
    /// None until there is something to keep.
    histogram: Option<Histogram<u64>>,
}

/// The latencies that a share of the requests stayed within; zeros where there
/// was no request.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Percentiles {
    /// Half were no slower.
    pub p50_us: u64,
    /// 90 % were no slower.
    pub p90_us: u64,
    /// 99 % were no slower.
    pub p99_us: u64,
    /// 99.9 % were no slower.
    pub p999_us: u64,
    /// The slowest.
    pub max_us: u64,
}

impl Latency {
    pub(crate) fn record(&mut self, latency: Duration) {
        if let Some(histogram) = in_place(&mut self.histogram, SIGNIFICANT_DIGITS) {
            histogram.saturating_record(micros(latency));
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        if let Some(other) = &other.histogram {
            let own = in_place(&mut self.histogram, SIGNIFICANT_DIGITS);
            // Both have the same bounds, so nothing is left out.
            let _ = own.map(|it| it.add(other));
        }
    }

    /// How many latencies there are.
    pub fn count(&self) -> u64 {
        self.histogram.as_ref().map_or(0, Histogram::len)
    }

    /// The mean in microseconds; 0 of none.
    pub fn mean_us(&self) -> f64 {
        self.histogram.as_ref().map_or(0.0, Histogram::mean)
    }

    /// The usual percentiles.
    pub fn percentiles(&self) -> Percentiles {
        let Some(histogram) = &self.histogram else {
            return Percentiles::default();
        };
        Percentiles {
            p50_us: histogram.value_at_quantile(0.5),
            p90_us: histogram.value_at_quantile(0.9),
            p99_us: histogram.value_at_quantile(0.99),
            p999_us: histogram.value_at_quantile(0.999),
            max_us: histogram.max(),
        }
    }
}

/// A length of time in whole microseconds, within the bounds of a histogram.
pub(super) fn micros(latency: Duration) -> u64 {
    let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
    micros.clamp(1, MAX_LATENCY_US)
}

/// The histogram in its place, which is made when it is first needed. `None`
/// never comes: the library takes these bounds.
pub(super) fn in_place<C: Counter>(
    place: &mut Option<Histogram<C>>,
    significant_digits: u8,
) -> Option<&mut Histogram<C>> {
    if place.is_none() {
        *place = Histogram::new_with_bounds(1, MAX_LATENCY_US, significant_digits).ok();
    }
    place.as_mut()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_exact_to_three_digits() {
        let mut latency = Latency::default();
        assert_eq!(latency.percentiles(), Percentiles::default());
        for micros in 1..=100_000 {
            latency.record(Duration::from_micros(micros));
        }
        let mut twice = Latency::default();
        twice.merge(&latency);
        twice.merge(&latency);
        assert_eq!(twice.count(), 200_000);
        let found = twice.percentiles();
        let table = [
            (found.p50_us, 50_000),
            (found.p90_us, 90_000),
            (found.p99_us, 99_000),
            (found.p999_us, 99_900),
            (found.max_us, 100_000),
        ];
        for (found, expected) in table {
            assert!(
                found.abs_diff(expected) * 1_000 <= expected,
                "{found} {expected}"
            );
        }
    }

    #[test]
    fn what_is_out_of_bounds_counts_as_the_bound() {
        let mut latency = Latency::default();
        latency.record(Duration::ZERO);
        latency.record(Duration::MAX);
        assert_eq!(latency.count(), 2);
        assert!(latency.percentiles().max_us >= MAX_LATENCY_US);
    }
}
