//! How many orders a second the engine takes by itself, beside SQLite that is
//! handed the same rows with nothing to read or decide.
//!
//! ```text
//! cargo bench -p jumun-store-sqlite --bench engine
//! cargo bench -p jumun-store-sqlite --bench engine -- --in-flight 256 --keys random
//! cargo bench -p jumun-store-sqlite --bench engine -- --dispatcher
//! ```
//!
//! With 2,048 in flight a transaction holds 1,024 orders, the most that the
//! engine takes at once, while the next ones come together.
//!
//! For each number of orders in flight there are pairs of runs on fresh copies
//! of one database: the engine, with that many tasks of which each places an
//! order as soon as its last one is answered; then bare SQLite, in transactions
//! of as many orders as the engine's had on average. The ratio is the median of
//! the pairs'.
//!
//! Without `--bench`, which `cargo bench` adds, it is a short smoke run:
//! `cargo test -p jumun-store-sqlite --benches`.

#![allow(clippy::print_stdout, reason = "a bench reports on stdout")]

mod bare;
mod batches;
mod demand;
mod dispatcher;
mod engine;
mod fill;
mod history;
mod machine;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Parser;
use tempfile::TempDir;

use crate::batches::Batches;
use crate::demand::{Demand, Keys};
use crate::machine::Processors;

/// The engine by bare SQLite, with the largest batches: what it has to reach,
/// and what is aimed at.
const BAR: (f64, f64) = (0.8, 0.95);
/// Orders in flight that fill the largest batches.
const FULL_IN_FLIGHT: usize = 2_048;
/// Pairs of runs a case: the fewest that have a median which is not an extreme.
const DEFAULT_PAIRS: usize = 3;
/// Lets caches and the write-ahead log settle.
const WARM_UP: Duration = Duration::from_secs(1);
/// Several checkpoints long.
const WINDOW: Duration = Duration::from_secs(4);
/// The smoke run's warm-up and window.
const SMOKE: Timing = Timing {
    warm_up: Duration::from_millis(100),
    window: Duration::from_millis(400),
};
/// Orders in flight in the smoke run.
const SMOKE_IN_FLIGHT: usize = 16;

/// Orders a second of the engine alone, beside bare SQLite.
#[derive(Parser)]
#[command(name = "engine")]
struct Options {
    /// Orders in flight.
    #[arg(long, value_delimiter = ',', default_value = "64,256,1024,2048")]
    in_flight: Vec<usize>,
    /// Which idempotency keys the orders carry.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "time-ordered"
    )]
    keys: Vec<Keys>,
    /// Pairs of runs a case.
    #[arg(long, default_value_t = DEFAULT_PAIRS)]
    pairs: usize,
    /// Has a dispatcher record each order's event beside the orders.
    #[arg(long)]
    dispatcher: bool,
    /// `cargo bench` adds it.
    #[arg(long, hide = true)]
    bench: bool,
    /// Asks for the smoke run.
    #[arg(long, hide = true)]
    test: bool,
}

/// The two parts of a run.
#[derive(Clone, Copy, Debug)]
struct Timing {
    warm_up: Duration,
    window: Duration,
}

/// What is measured.
#[derive(Clone, Copy)]
struct Case {
    in_flight: usize,
    keys: Keys,
    dispatcher: bool,
}

/// A run of the engine and the run of bare SQLite that followed.
struct Pair {
    /// Orders a second.
    engine: f64,
    /// Orders in a transaction, on average.
    batch: f64,
    /// Orders a second.
    bare: f64,
    /// Records of the dispatcher a second.
    records: f64,
    /// The share of the processors that other processes used.
    others: f64,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let batches = Batches::listen()?;
    let directory = scratch()?;
    let filled = directory.path().join("filled.db");
    engine::fill(&filled)?;
    if !options.bench || options.test {
        let case = Case {
            in_flight: SMOKE_IN_FLIGHT,
            keys: Keys::TimeOrdered,
            dispatcher: true,
        };
        let pair = pair(&filled, &batches, case, SMOKE)?;
        ensure!(pair.bare > 0.0 && pair.engine > 0.0, "no order was placed");
        ensure!(pair.records > 0.0, "no event was recorded");
        println!("smoke run: every order was placed");
        return Ok(());
    }
    ensure!(
        options.pairs > 0,
        "nothing to measure: give --pairs 1 or more"
    );
    println!(
        "{:<12} {:>9} {:>9} {:>9} {:>6} {:>6} {:>9} {:>8}",
        "keys", "in flight", "engine/s", "bare/s", "batch", "ratio", "records/s", "others %"
    );
    for &keys in &options.keys {
        for &in_flight in &options.in_flight {
            ensure!(
                in_flight > 0,
                "nothing to measure: give --in-flight 1 or more"
            );
            let timing = Timing {
                warm_up: WARM_UP,
                window: WINDOW,
            };
            let case = Case {
                in_flight,
                keys,
                dispatcher: options.dispatcher,
            };
            let runs = (0..options.pairs).map(|_| pair(&filled, &batches, case, timing));
            let runs = runs.collect::<anyhow::Result<Vec<_>>>()?;
            let of = |figure: fn(&Pair) -> f64| median(runs.iter().map(figure));
            println!(
                "{:<12} {in_flight:>9} {:>9.0} {:>9.0} {:>6.0} {:>6.3} {:>9.0} {:>8.0}",
                format!("{keys:?}"),
                of(|pair| pair.engine),
                of(|pair| pair.bare),
                of(|pair| pair.batch),
                of(|pair| pair.engine / pair.bare),
                of(|pair| pair.records),
                of(|pair| pair.others) * 100.0,
            );
            if in_flight == FULL_IN_FLIGHT && keys == Keys::TimeOrdered {
                judge(of(|pair| pair.engine / pair.bare));
            }
        }
    }
    Ok(())
}

/// Says how the ratio stands beside its bar.
fn judge(ratio: f64) {
    let (must, aim) = BAR;
    let standing = match ratio {
        ratio if ratio >= aim => "aim reached",
        ratio if ratio >= must => "reached",
        _ => "MISSED",
    };
    println!("bar {ratio:.3}: must be ≥ {must}, aim ≥ {aim}: {standing}");
}

fn pair(filled: &Path, batches: &Batches, case: Case, timing: Timing) -> anyhow::Result<Pair> {
    let directory = scratch()?;
    let demand = Arc::new(Demand::new(case.keys));
    let before = Processors::now()?;
    let database = copy_of(filled, directory.path(), "engine.db")?;
    let figures = engine::run(&database, case, Arc::clone(&demand), batches, timing)?;
    let database = copy_of(filled, directory.path(), "bare.db")?;
    let size = (figures.batch.round() as usize).max(1);
    let bare = bare::run(&database, size, &demand, timing)?;
    Ok(Pair {
        engine: figures.placed,
        batch: figures.batch,
        records: figures.records,
        bare,
        others: Processors::now()?.others_since(before),
    })
}

/// A copy of a closed database, on stable storage before the run starts, so
/// that its writing does not slow the run's own.
fn copy_of(filled: &Path, directory: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let copy = directory.join(name);
    std::fs::copy(filled, &copy).context("the filled database could not be copied")?;
    File::open(&copy)?.sync_all()?;
    Ok(copy)
}

/// A directory on the disk of the build, since the system's temporary
/// directory may be memory, where an fsync costs nothing.
fn scratch() -> anyhow::Result<TempDir> {
    Ok(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?)
}

/// The middle value; for an even number the lower of the two.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted
        .get(sorted.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(f64::NAN)
}
