//! Load that arrives at a fixed rate, whatever becomes of it, from one thread.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::sync::Semaphore;
use tokio::task::LocalSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::shared::connection::Connection;
use crate::shared::demand::{Requests, now};
use crate::shared::load::{Timing, Witness};
use crate::shared::tally::Tally;

/// How long after a run's end the last answers may take before the run fails.
const GRACE: Duration = Duration::from_secs(20);
/// Shoppers arrive in lots, one a tick: the runtime's timers are no finer.
const TICK: Duration = Duration::from_millis(1);

/// What arrives, and how fast.
pub(crate) struct Arrivals {
    /// Orders a second.
    pub(crate) rate: f64,
    /// The most at a time; others wait for one of them.
    pub(crate) connections: usize,
    /// What is ordered.
    pub(crate) requests: Requests,
    /// For how long.
    pub(crate) timing: Timing,
}

/// Loads a server and counts what it answers within the window. Latencies are
/// those from a shopper's arrival, so waiting for a connection counts.
///
/// # Errors
///
/// When a connection is refused, closed or stuck; answers of any status are counted.
pub(crate) fn run(
    address: SocketAddr,
    arrivals: Arrivals,
    witness: impl Witness,
) -> anyhow::Result<Tally> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let limit = arrivals.timing.warm_up + arrivals.timing.window + GRACE;
    let work = shoppers(address, arrivals, witness);
    runtime
        .block_on(LocalSet::new().run_until(async { tokio::time::timeout(limit, work).await }))
        .context("the server did not answer within the limit; look at its log")?
}

/// Those who have arrived and were not served yet.
struct Line {
    waiting: Semaphore,
    arrived: RefCell<VecDeque<Instant>>,
    requests: RefCell<Requests>,
}

async fn shoppers(
    address: SocketAddr,
    arrivals: Arrivals,
    witness: impl Witness,
) -> anyhow::Result<Tally> {
    let Arrivals {
        rate,
        connections,
        requests,
        timing,
    } = arrivals;
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(address).await?);
    }
    let line = Rc::new(Line {
        waiting: Semaphore::new(0),
        arrived: RefCell::default(),
        requests: RefCell::new(requests),
    });
    let micros = i64::try_from(timing.warm_up.as_micros()).unwrap_or(i64::MAX);
    let counted_from = now().as_micros().saturating_add(micros);
    witness.begins(jumun_domain::Timestamp::from_micros(counted_from));
    let start = Instant::now();
    let from = start + timing.warm_up;
    let until = from + timing.window;
    let tasks: Vec<_> = open
        .into_iter()
        .map(|connection| {
            let (line, witness) = (Rc::clone(&line), witness.clone());
            tokio::task::spawn_local(shopper(connection, line, from, until, witness))
        })
        .collect();
    arrive(&line, rate, start, until).await;
    let mut total = Tally::new(timing.window);
    for task in tasks {
        total.merge(task.await??);
    }
    Ok(total)
}

/// Lets shoppers arrive until the end; whoever still waits then goes away.
#[allow(clippy::cast_precision_loss, reason = "a count of a few seconds")]
async fn arrive(line: &Line, rate: f64, start: Instant, until: Instant) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let arrived = Cell::new(0_usize);
    while Instant::now() < until {
        ticks.tick().await;
        let now = Instant::now();
        let due = (rate * (now - start).as_secs_f64()) as usize;
        let new = due - arrived.replace(due);
        line.arrived
            .borrow_mut()
            .extend(std::iter::repeat_n(now, new));
        line.waiting.add_permits(new);
    }
    line.waiting.close();
}

async fn shopper(
    mut connection: Connection,
    line: Rc<Line>,
    from: Instant,
    until: Instant,
    witness: impl Witness,
) -> anyhow::Result<Tally> {
    let mut tally = Tally::new(until - from);
    let mut buffer = Vec::with_capacity(512);
    loop {
        match line.waiting.acquire().await {
            Ok(turn) => turn.forget(),
            Err(_closed) => return Ok(tally),
        }
        let next = line.arrived.borrow_mut().pop_front();
        let arrived = next.context("nobody waits")?;
        line.requests.borrow_mut().next_into(&mut buffer);
        let answer = connection.exchange(&buffer).await?;
        let now = Instant::now();
        witness.answered(&answer);
        if now >= from && now < until {
            tally.count(answer.status, answer.body, now - arrived);
        }
    }
}
