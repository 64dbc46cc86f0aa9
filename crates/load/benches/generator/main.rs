//! How many requests a second the generator sends, beside `wrk`.
//!
//! ```text
//! cargo bench -p jumun-load --bench generator
//! cargo bench -p jumun-load --bench generator -- --connections 32 --pairs 25
//! ```
//!
//! Both load the same server, a process of its own that reads and answers JSON
//! and keeps nothing, over as many connections, on one thread, with the same
//! order. Each of ours has a new idempotency key and is looked at as in every
//! load; those of `wrk` are the same bytes again and again. Runs alternate, so
//! that whatever else the machine does falls on both, and the ratio is the
//! median of the pairs' ratios. Generator and server share the processors: a
//! generator that takes more of them leaves less to the server.
//!
//! It fails below a ratio of 0.8: then the generator would be what is measured.
//!
//! Without `--bench`, which `cargo bench` adds, it is a short run of the
//! generator alone, in a closed and in an open loop.

#![allow(clippy::print_stdout, reason = "a bench reports on stdout")]

mod handler;
mod ours;
mod server;
mod wrk;

use std::time::Duration;

use anyhow::ensure;
use clap::Parser;

use server::Server;

/// The one that the `jumun` binary uses, for the server and the generator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Below this, the generator would be what is measured.
const LEAST_RATIO: f64 = 0.8;

/// Requests a second of the generator, beside `wrk`.
#[derive(Parser)]
#[command(name = "generator")]
struct Options {
    /// Connections, each with one request in flight.
    #[arg(long, value_delimiter = ',', default_value = "32,256,1024")]
    connections: Vec<usize>,
    /// Pairs of runs for each number of connections: on a busy machine single
    /// pairs are far apart.
    #[arg(long, default_value_t = 15)]
    pairs: usize,
    /// Seconds of each run.
    #[arg(long, default_value_t = 2)]
    seconds: u64,
    /// What a child process does.
    #[arg(long, hide = true)]
    serve: bool,
    /// `cargo bench` adds it.
    #[arg(long, hide = true)]
    bench: bool,
    /// Asks for the smoke run.
    #[arg(long, hide = true)]
    test: bool,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    if options.serve {
        handler::serve()
    } else if options.bench && !options.test {
        measure(&options)
    } else {
        ours::smoke()
    }
}

fn measure(options: &Options) -> anyhow::Result<()> {
    ensure!(
        options.pairs > 0,
        "nothing to measure: give --pairs 1 or more"
    );
    wrk::check()?;
    let length = Duration::from_secs(options.seconds.max(1));
    println!(
        "{:>11} {:>12} {:>12} {:>7}",
        "connections", "wrk/s", "jumun/s", "ratio"
    );
    let mut low = Vec::new();
    for &connections in &options.connections {
        let mut ratios = Vec::new();
        for _ in 0..options.pairs {
            let theirs = wrk::per_second(&Server::start()?, connections, length)?;
            let ours = ours::per_second(&Server::start()?, connections, length)?;
            println!(
                "{connections:>11} {theirs:>12.0} {ours:>12.0} {:>7.2}",
                ours / theirs
            );
            ratios.push(ours / theirs);
        }
        ratios.sort_by(f64::total_cmp);
        let median = ratios[ratios.len() / 2];
        println!(
            "{connections:>11} {:>12} {:>12} {median:>7.2}",
            "", "median"
        );
        if median < LEAST_RATIO {
            low.push(connections);
        }
    }
    ensure!(
        low.is_empty(),
        "the generator does less than {LEAST_RATIO} of wrk with these connections: {low:?}"
    );
    Ok(())
}
