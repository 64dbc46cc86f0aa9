//! The command line.

use std::time::Duration;

use anyhow::{Context, ensure};
use clap::{Parser, ValueEnum};
use jumun_load::{Shop, Timing};

use crate::plan::{Engine, Kind, Part, Plan};
use crate::shared::shop;

/// Pairs of runs a case: the fewest that have a median which is not an extreme.
const DEFAULT_PAIRS: usize = 3;
/// Long enough for caches, the write-ahead log and the allocator to settle.
const DEFAULT_WARM_UP_SECONDS: u64 = 2;
/// Long enough for several checkpoints of the database.
const DEFAULT_SECONDS: u64 = 5;
/// Above this the generator's own sockets reach the usual limit of open files.
const MAX_CONNECTIONS: usize = 1_000;

/// What data platforms cost, and how soon they have events.
#[derive(Parser)]
#[command(name = "platforms")]
pub(crate) struct Options {
    /// Which platforms.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "http,nats,file"
    )]
    platform: Vec<Kind>,
    /// On which engines.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "sqlite")]
    engine: Vec<Engine>,
    /// What is measured.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "load,lag,backlog"
    )]
    parts: Vec<Part>,
    /// Connections, each with one request in flight.
    #[arg(long, default_value_t = 256)]
    connections: usize,
    /// Pairs of runs a case.
    #[arg(long, default_value_t = DEFAULT_PAIRS)]
    pairs: usize,
    /// Seconds of load before the measured window.
    #[arg(long, default_value_t = DEFAULT_WARM_UP_SECONDS)]
    warm_up: u64,
    /// Seconds of the measured window.
    #[arg(long, default_value_t = DEFAULT_SECONDS)]
    seconds: u64,
    /// Orders a second of the lag; half of what the load has seen without a
    /// platform, if it is not given.
    #[arg(long)]
    rate: Option<f64>,
    /// Events that wait for a platform.
    #[arg(long, default_value_t = 1_000_000)]
    backlog: u64,

    /// What a child process of the bench is.
    #[arg(long, value_enum, hide = true)]
    pub(crate) role: Option<Role>,
    /// The database of a child process: a file or a URL.
    #[arg(long, hide = true)]
    database: Option<String>,
    /// Where a child process sends events, as a URL.
    #[arg(long, hide = true)]
    pub(crate) target: Option<String>,
    /// Where a receiver finds events, unless they come by themselves.
    #[arg(long, hide = true)]
    source: Option<String>,
    /// Orders that a child process places.
    #[arg(long, hide = true, default_value_t = 0)]
    pub(crate) preload: u64,
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
    /// Serves.
    Jumun,
    /// Creates a database that a platform is known to, and fills it.
    Fill,
    /// Notes what a platform receives.
    Receiver,
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
            self.seconds > 0,
            "nothing to measure: give --seconds 1 or more"
        );
        ensure!(
            self.backlog > 0,
            "nothing to measure: give --backlog 1 or more"
        );
        ensure!(
            (1..=MAX_CONNECTIONS).contains(&self.connections),
            "give --connections from 1 to {MAX_CONNECTIONS}"
        );
        let is_positive = self.rate.is_none_or(|rate| rate.is_finite() && rate > 0.0);
        ensure!(is_positive, "give --rate above 0");
        let has_rate = self.rate.is_some() || self.parts.contains(&Part::Load);
        ensure!(
            has_rate || !self.parts.contains(&Part::Lag),
            "half of which load is not known: give --rate, or measure the load, too"
        );
        Ok(Plan {
            is_smoke: false,
            shop: shop::full(),
            platforms: self.platform.clone(),
            engines: self.engine.clone(),
            parts: self.parts.clone(),
            connections: self.connections,
            pairs: self.pairs,
            timing: Timing {
                warm_up: Duration::from_secs(self.warm_up),
                window: Duration::from_secs(self.seconds),
            },
            rate: self.rate,
            backlog: self.backlog,
        })
    }

    /// The database of a child process.
    pub(crate) fn database(&self) -> anyhow::Result<&str> {
        self.database
            .as_deref()
            .context("this role needs a database: give --database PATH or URL")
    }

    /// The engine of a child process.
    pub(crate) fn engine(&self) -> anyhow::Result<Engine> {
        self.engine.first().copied().context("give --engine NAME")
    }

    /// What a child process receives for.
    pub(crate) fn platform(&self) -> anyhow::Result<Kind> {
        self.platform
            .first()
            .copied()
            .context("give --platform KIND")
    }

    /// Where a receiver finds events.
    pub(crate) fn source(&self) -> anyhow::Result<&str> {
        self.source
            .as_deref()
            .context("this role needs a source: give --source PATH or ADDRESS")
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
