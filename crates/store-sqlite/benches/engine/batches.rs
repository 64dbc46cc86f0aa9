//! Listens to the engine's own figure of how many requests a transaction holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

/// The engine's histogram.
const BATCH_SIZE: &str = "jumun_batch_size";

/// How many transactions there were, and with how many requests.
#[derive(Default)]
pub(crate) struct Batches {
    count: AtomicU64,
    requests: AtomicU64,
}

/// The two figures at a moment.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Snapshot {
    count: u64,
    requests: u64,
}

impl Batches {
    /// Listens from now on.
    ///
    /// # Errors
    ///
    /// When something else listens already.
    pub(crate) fn listen() -> anyhow::Result<Arc<Self>> {
        let batches = Arc::new(Self::default());
        metrics::set_global_recorder(Listener(Arc::clone(&batches)))
            .map_err(|_| anyhow::anyhow!("another recorder of metrics is installed"))?;
        Ok(batches)
    }

    /// So far.
    pub(crate) fn so_far(&self) -> Snapshot {
        Snapshot {
            count: self.count.load(Ordering::Relaxed),
            requests: self.requests.load(Ordering::Relaxed),
        }
    }
}

impl Snapshot {
    /// Requests in a transaction, on average since `earlier`.
    pub(crate) fn mean_since(self, earlier: Self) -> f64 {
        (self.requests - earlier.requests) as f64 / (self.count - earlier.count) as f64
    }
}

impl HistogramFn for Batches {
    fn record(&self, value: f64) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.requests.fetch_add(value as u64, Ordering::Relaxed);
    }
}

struct Listener(Arc<Batches>);

impl Recorder for Listener {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        if key.name() == BATCH_SIZE {
            Histogram::from_arc(Arc::clone(&self.0))
        } else {
            Histogram::noop()
        }
    }
}
