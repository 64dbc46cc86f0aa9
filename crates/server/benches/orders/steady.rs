//! Orders that arrive at random times, half as many as the server could take:
//! how long shoppers wait when nothing is wrong.

use std::time::Duration;

use jumun_load::Pace;
use serde_json::{Value, json};

use crate::run::Run;
use crate::side::{Side, System};
use crate::systems::Systems;
use crate::witness::Witness;

/// Of the most that a server can take.
const SHARE: f64 = 0.5;

/// What was seen.
pub(crate) struct Steady {
    /// Orders a second that arrived.
    pub(crate) rate: f64,
    /// The run.
    pub(crate) run: Run,
    /// The longest time without any answer.
    pub(crate) silence: Duration,
}

impl Steady {
    /// Milliseconds that 99 % of the answers stayed within.
    #[allow(clippy::cast_precision_loss, reason = "microseconds of a minute")]
    pub(crate) fn p99_ms(&self) -> f64 {
        self.run
            .latency
            .map_or(f64::NAN, |it| it.p99_us as f64 / 1e3)
    }

    /// The longest that a shopper waited, or that nobody was answered.
    #[allow(clippy::cast_precision_loss, reason = "microseconds of a minute")]
    pub(crate) fn worst_stall_ms(&self) -> f64 {
        let slowest = self
            .run
            .latency
            .map_or(f64::NAN, |it| it.max_us as f64 / 1e3);
        slowest.max(self.silence.as_secs_f64() * 1e3)
    }

    /// For the file of raw figures.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "arrivalsPerSecond": self.rate.round(),
            "run": self.run.to_json(),
            "longestSilenceMs": self.silence.as_secs_f64() * 1e3,
            "worstStallMs": self.worst_stall_ms(),
        })
    }
}

/// Loads the embedded engine at half of what it has shown to take, or else shows
/// first.
pub(crate) fn measure(systems: &mut Systems<'_>, most: Option<f64>) -> anyhow::Result<Steady> {
    let side = Side::usual(System::Embedded);
    let (timing, steady) = (systems.plan.timing, systems.plan.steady);
    let most = match most {
        Some(most) => most,
        None => systems.run(side, timing)?.per_second,
    };
    let rate = SHARE * most;
    let (run, witness) = systems.run_at(side, Pace::PerSecond(rate), steady)?;
    let Witness { silence, .. } = witness;
    Ok(Steady { rate, run, silence })
}
