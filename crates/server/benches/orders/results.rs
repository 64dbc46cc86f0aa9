//! All that was measured.

use serde_json::{Value, json};

use crate::bars::{self, Bar};
use crate::restart::Restart;
use crate::run::Run;
use crate::shared::statistics::median;
use crate::side::{Comparison, Filling, Side, System};
use crate::steady::Steady;
use crate::syncs::Syncs;

/// What was measured, part by part.
#[derive(Default)]
pub(crate) struct Results {
    /// Orders in a large file.
    pub(crate) orders: u64,
    /// In the order in which they were made.
    pub(crate) compared: Vec<Compared>,
    /// Calls for stable storage.
    pub(crate) syncs: Option<Syncs>,
    /// At half of the most load.
    pub(crate) steady: Option<Steady>,
    /// After a kill.
    pub(crate) restart: Option<Restart>,
}

/// All pairs of a comparison.
pub(crate) struct Compared {
    /// What was compared.
    pub(crate) comparison: Comparison,
    /// In the order in which they ran.
    pub(crate) pairs: Vec<Pair>,
}

/// A run of the base and the run of the subject that followed.
pub(crate) struct Pair {
    /// The base's.
    pub(crate) base: Run,
    /// The subject's.
    pub(crate) subject: Run,
}

/// A figure beside its bar.
pub(crate) struct Judged {
    /// What it is a figure of.
    pub(crate) name: String,
    /// The figure.
    pub(crate) figure: f64,
    /// What it has to come to.
    pub(crate) bar: Bar,
}

impl Pair {
    /// The subject's rate by the base's.
    pub(crate) fn ratio(&self) -> f64 {
        self.subject.per_second / self.base.per_second
    }

    /// The pair in a line.
    pub(crate) fn summary(&self) -> String {
        let (base, subject) = (self.base.per_second, self.subject.per_second);
        format!("{subject:.0}/s by {base:.0}/s is {:.3}", self.ratio())
    }
}

impl Compared {
    /// The median of the pairs' ratios.
    pub(crate) fn ratio(&self) -> f64 {
        median(self.pairs.iter().map(Pair::ratio))
    }

    /// Runs of the base, then of the subject.
    pub(crate) fn runs(&self) -> [Vec<&Run>; 2] {
        let pairs = self.pairs.iter();
        [
            pairs.clone().map(|it| &it.base).collect(),
            pairs.map(|it| &it.subject).collect(),
        ]
    }

    fn to_json(&self) -> Value {
        let pairs = self.pairs.iter().map(|it| {
            json!({
                "ratio": it.ratio(),
                "base": it.base.to_json(),
                "subject": it.subject.to_json(),
            })
        });
        json!({
            "comparison": self.comparison.to_string(),
            "ratio": self.ratio(),
            "pairs": pairs.collect::<Vec<_>>(),
        })
    }
}

impl Results {
    /// Every run over HTTP and of the textbook, but for the steady one.
    pub(crate) fn runs(&self) -> impl Iterator<Item = &Run> {
        self.compared.iter().flat_map(Compared::runs).flatten()
    }

    /// The median rate of a side, where it was measured.
    pub(crate) fn rate_of(&self, side: Side) -> Option<f64> {
        let rates: Vec<f64> = self
            .runs()
            .filter(|run| run.side == side)
            .map(|run| run.per_second)
            .collect();
        (!rates.is_empty()).then(|| median(rates.into_iter()))
    }

    /// The largest share of the machine that something else had in a run.
    pub(crate) fn others(&self) -> f64 {
        let steady = self.steady.iter().map(|it| &it.run);
        let others = self.runs().chain(steady).map(|run| run.cost.others);
        others.fold(0.0, f64::max)
    }

    /// Every figure that has a bar, beside it; those of a large file only where
    /// it is as large as the bars want it.
    pub(crate) fn judged(&self) -> Vec<Judged> {
        let is_large = self.orders >= bars::LARGE_ORDERS;
        let may_judge = |it: &Comparison| is_large || it.subject.filling == Filling::Empty;
        let mut judged: Vec<Judged> = self
            .compared
            .iter()
            .filter(|it| may_judge(&it.comparison))
            .filter_map(|it| {
                Some(Judged {
                    name: it.comparison.to_string(),
                    figure: it.ratio(),
                    bar: bars::of(&it.comparison)?,
                })
            })
            .collect();
        let mut add = |name: &str, figure, bar| {
            let name = name.to_owned();
            judged.push(Judged { name, figure, bar });
        };
        if let Some(steady) = &self.steady {
            add("p99 at half load, ms", steady.p99_ms(), bars::STEADY_P99_MS);
            let stall = steady.worst_stall_ms();
            add("worst stall at half load, ms", stall, bars::WORST_STALL_MS);
        }
        if let Some(peak_mib) = self.peak_mib().filter(|_| is_large) {
            add("most memory, large file, MiB", peak_mib, bars::PEAK_MIB);
        }
        if let Some(restart) = self.restart.filter(|_| is_large) {
            let seconds = restart.seconds;
            add("restart, large file, s", seconds, bars::RESTART_SECONDS);
        }
        judged
    }

    /// The most memory that a server on a large file had under load.
    fn peak_mib(&self) -> Option<f64> {
        let is_large =
            |side: Side| side.system == System::Embedded && side.filling == Filling::Large;
        let loaded = self.runs().filter(|run| is_large(run.side));
        let loaded = loaded.filter_map(|run| run.memory);
        let restarted = self.restart.map(|it| it.loaded);
        let peaks = loaded.chain(restarted).map(|memory| memory.peak_mib);
        peaks.reduce(f64::max)
    }

    /// For the file of raw figures.
    pub(crate) fn to_json(&self) -> Value {
        let judged = self.judged().into_iter().map(|it| {
            json!({
                "figure": it.name,
                "is": it.figure,
                "must": it.bar.must,
                "aim": it.bar.aim,
                "standing": it.bar.judge(it.figure).name(),
            })
        });
        json!({
            "bars": judged.collect::<Vec<_>>(),
            "comparisons": self.compared.iter().map(Compared::to_json).collect::<Vec<_>>(),
            "syncs": self.syncs.map(Syncs::to_json),
            "steady": self.steady.as_ref().map(Steady::to_json),
            "restart": self.restart.map(Restart::to_json),
        })
    }
}
