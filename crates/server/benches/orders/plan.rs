//! What is measured, in which order, and how long that takes.

use std::time::Duration;

use clap::ValueEnum;
use jumun_load::{Shop, Timing};

use crate::bars;
use crate::comparisons::once;
use crate::shared::shop;
use crate::side::{Comparison, Filling, Side, System};

/// What a run takes beside its load: a start, and the connections.
const OVERHEAD: Duration = Duration::from_secs(1);
/// What a run with a large file takes more: it is copied.
const LARGE_OVERHEAD: Duration = Duration::from_secs(10);
/// What a run on PostgreSQL takes more: a copy of the shop, and a checkpoint.
const POSTGRES_OVERHEAD: Duration = Duration::from_secs(2);
/// A PostgreSQL server with two shops on it.
const POSTGRES_FILL: Duration = Duration::from_secs(25);
/// Orders a second that a large file is filled with.
const FILL_RATE: u64 = 40_000;

/// A part of the bench.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Part {
    /// As many orders as can be, in pairs
    Ratios,
    /// Calls for stable storage and bytes of the log, counted by `strace`
    Syncs,
    /// Orders at random times, half as many as can be
    Steady,
    /// A start after `kill -9` on a large file
    Restart,
}

/// What is measured.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// What of it.
    pub(crate) parts: Vec<Part>,
    /// What is compared.
    pub(crate) comparisons: Vec<Comparison>,
    /// Pairs of runs of each.
    pub(crate) pairs: usize,
    /// Of each run.
    pub(crate) timing: Timing,
    /// Of the run at half of the most load.
    pub(crate) steady: Timing,
    /// Users and products.
    pub(crate) shop: Shop,
    /// Orders in a large file.
    pub(crate) orders: u64,
    /// Clients of the textbook, of which the best number counts.
    pub(crate) clients: Vec<usize>,
}

impl Plan {
    /// Whether this part is measured.
    pub(crate) fn has(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }

    /// Whether there is something that wants a large file.
    pub(crate) fn wants_large(&self) -> bool {
        let is_large = |it: &Comparison| it.subject.filling == Filling::Large;
        self.has(Part::Restart) || self.has(Part::Ratios) && self.comparisons.iter().any(is_large)
    }

    /// The most connections of a run.
    pub(crate) fn most_connections(&self) -> usize {
        let of = |it: &Comparison| it.subject.connections.max(it.base.connections);
        self.comparisons.iter().map(of).max().unwrap_or_default()
    }

    /// About how long it takes, but for the making of a large file.
    pub(crate) fn length(&self) -> Duration {
        let run = self.timing.warm_up + self.timing.window + OVERHEAD;
        let mut sum = Duration::ZERO;
        if self.has(Part::Ratios) {
            for comparison in &self.comparisons {
                let sides = [comparison.subject, comparison.base];
                let pair: Duration = sides.iter().map(|side| self.length_of(*side)).sum();
                sum += pair * u32::try_from(self.pairs).unwrap_or(u32::MAX);
            }
            let on_postgres = |it: &Comparison| it.subject.system.is_on_postgres();
            if self.comparisons.iter().any(on_postgres) {
                sum += POSTGRES_FILL;
            }
        }
        if self.has(Part::Syncs) {
            sum += run;
        }
        if self.has(Part::Steady) {
            sum += run + self.steady.warm_up + self.steady.window + OVERHEAD;
        }
        if self.has(Part::Restart) {
            sum += run + LARGE_OVERHEAD;
        }
        sum
    }

    /// About how long it takes to make a large file.
    pub(crate) fn length_of_fill(&self) -> Duration {
        Duration::from_secs(self.orders / FILL_RATE)
    }

    fn length_of(&self, side: Side) -> Duration {
        let run = self.timing.warm_up + self.timing.window + OVERHEAD;
        let runs = match side.system {
            System::Textbook => u32::try_from(self.clients.len()).unwrap_or(u32::MAX),
            _ => 1,
        };
        let more = match (side.filling, side.system.is_on_postgres()) {
            (_, true) => POSTGRES_OVERHEAD,
            (Filling::Large, false) => LARGE_OVERHEAD,
            (Filling::Empty, false) => Duration::ZERO,
        };
        (run + more) * runs
    }
}

/// The shortest run of every part, on a small shop.
pub(crate) fn smoke() -> Plan {
    const CONNECTIONS: usize = 4;
    const SECOND: Timing = Timing {
        warm_up: Duration::from_millis(100),
        window: Duration::from_millis(400),
    };
    let few = |side: Side| Side {
        connections: CONNECTIONS,
        ..side
    };
    let kept = bars::all().into_iter().filter(|(it, _)| {
        // They have a smoke run of their own, in the bench `postgres`.
        !it.subject.system.is_on_postgres()
    });
    let comparisons = kept.map(|(it, _)| Comparison {
        subject: few(it.subject),
        base: few(it.base),
    });
    Plan {
        parts: Part::value_variants().to_vec(),
        comparisons: once(comparisons),
        pairs: 1,
        timing: SECOND,
        steady: SECOND,
        shop: shop::small(),
        orders: 2_000,
        clients: vec![CONNECTIONS],
    }
}
