//! What a run answered, and how fast.

use std::collections::BTreeMap;
use std::time::Duration;

/// The status of an order that was placed.
const CREATED: u16 = 201;
/// Bytes of a refusal's text that a report shows.
const MAX_REFUSAL_BYTES: usize = 300;

/// The answers of one run.
pub(crate) struct Tally {
    window: Duration,
    latencies_us: Vec<u32>,
    /// Answers by status.
    pub(crate) statuses: BTreeMap<u16, u64>,
    /// The text of the first answer that was not 201.
    pub(crate) first_refusal: Option<String>,
}

impl Tally {
    /// Nothing yet, over a window of this length.
    pub(crate) fn new(window: Duration) -> Self {
        Self {
            window,
            latencies_us: Vec::new(),
            statuses: BTreeMap::new(),
            first_refusal: None,
        }
    }

    /// Counts an answer.
    pub(crate) fn count(&mut self, status: u16, body: &[u8], latency: Duration) {
        *self.statuses.entry(status).or_default() += 1;
        self.latencies_us
            .push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
        if status != CREATED && self.first_refusal.is_none() {
            let shown = &body[..body.len().min(MAX_REFUSAL_BYTES)];
            self.first_refusal = Some(String::from_utf8_lossy(shown).into_owned());
        }
    }

    /// Adds another connection's answers.
    pub(crate) fn merge(&mut self, other: Self) {
        self.latencies_us.extend(other.latencies_us);
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        self.first_refusal = self.first_refusal.take().or(other.first_refusal);
    }

    /// Orders that were placed.
    pub(crate) fn placed(&self) -> u64 {
        self.statuses.get(&CREATED).copied().unwrap_or(0)
    }

    /// Answers that were not 201.
    pub(crate) fn refused(&self) -> u64 {
        self.statuses.values().sum::<u64>() - self.placed()
    }

    /// Orders placed a second.
    #[allow(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    pub(crate) fn orders_per_second(&self) -> f64 {
        self.placed() as f64 / self.window.as_secs_f64()
    }

    /// The latencies that half, 99 % and all of the answers stayed within.
    pub(crate) fn percentiles(&mut self) -> Percentiles {
        Percentiles::of(&mut self.latencies_us)
    }
}

/// Latencies in microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Percentiles {
    /// Half were faster.
    pub(crate) p50_us: u32,
    /// 99 % were faster.
    pub(crate) p99_us: u32,
    /// The slowest.
    pub(crate) max_us: u32,
}

impl Percentiles {
    /// Of these latencies, which are sorted by it; zeros where there are none.
    pub(crate) fn of(latencies_us: &mut [u32]) -> Self {
        latencies_us.sort_unstable();
        let last = latencies_us.len().saturating_sub(1);
        let at = |percent: usize| latencies_us.get(last * percent / 100).copied().unwrap_or(0);
        Self {
            p50_us: at(50),
            p99_us: at(99),
            max_us: at(100),
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
