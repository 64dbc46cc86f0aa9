//! How many orders a second the server takes on PostgreSQL, beside a textbook
//! transaction an order on the same server.
//!
//! ```text
//! cargo bench -p jumun-server --bench postgres
//! cargo bench -p jumun-server --bench postgres -- --pairs 5 --seconds 10
//! cargo bench -p jumun-server --bench postgres -- --workload zipf --batches 1,2,4
//! ```
//!
//! The textbook is `shared/postgres/textbook/order.sql`, run by `pgbench` with prepared
//! statements, at several numbers of clients of which the best counts. `jumun`
//! is loaded over HTTP, a key an order. The bench starts a cluster of its own,
//! and each run has a new database on it, with the same users and products.
//! Runs alternate (textbook, jumun, textbook, jumun, …), so that whatever else
//! the machine does falls on both, and a ratio is the median of the pairs'.
//!
//! Round trips are counted in a further run of each side, at a distance of some
//! milliseconds from the server, where one cannot be taken for two.
//!
//! The cluster's files are where `TMPDIR` says, which must be a disk. It needs
//! `pgbench`, which comes with the server.
//!
//! Without `--bench`, which `cargo bench` adds, it is a short smoke run that
//! fails on any order that is refused: `cargo test -p jumun-server --benches`.

#![allow(clippy::print_stdout, reason = "a bench reports on stdout")]

mod case;
mod cost;
mod distance;
mod jumun;
mod measure;
mod options;
mod report;
mod textbook;

#[path = "../shared/postgres/mod.rs"]
mod postgres;
#[path = "../shared/mod.rs"]
#[allow(dead_code, reason = "other benches use the rest")]
mod shared;

use clap::Parser;

use crate::options::{Options, Role};

/// The one that the `jumun` binary uses, for the server and the generator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    match options.role {
        Some(Role::Jumun) => jumun::serve(&options),
        Some(Role::Fill) => jumun::fill(&options),
        None => measure::run(&options.plan()?),
    }
}
