//! The command line.

use std::time::Duration;

use anyhow::{Context, ensure};
use clap::{Parser, ValueEnum};
use jumun_load::{Shop, Timing, Workload};

use crate::shared::shop;

/// Pairs of runs a case: the fewest that have a median which is not an extreme.
const DEFAULT_PAIRS: usize = 3;
/// Long enough for plans, caches and the allocator to settle.
const DEFAULT_WARM_UP_SECONDS: u64 = 2;
/// Long enough for some ten thousand orders of the slower side.
const DEFAULT_SECONDS: u64 = 5;
/// Clients of the textbook: on a few processors more only wait for each other.
const DEFAULT_CLIENTS: [usize; 2] = [8, 16];
/// What the textbook knows.
const WORKLOADS: [Workload; 3] = [Workload::Uniform, Workload::Zipf, Workload::Hot];
/// Far above what the server is faster with.
const MAX_CONNECTIONS: usize = 10_000;
/// Sessions on the server, of `pgbench` or of one instance: far below those
/// that the cluster allows.
const MAX_SESSIONS: usize = 200;
/// Load at a distance: a few hundred orders of the slower side.
const DISTANT: Timing = Timing {
    warm_up: Duration::from_secs(1),
    window: Duration::from_secs(3),
};

/// Orders a second on PostgreSQL, beside a textbook transaction an order.
#[derive(Parser)]
#[command(name = "postgres")]
pub(crate) struct Options {
    /// What is ordered.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "uniform,hot")]
    workload: Vec<Workload>,
    /// Clients of the textbook; the best of these numbers counts.
    #[arg(long, value_delimiter = ',', default_values_t = DEFAULT_CLIENTS)]
    clients: Vec<usize>,
    /// HTTP connections to jumun, each with one request in flight.
    #[arg(long, default_value_t = 256)]
    connections: usize,
    /// Batches that jumun has in flight; each number is compared.
    #[arg(long, value_delimiter = ',', default_values_t = default_batches())]
    pub(crate) batches: Vec<usize>,
    /// Pairs of runs a workload.
    #[arg(long, default_value_t = DEFAULT_PAIRS)]
    pairs: usize,
    /// Seconds of load before the measured window.
    #[arg(long, default_value_t = DEFAULT_WARM_UP_SECONDS)]
    warm_up: u64,
    /// Seconds of the measured window.
    #[arg(long, default_value_t = DEFAULT_SECONDS)]
    seconds: u64,

    /// What a child process of the bench is.
    #[arg(long, value_enum, hide = true)]
    pub(crate) role: Option<Role>,
    /// The database of a child process.
    #[arg(long, hide = true)]
    database: Option<String>,
    /// Fills a small shop, for the smoke run.
    #[arg(long, hide = true)]
    small: bool,
    /// `cargo bench` adds it.
    #[arg(long, hide = true)]
    bench: bool,
    /// Asks for the smoke run.
    #[arg(long, hide = true)]
    test: bool,
}

fn default_batches() -> [usize; 1] {
    [jumun_store_postgres::Options::default().batches]
}

/// What a child process does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Role {
    /// Serves.
    Jumun,
    /// Fills a database.
    Fill,
}

/// What is measured.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Whether it only shows that everything works.
    pub(crate) is_smoke: bool,
    /// Users and products.
    pub(crate) shop: Shop,
    /// What is ordered.
    pub(crate) workloads: Vec<Workload>,
    /// Clients of the textbook.
    pub(crate) clients: Vec<usize>,
    /// Connections to jumun.
    pub(crate) connections: usize,
    /// Batches that jumun has in flight.
    pub(crate) batches: Vec<usize>,
    /// Pairs of runs a workload.
    pub(crate) pairs: usize,
    /// Of each run.
    pub(crate) timing: Timing,
    /// Of each run at a distance.
    pub(crate) distant: Timing,
}

impl Options {
    /// What is to be measured.
    ///
    /// # Errors
    ///
    /// What could not be measured.
    pub(crate) fn plan(&self) -> anyhow::Result<Plan> {
        if !self.bench || self.test {
            return Ok(Plan::smoke());
        }
        ensure!(self.pairs > 0, "nothing to measure: give --pairs 1 or more");
        ensure!(
            self.seconds > 0 && self.warm_up > 0,
            "pgbench counts whole seconds: give --seconds and --warm-up 1 or more"
        );
        ensure!(
            (1..=MAX_CONNECTIONS).contains(&self.connections),
            "give --connections from 1 to {MAX_CONNECTIONS}"
        );
        let sessions = 1..=MAX_SESSIONS;
        ensure!(
            self.clients.iter().all(|count| sessions.contains(count)),
            "give --clients from 1 to {MAX_SESSIONS}"
        );
        ensure!(
            self.batches.iter().all(|count| sessions.contains(count)),
            "give --batches from 1 to {MAX_SESSIONS}"
        );
        Ok(Plan {
            is_smoke: false,
            shop: shop::full(),
            workloads: self.workload.clone(),
            clients: self.clients.clone(),
            connections: self.connections,
            batches: self.batches.clone(),
            pairs: self.pairs,
            timing: Timing {
                warm_up: Duration::from_secs(self.warm_up),
                window: Duration::from_secs(self.seconds),
            },
            distant: DISTANT,
        })
    }

    /// The URL of a child's database.
    pub(crate) fn database(&self) -> anyhow::Result<&str> {
        self.database
            .as_deref()
            .context("this role needs a database: give --database URL")
    }

    /// How large a shop a child fills.
    pub(crate) fn shop(&self) -> Shop {
        if self.small {
            shop::small()
        } else {
            shop::full()
        }
    }
}

impl Plan {
    /// The shortest run of every part.
    fn smoke() -> Self {
        let second = Timing {
            warm_up: Duration::from_secs(1),
            window: Duration::from_secs(1),
        };
        Self {
            is_smoke: true,
            shop: shop::small(),
            workloads: WORKLOADS.to_vec(),
            clients: vec![4],
            connections: 4,
            batches: default_batches().to_vec(),
            pairs: 1,
            timing: second,
            distant: second,
        }
    }
}
