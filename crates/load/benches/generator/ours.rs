//! The generator, as every load has it.

use std::time::Duration;

use anyhow::ensure;
use jumun_load::{Books, Keys, Pace, Plan, Shop, Tally, Target, Timing, Workload, run};

use crate::server::Server;

/// Of the open loop of the smoke run: what the slowest machine does.
const SMOKE_RATE: f64 = 500.0;

/// Requests a second of the generator on one thread.
pub(crate) fn per_second(
    server: &Server,
    connections: usize,
    length: Duration,
) -> anyhow::Result<f64> {
    Ok(load(server, connections, Pace::Closed, length)?.orders_per_second())
}

/// A short run of each loop, of which every request has to be answered.
pub(crate) fn smoke() -> anyhow::Result<()> {
    let server = Server::start()?;
    for pace in [Pace::Closed, Pace::PerSecond(SMOKE_RATE)] {
        let tally = load(&server, 8, pace, Duration::from_millis(500))?;
        ensure!(tally.orders() > 0, "no order was placed: {tally:?}");
    }
    println!("smoke run: every order was placed");
    Ok(())
}

fn load(
    server: &Server,
    connections: usize,
    pace: Pace,
    length: Duration,
) -> anyhow::Result<Tally> {
    let plan = Plan {
        target: Target::plain(server.address),
        connections,
        pace,
        workload: Workload::Hot,
        keys: Keys::TimeOrdered,
        // One user and one product: every order is the same but for its key.
        shop: Shop::from_one(1, 1),
        timing: Timing {
            warm_up: Duration::ZERO,
            window: length,
        },
        threads: 1,
    };
    // Books are kept of every answer, as `jumun load` does.
    let (tally, _) = run(&plan, Books::new(plan.shop, plan.threads))?;
    let outcomes = tally.outcomes();
    ensure!(
        outcomes.of_status(201) == outcomes.total(),
        "something was refused: {outcomes:?}"
    );
    Ok(tally)
}
