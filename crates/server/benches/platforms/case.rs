//! What was seen of one kind of platform on one engine.

use serde_json::{Value, json};

use crate::backlog::Backlog;
use crate::meter::Taken;
use crate::plan::{Engine, Kind};
use crate::shared::child::Memory;
use crate::shared::figures::Batches;
use crate::shared::statistics::{Spread, median};

/// All that was measured of it.
pub(crate) struct Case {
    /// Where the shop was kept.
    pub(crate) engine: Engine,
    /// What was told of its orders.
    pub(crate) kind: Kind,
    /// Under load, in the order in which they ran.
    pub(crate) pairs: Vec<Pair>,
    /// At a fixed rate.
    pub(crate) lag: Option<Lag>,
    /// With events of long ago.
    pub(crate) backlog: Option<Backlog>,
}

/// A run without the platform and the run with it that followed.
pub(crate) struct Pair {
    /// Without.
    pub(crate) without: Run,
    /// With.
    pub(crate) with: Run,
}

/// A pair of runs at a fixed rate.
pub(crate) struct Lag {
    /// Orders a second that arrived.
    pub(crate) rate: f64,
    /// What became of them.
    pub(crate) pair: Pair,
}

/// One run of a server.
#[derive(Debug)]
pub(crate) struct Run {
    /// Orders placed, those of the warm-up, too.
    pub(crate) placed: usize,
    /// Orders placed a second of the window.
    pub(crate) orders_per_second: f64,
    /// The first answer that was not 201.
    pub(crate) refusal: Option<String>,
    /// How long an order took.
    pub(crate) latency: Spread,
    /// How it wrote.
    pub(crate) batches: Batches,
    /// The server's, at the end.
    pub(crate) memory: Memory,
    /// What it took, until all events were delivered.
    pub(crate) taken: Taken,
    /// With a platform, how that was told.
    pub(crate) delivered: Option<Delivered>,
}

/// How a platform was told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delivered {
    /// Different events.
    pub(crate) events: u64,
    /// Receipts of an event that had come before.
    pub(crate) repeats: u64,
    /// Receipts a second of the window.
    pub(crate) per_second: f64,
    /// From the last answer to the last receipt.
    pub(crate) rest_seconds: f64,
    /// From the answers of the window to the receipts.
    pub(crate) lag: Spread,
    /// The same of all answers.
    pub(crate) lag_with_warm_up: Spread,
}

impl Taken {
    /// For the file of raw figures, for each of so many orders or events.
    #[allow(clippy::cast_precision_loss, reason = "a count of orders")]
    pub(crate) fn to_json(self, count: u64) -> Value {
        let each = 1.0 / count as f64;
        json!({
            "serverCpuUs": self.server_seconds * 1e6 * each,
            "dispatcherThreadCpuUs": self.dispatcher_seconds * 1e6 * each,
            "platformCpuUs": self.platform_seconds * 1e6 * each,
            "databaseServerCpuUs": self.database_seconds * 1e6 * each,
            "generatorCpuUs": self.generator_seconds * 1e6 * each,
            "writtenBytes": self.written_bytes * each,
            "walBytes": self.wal_bytes.map(|bytes| bytes * each),
            "otherWorkShare": self.others,
        })
    }
}

impl Run {
    /// A figure of what was taken, for each order.
    #[allow(clippy::cast_precision_loss, reason = "a count of orders")]
    pub(crate) fn each(&self, figure: f64) -> f64 {
        figure / self.placed as f64
    }

    /// For the file of raw figures.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "ordersWithWarmUp": self.placed,
            "ordersPerSecond": self.orders_per_second.round(),
            "firstRefusal": self.refusal,
            "latencyUs": spread(self.latency),
            "batchSize": self.batches.size,
            "commitMs": self.batches.milliseconds,
            "residentMib": self.memory.resident_mib,
            "peakMib": self.memory.peak_mib,
            "perOrder": self.taken.to_json(self.placed as u64),
            "delivered": self.delivered.map(Delivered::to_json),
        })
    }
}

impl Delivered {
    fn to_json(self) -> Value {
        json!({
            "events": self.events,
            "repeats": self.repeats,
            "perSecondUnderLoad": self.per_second.round(),
            "restSeconds": self.rest_seconds,
            "lagUs": spread(self.lag),
            "lagUsWithWarmUp": spread(self.lag_with_warm_up),
        })
    }
}

impl Pair {
    /// Orders a second with the platform, of those without.
    pub(crate) fn ratio(&self) -> f64 {
        self.with.orders_per_second / self.without.orders_per_second
    }

    /// The pair in a line.
    pub(crate) fn summary(&self) -> String {
        let told = self.with.delivered.map_or_else(String::new, |it| {
            format!(
                ", told of {:.0}/s, the rest in {:.1} s",
                it.per_second, it.rest_seconds
            )
        });
        format!(
            "without {:.0}/s, with {:.0}/s, ratio {:.3}{told}",
            self.without.orders_per_second,
            self.with.orders_per_second,
            self.ratio()
        )
    }
}

impl Case {
    /// The name of it.
    pub(crate) fn name(&self) -> String {
        format!("{:?} {:?}", self.kind, self.engine).to_lowercase()
    }

    /// The median ratio of the pairs.
    pub(crate) fn ratio(&self) -> f64 {
        median(self.pairs.iter().map(Pair::ratio))
    }

    /// For the file of raw figures.
    pub(crate) fn to_json(&self) -> Value {
        let pairs: Vec<Value> = self
            .pairs
            .iter()
            .map(|pair| {
                json!({
                    "ratio": pair.ratio(),
                    "without": pair.without.to_json(),
                    "with": pair.with.to_json(),
                })
            })
            .collect();
        json!({
            "engine": format!("{:?}", self.engine),
            "platform": format!("{:?}", self.kind),
            "ratio": self.ratio(),
            "pairs": pairs,
            "lag": self.lag.as_ref().map(|lag| json!({
                "arrivalsPerSecond": lag.rate,
                "without": lag.pair.without.to_json(),
                "with": lag.pair.with.to_json(),
            })),
            "backlog": self.backlog.as_ref().map(Backlog::to_json),
        })
    }
}

fn spread(latency: Spread) -> Value {
    let Spread {
        p50_us,
        p99_us,
        max_us,
    } = latency;
    json!({"p50": p50_us, "p99": p99_us, "max": max_us})
}
