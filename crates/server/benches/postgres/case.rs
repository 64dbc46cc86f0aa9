//! What was seen of one workload.

use jumun_load::Workload;
use serde_json::{Value, json};

use crate::cost::Cost;
use crate::shared::child::Memory;
use crate::shared::figures::Batches;
use crate::shared::statistics::Spread;

/// All pairs of one workload.
pub(crate) struct Case {
    /// What was ordered.
    pub(crate) workload: Workload,
    /// In the order in which they ran.
    pub(crate) pairs: Vec<Pair>,
    /// What was seen at a distance.
    pub(crate) afar: Afar,
}

/// The textbook's runs and jumun's runs that followed.
pub(crate) struct Pair {
    /// One for each number of clients.
    pub(crate) textbook: Vec<Run>,
    /// One for each number of batches in flight.
    pub(crate) jumun: Vec<Run>,
}

/// One run of one side.
#[derive(Debug)]
pub(crate) struct Run {
    /// Orders placed a second of the window.
    pub(crate) orders_per_second: f64,
    /// Orders refused within the window.
    pub(crate) refused: f64,
    /// The first refusal.
    pub(crate) refusal: Option<String>,
    /// How long an order took.
    pub(crate) latency: Latency,
    /// What an order cost.
    pub(crate) cost: Cost,
    /// How jumun wrote.
    pub(crate) batches: Option<Batches>,
    /// Jumun's memory.
    pub(crate) memory: Option<Memory>,
}

/// How long an order took.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Latency {
    /// All that `pgbench` tells.
    Mean {
        /// Milliseconds.
        ms: f64,
    },
    /// As the generator saw it.
    Spread(Spread),
}

/// Both sides at a distance of two times [`ONE_WAY`](crate::distance::ONE_WAY) from the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Afar {
    /// Round trips of an order of the textbook.
    pub(crate) textbook_trips_per_order: f64,
    /// Its rate there.
    pub(crate) textbook_orders_per_second: f64,
    /// Round trips of a batch of jumun.
    pub(crate) jumun_trips_per_batch: f64,
    /// Its rate there.
    pub(crate) jumun_orders_per_second: f64,
}

impl Run {
    /// The latency, and how jumun wrote, in a few words.
    pub(crate) fn remark(&self) -> String {
        let latency = match self.latency {
            Latency::Mean { ms } => format!("mean {ms:.1} ms"),
            Latency::Spread(latency) => format!(
                "p50 {:.1} ms, p99 {:.1} ms",
                f64::from(latency.p50_us) / 1e3,
                f64::from(latency.p99_us) / 1e3
            ),
        };
        match self.batches {
            Some(Batches { size, milliseconds }) => {
                format!("{latency}; batches of {size:.0} in {milliseconds:.1} ms")
            }
            None => latency,
        }
    }

    /// For the file of raw figures.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "ordersPerSecond": self.orders_per_second.round(),
            "refused": self.refused,
            "firstRefusal": self.refusal,
            "latencyUs": match self.latency {
                Latency::Mean { ms } => json!({"mean": (ms * 1e3).round()}),
                Latency::Spread(Spread { p50_us, p99_us, max_us }) => {
                    json!({"p50": p50_us, "p99": p99_us, "max": max_us})
                }
            },
            "cost": self.cost.to_json(),
            "batchSize": self.batches.map(|it| it.size),
            "commitMs": self.batches.map(|it| it.milliseconds),
            "residentMib": self.memory.map(|it| it.resident_mib),
            "peakMib": self.memory.map(|it| it.peak_mib),
        })
    }
}

impl Pair {
    /// The textbook at its best number of clients.
    fn best(&self) -> f64 {
        let rates = self.textbook.iter().map(|run| run.orders_per_second);
        rates.fold(0.0, f64::max)
    }

    /// A run of jumun beside the textbook.
    pub(crate) fn ratio(&self, run: &Run) -> f64 {
        run.orders_per_second / self.best()
    }

    /// The pair in a line.
    pub(crate) fn summary(&self) -> String {
        let jumun: Vec<String> = self
            .jumun
            .iter()
            .map(|run| {
                format!(
                    "jumun {:.0}/s, ratio {:.2}",
                    run.orders_per_second,
                    self.ratio(run)
                )
            })
            .collect();
        format!("textbook {:.0}/s, {}", self.best(), jumun.join("; "))
    }

    /// For the file of raw figures.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "ratios": self.jumun.iter().map(|run| self.ratio(run)).collect::<Vec<_>>(),
            "textbook": self.textbook.iter().map(Run::to_json).collect::<Vec<_>>(),
            "jumun": self.jumun.iter().map(Run::to_json).collect::<Vec<_>>(),
        })
    }
}
