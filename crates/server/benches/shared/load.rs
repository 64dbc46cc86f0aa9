//! The load: a closed loop on every connection, from one thread.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::task::LocalSet;

use crate::shared::connection::Connection;
use crate::shared::demand::Requests;
use crate::shared::tally::Tally;

/// How long after a run's end the last answers may take before the run fails.
const GRACE: Duration = Duration::from_secs(20);

/// The two parts of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// Load that is not counted.
    pub(crate) warm_up: Duration,
    /// Load that is.
    pub(crate) window: Duration,
}

/// Loads a server and counts what it answers within the window.
///
/// # Errors
///
/// When a connection is refused, closed or stuck; answers of any status are counted.
pub(crate) fn run(
    address: SocketAddr,
    connections: usize,
    requests: Requests,
    timing: Timing,
) -> anyhow::Result<Tally> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let limit = timing.warm_up + timing.window + GRACE;
    let work = shoppers(address, connections, requests, timing);
    runtime
        .block_on(LocalSet::new().run_until(async { tokio::time::timeout(limit, work).await }))
        .context("the server did not answer within the limit; look at its log")?
}

async fn shoppers(
    address: SocketAddr,
    connections: usize,
    requests: Requests,
    timing: Timing,
) -> anyhow::Result<Tally> {
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(address).await?);
    }
    let requests = Rc::new(RefCell::new(requests));
    let start = Instant::now();
    let from = start + timing.warm_up;
    let until = from + timing.window;
    let tasks: Vec<_> = open
        .into_iter()
        .map(|connection| {
            tokio::task::spawn_local(shopper(connection, Rc::clone(&requests), from, until))
        })
        .collect();
    let mut total = Tally::new(timing.window);
    for task in tasks {
        total.merge(task.await??);
    }
    Ok(total)
}

async fn shopper(
    mut connection: Connection,
    requests: Rc<RefCell<Requests>>,
    from: Instant,
    until: Instant,
) -> anyhow::Result<Tally> {
    let mut tally = Tally::new(until - from);
    let mut buffer = Vec::with_capacity(512);
    loop {
        requests.borrow_mut().next_into(&mut buffer);
        let sent = Instant::now();
        if sent >= until {
            return Ok(tally);
        }
        let answer = connection.exchange(&buffer).await?;
        let now = Instant::now();
        // Counted is what was answered within the window, wherever it began.
        if now >= from && now < until {
            tally.count(answer.status, answer.body, now - sent);
        }
    }
}
