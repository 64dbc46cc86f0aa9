//! What is measured.

use std::time::Duration;

use clap::ValueEnum;
use jumun_load::{Shop, Timing};

use crate::shared::shop;

/// Waiting events of the smoke run: several reads and records of them.
const SMOKE_BACKLOG: u64 = 3_000;
/// Of the smoke run: what the slowest machine does beside a build.
const SMOKE_RATE: f64 = 200.0;

/// A kind of data platform.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Kind {
    /// Signed requests to an HTTP server.
    Http,
    /// A stream of NATS JetStream.
    Nats,
    /// A file beside the database.
    File,
}

/// Where the shop is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Engine {
    /// In a file.
    Sqlite,
    /// On a PostgreSQL server.
    Postgres,
}

/// A part of the bench.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Part {
    /// As many orders as can be.
    Load,
    /// Orders at a fixed rate.
    Lag,
    /// Events of long ago.
    Backlog,
}

/// What is measured.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Whether it only shows that everything works.
    pub(crate) is_smoke: bool,
    /// Users and products.
    pub(crate) shop: Shop,
    /// Which platforms.
    pub(crate) platforms: Vec<Kind>,
    /// On which engines.
    pub(crate) engines: Vec<Engine>,
    /// What of them.
    pub(crate) parts: Vec<Part>,
    /// Connections to the server.
    pub(crate) connections: usize,
    /// Pairs of runs under load.
    pub(crate) pairs: usize,
    /// Of each run.
    pub(crate) timing: Timing,
    /// Orders a second, where they come at a fixed rate.
    pub(crate) rate: Option<f64>,
    /// Events of long ago.
    pub(crate) backlog: u64,
}

impl Plan {
    /// The shortest run of every part.
    pub(crate) fn smoke() -> Self {
        Self {
            is_smoke: true,
            shop: shop::small(),
            platforms: Kind::value_variants().to_vec(),
            engines: vec![Engine::Sqlite],
            parts: Part::value_variants().to_vec(),
            connections: 4,
            pairs: 1,
            timing: Timing {
                warm_up: Duration::from_millis(200),
                window: Duration::from_millis(800),
            },
            rate: Some(SMOKE_RATE),
            backlog: SMOKE_BACKLOG,
        }
    }

    /// Whether this part is measured.
    pub(crate) fn has(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }
}
