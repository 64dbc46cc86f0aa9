//! The figures that the server has to reach on two processors, each beside what
//! it is to come to.

use jumun_load::{Keys, Workload};

use crate::side::{Comparison, Filling, Side, System};

/// A bound of a figure.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Bar {
    /// Which way is better.
    pub(crate) better: Better,
    /// What has to be reached.
    pub(crate) must: f64,
    /// What is aimed at.
    pub(crate) aim: f64,
}

/// Which way is better.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Better {
    /// Ratios of rates.
    Higher,
    /// Times and sizes.
    Lower,
}

/// How a figure stands beside its bar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// The aim is reached.
    Aim,
    /// What has to be reached is.
    Reached,
    /// It is not.
    Missed,
}

impl Standing {
    /// In a word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Aim => "aim reached",
            Self::Reached => "reached",
            Self::Missed => "MISSED",
        }
    }
}

impl Bar {
    const fn higher(must: f64, aim: f64) -> Self {
        Self {
            better: Better::Higher,
            must,
            aim,
        }
    }

    const fn lower(must: f64, aim: f64) -> Self {
        Self {
            better: Better::Lower,
            must,
            aim,
        }
    }

    /// How a figure stands. One that is no number is missed.
    pub(crate) fn judge(self, figure: f64) -> Standing {
        let reaches = |bound: f64| match self.better {
            Better::Higher => figure >= bound,
            Better::Lower => figure < bound,
        };
        match (reaches(self.aim), reaches(self.must)) {
            (true, _) => Standing::Aim,
            (_, true) => Standing::Reached,
            _ => Standing::Missed,
        }
    }

    /// The bound in words.
    pub(crate) fn words(self, bound: f64) -> String {
        match self.better {
            Better::Higher => format!("≥ {bound}"),
            Better::Lower => format!("< {bound}"),
        }
    }
}

/// Milliseconds that 99 % of the answers stay within at half of the most load.
pub(crate) const STEADY_P99_MS: Bar = Bar::lower(10.0, 3.0);
/// Milliseconds of the worst stall of a minute at half of the most load.
pub(crate) const WORST_STALL_MS: Bar = Bar::lower(100.0, 30.0);
/// MiB of the server at its highest under load, with ten million orders.
pub(crate) const PEAK_MIB: Bar = Bar::lower(400.0, 200.0);
/// Seconds from a start after `kill -9` to the first answer, with ten million orders.
pub(crate) const RESTART_SECONDS: Bar = Bar::lower(2.0, 0.3);

/// Orders in a large file that the bars are for; with fewer nothing is judged.
pub(crate) const LARGE_ORDERS: u64 = 10_000_000;

const ROOFLINE: Side = Side::usual(System::Roofline);
const EMBEDDED: Side = Side::usual(System::Embedded);
const POSTGRES: Side = Side::usual(System::Postgres);
const TEXTBOOK: Side = Side::usual(System::Textbook);

/// Every comparison that has a bar.
pub(crate) fn all() -> [(Comparison, Bar); 8] {
    let hot = |side| Side {
        workload: Workload::Hot,
        ..side
    };
    let few = |side| Side {
        connections: 32,
        ..side
    };
    let random = |side| Side {
        keys: Keys::Random,
        ..side
    };
    let sold_out = Side {
        workload: Workload::SoldOut,
        ..EMBEDDED
    };
    let large = Side {
        filling: Filling::Large,
        ..EMBEDDED
    };
    [
        ((EMBEDDED, ROOFLINE), Bar::higher(0.60, 0.80)),
        ((few(EMBEDDED), few(ROOFLINE)), Bar::higher(0.40, 0.60)),
        (
            (random(EMBEDDED), random(ROOFLINE)),
            Bar::higher(0.45, 0.70),
        ),
        ((hot(EMBEDDED), EMBEDDED), Bar::higher(0.95, 1.1)),
        ((sold_out, EMBEDDED), Bar::higher(1.2, 1.5)),
        ((large, EMBEDDED), Bar::higher(0.90, 1.0)),
        ((POSTGRES, TEXTBOOK), Bar::higher(4.0, 6.0)),
        ((hot(POSTGRES), hot(TEXTBOOK)), Bar::higher(8.0, 15.0)),
    ]
    .map(|((subject, base), bar)| (Comparison { subject, base }, bar))
}

/// The bar of a comparison, where it has one.
pub(crate) fn of(comparison: &Comparison) -> Option<Bar> {
    let found = all().into_iter().find(|(it, _)| it == comparison);
    found.map(|(_, bar)| bar)
}

/// Tries the judgement out, since a bench has no tests.
///
/// # Errors
///
/// When a figure is judged wrongly.
pub(crate) fn try_out() -> anyhow::Result<()> {
    let (high, low) = (Bar::higher(0.5, 0.8), Bar::lower(100.0, 30.0));
    let table = [
        (high, 0.8, Standing::Aim),
        (high, 0.5, Standing::Reached),
        (high, 0.49, Standing::Missed),
        (high, f64::NAN, Standing::Missed),
        (low, 29.0, Standing::Aim),
        (low, 30.0, Standing::Reached),
        (low, 100.0, Standing::Missed),
        (low, f64::NAN, Standing::Missed),
    ];
    for (bar, figure, expected) in table {
        let judged = bar.judge(figure);
        anyhow::ensure!(judged == expected, "{figure} by {bar:?} is {judged:?}");
    }
    Ok(())
}
