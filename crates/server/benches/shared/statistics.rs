//! Figures that stand for many.

use jumun_load::Percentiles;

/// Times in microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    /// Half were shorter.
    pub(crate) p50_us: u32,
    /// 99 % were shorter.
    pub(crate) p99_us: u32,
    /// The longest.
    pub(crate) max_us: u32,
}

impl From<Percentiles> for Spread {
    fn from(latency: Percentiles) -> Self {
        // An hour is the longest that is told.
        let us = |us: u64| u32::try_from(us).unwrap_or(u32::MAX);
        Self {
            p50_us: us(latency.p50_us),
            p99_us: us(latency.p99_us),
            max_us: us(latency.max_us),
        }
    }
}

/// The middle value; for an even number the lower of the two.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted
        .get(sorted.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(f64::NAN)
}
