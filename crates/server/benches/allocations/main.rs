//! How often an answer has the server allocate, and how many bytes.
//!
//! ```text
//! cargo bench -p jumun-server --bench allocations
//! cargo bench -p jumun-server --bench allocations -- --connections 1,1024
//! ```
//!
//! A bench of its own, since to count takes time and needs another allocator:
//! its rates say nothing. Beside `jumun` on its embedded engine is the roofline
//! of the bench `orders`, which reads and answers the same JSON and keeps
//! nothing. What SQLite allocates in C is not counted.
//!
//! Without `--bench`, which `cargo bench` adds, it is a short smoke run:
//! `cargo test -p jumun-server --benches`.

#![allow(clippy::print_stdout, reason = "a bench reports on stdout")]

mod counters;
mod measure;
mod options;

#[path = "../orders/roofline.rs"]
mod roofline;
#[path = "../orders/servers.rs"]
mod servers;
#[path = "../shared/mod.rs"]
#[allow(dead_code, reason = "other benches use the rest")]
mod shared;
#[path = "../orders/witness.rs"]
#[allow(dead_code, reason = "the bench of orders uses the rest")]
mod witness;

use std::alloc::System;

use clap::Parser;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use crate::options::{Options, Role};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    match options.role {
        Some(Role::Roofline) => {
            counters::tell(options.counters()?)?;
            servers::serve_roofline()
        }
        Some(Role::Jumun) => {
            counters::tell(options.counters()?)?;
            servers::serve_jumun(options.database()?)
        }
        Some(Role::Fill) => servers::fill(options.database()?, options.fill_plan()),
        None => measure::run(&options.plan()?),
    }
}
