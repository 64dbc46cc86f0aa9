//! How many orders a second the server takes, beside what HTTP and JSON alone
//! would allow on the same machine.
//!
//! ```text
//! cargo bench -p jumun-server --bench orders                     # 256 connections
//! cargo bench -p jumun-server --bench orders -- --connections 32,256
//! cargo bench -p jumun-server --bench orders -- --keys random,none --workload uniform
//! cargo bench -p jumun-server --bench orders -- --preload 1000000
//! ```
//!
//! The roofline is an axum handler that reads and answers the same JSON and
//! keeps nothing. Each server is a process of its own; this process is the load
//! generator. Runs alternate (roofline, jumun, roofline, jumun, …), so that
//! whatever else the machine does falls on both, and the ratio is the median
//! of the pairs' ratios.
//!
//! The processor time of an order (`CPU us`) is steadier than its rate. Where
//! `others %`, what other processes took of the machine, is more than a few per
//! cent, the rates and the ratio are too low and only good for a comparison.
//!
//! Without `--bench`, which `cargo bench` adds, it is a short smoke run that
//! fails on any answer but 201: `cargo test -p jumun-server --benches`.

#![allow(clippy::print_stdout, reason = "a bench reports on stdout")]

mod measure;
mod options;
mod report;
mod roofline;
mod servers;
#[path = "../shared/mod.rs"]
mod shared;

use clap::Parser;

/// The one that the `jumun` binary uses, for both servers and the generator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use crate::options::{Options, Role};

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    match (options.role, options.is_measured()) {
        (Some(Role::Roofline), _) => servers::serve_roofline(),
        (Some(Role::Jumun), _) => servers::serve_jumun(options.database()?),
        (Some(Role::Fill), _) => servers::fill(options.database()?, options.fill_plan()?),
        (None, true) => measure::run(&options),
        (None, false) => measure::smoke(),
    }
}
