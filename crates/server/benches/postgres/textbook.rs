//! The runs of the textbook.

use jumun_load::{Timing, Workload};

use crate::case::{Latency, Run};
use crate::cost::Meter;
use crate::distance::Distance;
use crate::postgres::server::PostgresServer;
use crate::postgres::textbook::{Orders, Protocol, Textbook};

/// Orders from so many clients on a database of its own.
pub(crate) fn run(
    textbook: &Textbook,
    server: &PostgresServer,
    (workload, clients): (Workload, usize),
    timing: Timing,
) -> anyhow::Result<Run> {
    let database = textbook.copy();
    let url = database.url();
    let orders = Orders {
        workload,
        clients,
        protocol: Protocol::Prepared,
    };
    let meter = Meter::start(server, &database, None)?;
    textbook.load(&url, orders, timing.warm_up)?;
    let seen = textbook.load(&url, orders, timing.window)?;
    let cost = meter.stop()?.cost()?;
    Ok(Run {
        orders_per_second: seen.orders_per_second,
        refused: seen.refused,
        refusal: None,
        latency: Latency::Mean { ms: seen.mean_ms },
        cost,
        batches: None,
        memory: None,
    })
}

/// Round trips an order, and orders a second, at a distance.
pub(crate) fn run_afar(
    textbook: &Textbook,
    server: &PostgresServer,
    (workload, clients): (Workload, usize),
    timing: Timing,
) -> anyhow::Result<(f64, f64)> {
    let database = textbook.copy();
    let distance = Distance::start(server.host_port())?;
    let orders = Orders {
        workload,
        clients,
        protocol: Protocol::Extended,
    };
    let seen = textbook.load(&distance.url(&database), orders, timing.window)?;
    let placed: f64 = database.sql("SELECT count(*) FROM orders").parse()?;
    Ok((distance.trips() / placed, seen.orders_per_second))
}
