//! The load: a closed loop on every connection, from one thread.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Context;
use jumun_domain::Timestamp;
use tokio::task::LocalSet;

use crate::shared::connection::{Answer, Connection};
use crate::shared::demand::{Requests, now};
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

/// Sees what the tally does not keep. `()` sees nothing.
pub(crate) trait Witness: Clone + 'static {
    /// The load begins; what is counted begins at this time.
    fn begins(&self, _counted_from: Timestamp) {}
    /// An answer has arrived, whether it is counted or not.
    fn answered(&self, _answer: &Answer<'_>) {}
}

impl Witness for () {}

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
    witness: impl Witness,
) -> anyhow::Result<Tally> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let limit = timing.warm_up + timing.window + GRACE;
    let work = shoppers(address, connections, requests, timing, witness);
    runtime
        .block_on(LocalSet::new().run_until(async { tokio::time::timeout(limit, work).await }))
        .context("the server did not answer within the limit; look at its log")?
}

async fn shoppers(
    address: SocketAddr,
    connections: usize,
    requests: Requests,
    timing: Timing,
    witness: impl Witness,
) -> anyhow::Result<Tally> {
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(address).await?);
    }
    let requests = Rc::new(RefCell::new(requests));
    witness.begins(later(now(), timing.warm_up));
    let start = Instant::now();
    let from = start + timing.warm_up;
    let until = from + timing.window;
    let tasks: Vec<_> = open
        .into_iter()
        .map(|connection| {
            let (requests, witness) = (Rc::clone(&requests), witness.clone());
            tokio::task::spawn_local(shopper(connection, requests, from, until, witness))
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
    witness: impl Witness,
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
        witness.answered(&answer);
        // Counted is what was answered within the window, wherever it began.
        if now >= from && now < until {
            tally.count(answer.status, answer.body, now - sent);
        }
    }
}

fn later(time: Timestamp, by: Duration) -> Timestamp {
    let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(time.as_micros().saturating_add(by))
}
