//! The command line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::{Parser, ValueEnum};

use crate::shared::demand::{Keys, Size, Workload};
use crate::shared::fill::FillPlan;
use crate::shared::load::Timing;

/// Pairs of runs a case: the fewest that have a median which is not an extreme.
const DEFAULT_PAIRS: usize = 3;
/// Long enough for caches, the write-ahead log and the allocator to settle.
const DEFAULT_WARM_UP_SECONDS: u64 = 2;
/// Long enough for several checkpoints of the database.
const DEFAULT_WINDOW_SECONDS: u64 = 5;
/// Above this the generator's own sockets reach the usual limit of open files.
const MAX_CONNECTIONS: usize = 1_000;

/// Orders a second over HTTP, beside the same HTTP and JSON without storage.
#[derive(Parser)]
#[command(name = "orders")]
pub(crate) struct Options {
    /// Connections, each with one request in flight.
    #[arg(long, value_delimiter = ',', default_value = "256")]
    pub(crate) connections: Vec<usize>,
    /// What is ordered.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "uniform,hot")]
    pub(crate) workload: Vec<Workload>,
    /// Which idempotency keys the requests carry.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "time-ordered"
    )]
    pub(crate) keys: Vec<Keys>,
    /// Pairs of runs a case.
    #[arg(long, default_value_t = DEFAULT_PAIRS)]
    pub(crate) pairs: usize,
    /// Seconds of load before the measured window.
    #[arg(long, default_value_t = DEFAULT_WARM_UP_SECONDS)]
    pub(crate) warm_up: u64,
    /// Seconds of the measured window.
    #[arg(long, default_value_t = DEFAULT_WINDOW_SECONDS)]
    pub(crate) window: u64,
    /// Orders that are in the database before the load starts.
    #[arg(long, default_value_t = 0)]
    pub(crate) preload: u64,

    /// What a child process of the bench is.
    #[arg(long, value_enum, hide = true)]
    pub(crate) role: Option<Role>,
    /// The database of a child process.
    #[arg(long, hide = true)]
    database: Option<PathBuf>,
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

/// What a child process does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Role {
    /// Serves without storage.
    Roofline,
    /// Serves from the embedded engine.
    Jumun,
    /// Creates a database.
    Fill,
}

impl Options {
    /// Whether this is a measurement and not the smoke run.
    pub(crate) fn is_measured(&self) -> bool {
        self.bench && !self.test
    }

    /// The database of a child process.
    pub(crate) fn database(&self) -> anyhow::Result<&Path> {
        self.database
            .as_deref()
            .context("this role needs a file: give --database PATH")
    }

    /// What a new database holds.
    pub(crate) fn fill_plan(&self) -> anyhow::Result<FillPlan> {
        let keys = *self
            .keys
            .first()
            .context("give --keys time-ordered, random or none")?;
        let size = if self.small { Size::SMALL } else { Size::FULL };
        Ok(FillPlan {
            size,
            orders: self.preload,
            keys,
        })
    }

    /// Refuses what could not be measured.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        ensure!(self.pairs > 0, "nothing to measure: give --pairs 1 or more");
        ensure!(
            self.window > 0,
            "nothing to measure: give --window 1 or more seconds"
        );
        let range = 1..=MAX_CONNECTIONS;
        ensure!(
            self.connections.iter().all(|count| range.contains(count)),
            "give --connections from 1 to {MAX_CONNECTIONS}"
        );
        Ok(())
    }

    /// How long each run is loaded before it is measured, and measured.
    pub(crate) fn timing(&self) -> Timing {
        Timing {
            warm_up: Duration::from_secs(self.warm_up),
            window: Duration::from_secs(self.window),
        }
    }
}
