//! The command line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::{Parser, ValueEnum};
use jumun_load::{Keys, Shop, Timing, Workload};

use crate::shared::fill::FillPlan;
use crate::shared::shop;

/// Enough answers that the connections and the start of each are no part of it.
const TIMING: Timing = Timing {
    warm_up: Duration::from_secs(1),
    window: Duration::from_secs(2),
};
/// Of the smoke run.
const SMOKE: Timing = Timing {
    warm_up: Duration::from_millis(100),
    window: Duration::from_millis(200),
};
/// Connections of the smoke run.
const SMOKE_CONNECTIONS: usize = 4;

/// Allocations of an answer.
#[derive(Parser)]
#[command(name = "allocations")]
pub(crate) struct Options {
    /// What is ordered.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "uniform,hot,soldout"
    )]
    workload: Vec<Workload>,
    /// Connections, each with one request in flight.
    #[arg(long, value_delimiter = ',', default_value = "32,256")]
    connections: Vec<usize>,
    /// Which idempotency keys the requests carry.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "time-ordered"
    )]
    keys: Vec<Keys>,

    /// What a child process of the bench is.
    #[arg(long, value_enum, hide = true)]
    pub(crate) role: Option<Role>,
    /// The database of a child process.
    #[arg(long, hide = true)]
    database: Option<String>,
    /// Where a child process tells what it has allocated.
    #[arg(long, hide = true)]
    counters: Option<PathBuf>,
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
    /// Serves from the embedded engine.
    Jumun,
    /// Creates a database.
    Fill,
}

/// What is measured.
pub(crate) struct Plan {
    /// Whether it only shows that everything works.
    pub(crate) is_smoke: bool,
    /// Every case.
    pub(crate) cases: Vec<Case>,
    /// Users and products.
    pub(crate) shop: Shop,
    /// Of each load.
    pub(crate) timing: Timing,
}

/// A load.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    /// What is ordered.
    pub(crate) workload: Workload,
    /// Connections, each with one request in flight.
    pub(crate) connections: usize,
    /// Which keys the requests carry.
    pub(crate) keys: Keys,
}

impl Options {
    /// What is measured.
    ///
    /// # Errors
    ///
    /// When it could not be.
    pub(crate) fn plan(&self) -> anyhow::Result<Plan> {
        let is_smoke = !self.bench || self.test;
        let connections = match is_smoke {
            true => vec![SMOKE_CONNECTIONS],
            false => self.connections.clone(),
        };
        ensure!(
            connections.iter().all(|count| *count > 0),
            "nothing to measure: give --connections 1 or more"
        );
        let mut cases = Vec::new();
        for &workload in &self.workload {
            for &keys in &self.keys {
                cases.extend(connections.iter().map(|&connections| Case {
                    workload,
                    connections,
                    keys,
                }));
            }
        }
        Ok(Plan {
            is_smoke,
            cases,
            shop: if is_smoke {
                shop::small()
            } else {
                shop::full()
            },
            timing: if is_smoke { SMOKE } else { TIMING },
        })
    }

    /// The database of a child process.
    pub(crate) fn database(&self) -> anyhow::Result<&str> {
        self.database
            .as_deref()
            .context("this role needs a file: give --database PATH")
    }

    /// Where a child process tells what it has allocated.
    pub(crate) fn counters(&self) -> anyhow::Result<&Path> {
        self.counters
            .as_deref()
            .context("this role needs a socket: give --counters PATH")
    }

    /// What a new database holds.
    pub(crate) fn fill_plan(&self) -> FillPlan {
        let shop = if self.small {
            shop::small()
        } else {
            shop::full()
        };
        FillPlan {
            is_sold_out: self.sold_out,
            ..FillPlan::empty(shop)
        }
    }
}
