//! What data platforms cost a server, and how soon they have its events.
//!
//! ```text
//! cargo bench -p jumun-server --bench platforms
//! cargo bench -p jumun-server --bench platforms -- --platform http --parts load,lag --pairs 5
//! cargo bench -p jumun-server --bench platforms -- --parts lag --rate 10000
//! cargo bench -p jumun-server --bench platforms -- --engine sqlite,postgres --backlog 100000
//! ```
//!
//! Three parts, for each engine and each kind of platform:
//!
//! - `load`: orders a second in a closed loop, in pairs without and with the
//!   platform; how many events it is told of meanwhile, and for how long
//!   afterwards it is told of the rest.
//! - `lag`: orders at a fixed rate, half of what the part before has seen
//!   without a platform, once without it and once with it; how long after the
//!   answer to an order its event has come. An event that is first counts as no
//!   time.
//! - `backlog`: a server that starts with events of long ago; how fast it gets
//!   rid of them, and how much memory that takes.
//!
//! Each time it is checked that every order has come, that nothing else has,
//! and that the orders of one user have come in their order. Repeats are counted.
//!
//! A platform is a process of its own that notes what it receives: an HTTP
//! server of one thread that answers 204 and checks nothing; a push consumer
//! without acknowledgements of a stream in files on a `nats-server` of the
//! bench's own, which does no fsync but now and then; or a reader of the file
//! that looks for lines each millisecond. A line can be read before it is
//! synced. All share the processors with the server and the load generator.
//!
//! Without `--bench`, which `cargo bench` adds, it is a short smoke run that
//! fails on any order that is refused or lost: `cargo test -p jumun-server --benches`.

#![allow(clippy::print_stdout, reason = "a bench reports on stdout")]

mod backlog;
mod case;
mod check;
mod databases;
mod inbox;
mod jumun;
mod ledger;
mod measure;
mod meter;
mod nats;
mod options;
mod plan;
mod platform;
mod receiver;
mod report;
mod run;

#[path = "../shared/postgres/cluster.rs"]
mod cluster;
#[path = "../shared/mod.rs"]
#[allow(dead_code, reason = "other benches use the rest")]
mod shared;

use clap::Parser;

/// The one that the `jumun` binary uses, for every process.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use crate::options::{Options, Role};

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    match options.role {
        Some(Role::Jumun) => jumun::serve(&options),
        Some(Role::Fill) => jumun::fill(&options),
        Some(Role::Receiver) => receiver::serve(options.platform()?, options.source()?),
        None => measure::run(&options.plan()?),
    }
}
