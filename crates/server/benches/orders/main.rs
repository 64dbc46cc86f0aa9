//! How many orders a second the server takes over HTTP, beside systems that
//! limit it or that it is to replace; what an order costs; how long shoppers
//! wait when nothing is wrong; and how soon a server is back.
//!
//! ```text
//! cargo bench -p jumun-server --bench orders                   # a quarter of an hour
//! cargo bench -p jumun-server --bench orders -- --list         # what it would do
//! cargo bench -p jumun-server --bench orders -- --full         # hours
//! cargo bench -p jumun-server --bench orders -- --parts steady,restart
//! cargo bench -p jumun-server --bench orders -- --connections 32,256 --keys random,none
//! cargo bench -p jumun-server --bench orders -- --systems postgres --workload uniform,hot
//! ```
//!
//! The roofline is an axum handler that reads and answers the same JSON and
//! keeps nothing; the textbook is a transaction an order by `pgbench`. Each
//! server is a process of its own; this process is the load generator. Runs
//! alternate (base, subject, base, subject, …), so that whatever else the
//! machine does falls on both, and a ratio is the median of the pairs'.
//! docs/performance.md tells the columns and the bars.
//!
//! Without `--bench`, which `cargo bench` adds, it is a short smoke run of every
//! part but PostgreSQL, which fails on any order that is refused and should not
//! be: `cargo test -p jumun-server --benches`.

#![allow(clippy::print_stdout, reason = "a bench reports on stdout")]

mod bars;
mod chart;
mod comparisons;
mod cost;
mod databases;
mod device;
mod measure;
mod options;
mod plan;
mod report;
mod restart;
mod results;
mod roofline;
mod run;
mod servers;
mod side;
mod steady;
mod syncs;
mod systems;
mod tables;
mod witness;

#[path = "../shared/postgres/mod.rs"]
#[allow(dead_code, reason = "other benches use the rest")]
mod postgres;
#[path = "../shared/mod.rs"]
#[allow(dead_code, reason = "other benches use the rest")]
mod shared;

use clap::Parser;

/// The one that the `jumun` binary uses, for every server and the generator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use crate::options::{Options, Role};

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    match (options.role, options.is_measured()) {
        (Some(Role::Roofline), _) => servers::serve_roofline(),
        (Some(Role::Jumun), _) => servers::serve_jumun(options.database()?),
        (Some(Role::Fill), _) => servers::fill(options.database()?, options.fill_plan()),
        (None, true) if options.is_list() => measure::announce(&options.plan()?),
        (None, true) => measure::run(&options.plan()?),
        (None, false) => measure::smoke(&plan::smoke()),
    }
}
