//! How long an engine alone takes for orders and for reads, through the trait
//! that a server knows it by: no HTTP, no JSON.
//!
//! ```text
//! cargo bench -p jumun-server --bench engines
//! cargo bench -p jumun-server --bench engines -- place_order
//! cargo bench -p jumun-server --bench engines -- sqlite
//! ```
//!
//! An iteration hands the engine so many requests at once and waits for the last
//! answer, each durable. The databases hold 100,000 users with money and 10,000
//! products; PostgreSQL runs on a cluster of the bench's own, whose files are
//! where `TMPDIR` says, which must be a disk.
//!
//! Without `--bench`, which `cargo bench` adds, each case runs once on a small
//! shop: `cargo test -p jumun-server --benches`.

#![allow(clippy::print_stdout, reason = "what is shared reports on stdout")]

mod engine;
mod requests;

#[path = "../shared/postgres/cluster.rs"]
#[allow(dead_code, reason = "other benches use the rest")]
mod cluster;
#[path = "../shared/mod.rs"]
#[allow(dead_code, reason = "other benches use the rest")]
mod shared;

use std::fmt;

use divan::Bencher;
use divan::counter::ItemsCount;

use crate::engine::Engine;

/// The one that the `jumun` binary uses.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Requests handed over at once: a lone one, a busy moment, the largest batch.
const IN_FLIGHT: [usize; 3] = [1, 64, 1_024];

fn main() {
    divan::main();
    engine::close();
}

/// An engine with so many requests at once.
#[derive(Clone, Copy, Debug)]
struct Case {
    engine: Engine,
    in_flight: usize,
}

/// Its name in the table.
impl fmt::Display for Case {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { engine, in_flight } = self;
        write!(formatter, "{}, {in_flight} at once", engine.name())
    }
}

fn cases() -> impl Iterator<Item = Case> {
    let of = |engine| IN_FLIGHT.map(|in_flight| Case { engine, in_flight });
    Engine::ALL.into_iter().flat_map(of)
}

/// Orders of 1 to 3 lines of any products, each with a time-ordered key.
#[divan::bench(args = cases())]
fn place_order(bencher: Bencher<'_, '_>, Case { engine, in_flight }: Case) {
    engine::with(engine, |open| {
        bencher
            .counter(ItemsCount::new(in_flight))
            .with_inputs(|| open.orders(in_flight))
            .bench_local_values(|orders| open.place(orders));
    });
}

/// Orders by their ids, any of those that were placed.
#[divan::bench(args = cases())]
fn read_order(bencher: Bencher<'_, '_>, Case { engine, in_flight }: Case) {
    engine::with(engine, |open| {
        bencher
            .counter(ItemsCount::new(in_flight))
            .with_inputs(|| open.any_placed(in_flight))
            .bench_local_values(|ids| open.read(ids));
    });
}
