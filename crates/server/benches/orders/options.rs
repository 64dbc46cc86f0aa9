//! The command line.

use std::time::Duration;

use anyhow::{Context, ensure};
use clap::{Parser, ValueEnum};
use jumun_load::{Keys, Timing, Workload};

use crate::bars::LARGE_ORDERS;
use crate::comparisons;
use crate::plan::{Part, Plan};
use crate::shared::fill::FillPlan;
use crate::shared::shop;
use crate::side::{Comparison, Filling, Side, System};

/// Pairs of runs a case: the fewest that have a median which is not an extreme.
const DEFAULT_PAIRS: usize = 3;
/// Long enough for caches, plans and the allocator to settle.
const DEFAULT_WARM_UP_SECONDS: u64 = 1;
/// Long enough for several checkpoints of the database.
const DEFAULT_WINDOW_SECONDS: u64 = 4;
/// Long enough for what happens now and then: folding, pruning, a long log.
const DEFAULT_STEADY_SECONDS: u64 = 60;
/// Clients of the textbook: on a few processors more only wait for each other.
const DEFAULT_CLIENTS: [usize; 2] = [8, 16];
/// Far above what any system is faster with; the limit of open files is raised.
const MAX_CONNECTIONS: usize = 10_000;

/// Orders over HTTP: systems in pairs, what an order costs, stalls and starts.
///
/// Without a choice of systems, workloads, connections, keys or fillings it
/// compares what docs/performance.md has a bar for. With one it compares every
/// combination of what is chosen with the usual rest.
#[derive(Parser)]
#[command(name = "orders")]
pub(crate) struct Options {
    /// Which parts of the bench; all, where nothing is chosen.
    #[arg(long, value_enum, value_delimiter = ',')]
    parts: Vec<Part>,
    /// Every comparison and every part: hours.
    #[arg(long)]
    full: bool,
    /// Says what it would do, and ends.
    #[arg(long)]
    list: bool,
    /// Systems to measure, each beside its base.
    #[arg(long, value_enum, value_delimiter = ',')]
    systems: Vec<System>,
    /// What is ordered.
    #[arg(long, value_enum, value_delimiter = ',')]
    workload: Vec<Workload>,
    /// Connections, each with one request in flight.
    #[arg(long, value_delimiter = ',')]
    connections: Vec<usize>,
    /// Which idempotency keys the requests carry.
    #[arg(long, value_enum, value_delimiter = ',')]
    keys: Vec<Keys>,
    /// What is in the database before the load starts.
    #[arg(long, value_enum, value_delimiter = ',')]
    filling: Vec<Filling>,
    /// Pairs of runs a comparison.
    #[arg(long, default_value_t = DEFAULT_PAIRS)]
    pairs: usize,
    /// Seconds of load before the measured window.
    #[arg(long, default_value_t = DEFAULT_WARM_UP_SECONDS)]
    warm_up: u64,
    /// Seconds of the measured window.
    #[arg(long, default_value_t = DEFAULT_WINDOW_SECONDS)]
    window: u64,
    /// Seconds at half of the most load.
    #[arg(long, default_value_t = DEFAULT_STEADY_SECONDS)]
    steady: u64,
    /// Orders in a large file, which is made once and kept.
    #[arg(long, default_value_t = LARGE_ORDERS)]
    orders: u64,
    /// Clients of the textbook; the best of these numbers counts.
    #[arg(long, value_delimiter = ',', default_values_t = DEFAULT_CLIENTS)]
    clients: Vec<usize>,

    /// What a child process of the bench is.
    #[arg(long, value_enum, hide = true)]
    pub(crate) role: Option<Role>,
    /// The database of a child process: a path or a URL.
    #[arg(long, hide = true)]
    database: Option<String>,
    /// Fills a small shop, for the smoke run.
    #[arg(long, hide = true)]
    small: bool,
    /// Fills a shop of which nearly everything is sold out.
    #[arg(long, hide = true)]
    sold_out: bool,
    /// `cargo bench` adds it.
    #[arg(long, hide = true)]
    bench: bool,
    /// Asks for the smoke run.
    #[arg(long, hide = true)]
    test: bool,
}

/// What a child process does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Role {
    /// Serves without storage.
    Roofline,
    /// Serves from an engine.
    Jumun,
    /// Creates a database, with `--orders` in it.
    Fill,
}

impl Options {
    /// Whether this is a measurement and not the smoke run.
    pub(crate) fn is_measured(&self) -> bool {
        self.bench && !self.test
    }

    /// Whether it only says what it would do.
    pub(crate) fn is_list(&self) -> bool {
        self.list
    }

    /// The database of a child process.
    pub(crate) fn database(&self) -> anyhow::Result<&str> {
        self.database
            .as_deref()
            .context("this role needs a database: give --database PATH or URL")
    }

    /// What a new database holds.
    pub(crate) fn fill_plan(&self) -> FillPlan {
        let shop = if self.small {
            shop::small()
        } else {
            shop::full()
        };
        FillPlan {
            shop,
            orders: self.orders,
            is_sold_out: self.sold_out,
        }
    }

    /// What is measured.
    ///
    /// # Errors
    ///
    /// When it could not be.
    pub(crate) fn plan(&self) -> anyhow::Result<Plan> {
        ensure!(self.pairs > 0, "nothing to measure: give --pairs 1 or more");
        ensure!(
            self.window > 0 && self.warm_up > 0 && self.steady > 0,
            "nothing to measure: give --warm-up, --window and --steady 1 or more seconds"
        );
        let range = 1..=MAX_CONNECTIONS;
        ensure!(
            self.connections.iter().all(|count| range.contains(count)),
            "give --connections from 1 to {MAX_CONNECTIONS}"
        );
        let chosen = self.chosen();
        let all = || Part::value_variants().to_vec();
        let parts = match (self.parts.is_empty(), chosen.is_empty()) {
            (false, _) => self.parts.clone(),
            (true, true) => all(),
            (true, false) => vec![Part::Ratios],
        };
        let comparisons = match (chosen.is_empty(), self.full) {
            (false, _) => chosen,
            (true, true) => comparisons::full(),
            (true, false) => comparisons::usual(),
        };
        let seconds = |warm_up, window| Timing {
            warm_up: Duration::from_secs(warm_up),
            window: Duration::from_secs(window),
        };
        Ok(Plan {
            parts,
            comparisons,
            pairs: self.pairs,
            timing: seconds(self.warm_up, self.window),
            steady: seconds(self.warm_up, self.steady),
            shop: shop::full(),
            orders: self.orders,
            clients: self.clients.clone(),
        })
    }

    /// Every combination of what is chosen with the usual rest; nothing, where
    /// nothing is chosen.
    fn chosen(&self) -> Vec<Comparison> {
        let usual = Side::usual(System::Embedded);
        let is_chosen = !(self.systems.is_empty()
            && self.workload.is_empty()
            && self.connections.is_empty()
            && self.keys.is_empty()
            && self.filling.is_empty());
        let mut chosen = Vec::new();
        for system in or(&self.systems, usual.system) {
            for workload in or(&self.workload, usual.workload) {
                for connections in or(&self.connections, usual.connections) {
                    for keys in or(&self.keys, usual.keys) {
                        for filling in or(&self.filling, usual.filling) {
                            chosen.push(Comparison::usual(Side {
                                system,
                                workload,
                                connections,
                                keys,
                                filling,
                            }));
                        }
                    }
                }
            }
        }
        chosen.retain(|it| is_chosen && it.subject != it.base);
        comparisons::once(chosen.into_iter())
    }
}

/// What is chosen, or else the usual.
fn or<T: Copy>(chosen: &[T], usual: T) -> Vec<T> {
    match chosen {
        [] => vec![usual],
        _ => chosen.to_vec(),
    }
}
