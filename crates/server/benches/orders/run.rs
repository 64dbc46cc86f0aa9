//! What was seen of one run of one system.

use jumun_load::{Percentiles, Point, Tally, Workload};
use serde_json::{Value, json};

use crate::cost::Cost;
use crate::postgres::textbook::Seen;
use crate::shared::child::Memory;
use crate::shared::figures::Batches;
use crate::shared::load;
use crate::side::{Side, System};

/// The status of an order that was placed.
const CREATED: u16 = 201;

/// One run.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// What ran.
    pub(crate) side: Side,
    /// Answers a second of the window; where all orders are placed, orders.
    pub(crate) per_second: f64,
    /// How long an answer took, as far as the generator tells.
    pub(crate) latency: Option<Percentiles>,
    /// How long it took on average, in milliseconds.
    pub(crate) mean_ms: f64,
    /// Requests that came to no order, and why the first did not.
    pub(crate) refusal: Option<String>,
    /// The share of the answers that were refusals.
    pub(crate) refused_share: f64,
    /// What an answer cost.
    pub(crate) cost: Cost,
    /// The server's memory, at the end.
    pub(crate) memory: Option<Memory>,
    /// How the engine wrote.
    pub(crate) batches: Option<Batches>,
    /// Rates and latencies over time.
    pub(crate) points: Vec<Point>,
}

/// What a server tells of itself after a load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct After {
    /// Its memory.
    pub(crate) memory: Memory,
    /// How its engine wrote.
    pub(crate) batches: Option<Batches>,
}

impl Run {
    /// A load over HTTP.
    pub(crate) fn of(side: Side, tally: &Tally, cost: Cost, after: After) -> Self {
        let latency = tally.latency();
        let outcomes = tally.outcomes();
        let refused = outcomes.total() - outcomes.of_status(CREATED);
        Self {
            side,
            per_second: tally.answers_per_second(),
            latency: Some(latency.percentiles()),
            mean_ms: latency.mean_us() / 1e3,
            refusal: load::refusal(tally),
            #[allow(clippy::cast_precision_loss, reason = "counts of a minute")]
            refused_share: refused as f64 / outcomes.total().max(1) as f64,
            cost,
            memory: Some(after.memory),
            batches: after.batches,
            points: tally.series().points(tally.window()),
        }
    }

    /// A load by `pgbench`.
    pub(crate) fn of_textbook(side: Side, seen: Seen, cost: Cost) -> Self {
        Self {
            side,
            per_second: seen.orders_per_second,
            latency: None,
            mean_ms: seen.mean_ms,
            refusal: (seen.refused > 0.0).then(|| format!("{:.0} failed", seen.refused)),
            refused_share: 0.0,
            cost,
            memory: None,
            batches: None,
            points: Vec::new(),
        }
    }

    /// Whether refusals belong to what was ordered.
    pub(crate) fn may_refuse(&self) -> bool {
        self.side.workload == Workload::SoldOut && self.side.system != System::Roofline
    }

    /// For the file of raw figures.
    pub(crate) fn to_json(&self) -> Value {
        let latency = self.latency.map(|it| {
            json!({
                "p50": it.p50_us,
                "p90": it.p90_us,
                "p99": it.p99_us,
                "p99.9": it.p999_us,
                "max": it.max_us,
            })
        });
        json!({
            "side": self.side.to_string(),
            "answersPerSecond": self.per_second.round(),
            "latencyUs": latency,
            "meanMs": self.mean_ms,
            "refusedShare": self.refused_share,
            "firstRefusal": self.refusal,
            "perAnswer": self.cost.to_json(),
            "residentMib": self.memory.map(|it| it.resident_mib),
            "peakMib": self.memory.map(|it| it.peak_mib),
            "batchSize": self.batches.map(|it| it.size),
            "commitMs": self.batches.map(|it| it.milliseconds),
        })
    }
}
