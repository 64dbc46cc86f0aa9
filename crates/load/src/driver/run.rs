//! A load from its begin to its end, on as many threads as it wants.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::sync::{Arc, Barrier, OnceLock};
use std::time::{Duration, Instant};

use jumun_domain::Timestamp;
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::Traffic;
use super::control::Control;
use super::line::Line;
use super::plan::{InvalidPlan, Pace, Plan};
use super::shopper::{Shared, shop};
use crate::limits::{self, TooFewFiles};
use crate::tally::{Tally, Window};
use crate::wire::{Connection, Target};
use crate::workload::{Observer, Orders, Workload, now};

/// Connections that are made at the same time: a server's backlog takes them.
const CONNECTING: usize = 64;

/// Why there was no load.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The plan cannot be carried out.
    #[error(transparent)]
    Plan(#[from] InvalidPlan),
    /// The process may not open so many connections.
    #[error(transparent)]
    Files(#[from] TooFewFiles),
    /// Not one connection was accepted.
    #[error("the server does not accept connections: {0}; check the URL, and that it runs")]
    NotReachable(io::Error),
    /// The generator cannot work.
    #[error("the load generator cannot run: {0}; check the limits of this process")]
    Generator(io::Error),
}

/// Loads a server with orders, and blocks until the load has ended. The observer
/// that is returned has taken in those of all threads.
///
/// # Errors
///
/// When there was no load. What becomes of requests is counted, whatever it is.
pub fn run<O: Observer>(plan: &Plan, observer: O) -> Result<(Tally, O), Failure> {
    plan.check()?;
    if matches!(plan.workload, Workload::Coupon | Workload::Mixed) {
        return Err(InvalidPlan::NeedsPreparation.into());
    }
    let wanted = (plan.workload, plan.keys);
    let traffic = Orders::prepare(&plan.target, wanted, plan.shop, plan.threads, &observer);
    let (tally, traffic) = drive(plan, traffic, &Arc::default())?;
    let mut all = observer;
    for it in traffic {
        all.merge(it.into_observer());
    }
    Ok((tally, all))
}

/// Loads a server with this traffic, one a thread, and blocks until the load has
/// ended, or was stopped.
///
/// # Errors
///
/// When there was no load.
pub fn drive<T: Traffic>(
    plan: &Plan,
    traffic: Vec<T>,
    control: &Arc<Control>,
) -> Result<(Tally, Vec<T>), Failure> {
    plan.check()?;
    limits::allow_connections(plan.connections)?;
    let threads = traffic.len();
    let (ready, start) = (Arc::new(Barrier::new(threads)), Arc::new(OnceLock::new()));
    let running: Vec<_> = traffic
        .into_iter()
        .enumerate()
        .map(|(thread, traffic)| {
            let part = Part {
                target: plan.target.clone(),
                connections: share(plan.connections, thread, threads),
                pace: match plan.pace {
                    Pace::Closed => Pace::Closed,
                    #[allow(clippy::cast_precision_loss, reason = "a count of threads")]
                    Pace::PerSecond(rate) => Pace::PerSecond(rate / threads as f64),
                },
                warm_up: plan.timing.warm_up,
                length: plan.timing.window,
                control: Arc::clone(control),
            };
            let (ready, start) = (Arc::clone(&ready), Arc::clone(&start));
            std::thread::spawn(move || part.run(traffic, &ready, &start))
        })
        .collect();
    let mut total: Option<Tally> = None;
    let mut traffic = Vec::with_capacity(threads);
    let mut failure = None;
    for thread in running {
        let ended = thread.join().unwrap_or_else(|_| {
            let panicked = io::Error::other("one of its threads has panicked");
            Err(Failure::Generator(panicked))
        });
        match ended {
            Ok((tally, part)) => {
                traffic.push(part);
                match &mut total {
                    Some(total) => total.merge(tally),
                    None => total = Some(tally),
                }
            }
            Err(it) => failure = Some(it),
        }
    }
    match (failure, total) {
        (None, Some(total)) => Ok((total, traffic)),
        (Some(failure), _) => Err(failure),
        (None, None) => Err(InvalidPlan::NoConnections.into()),
    }
}

/// A thread's share of the connections.
fn share(connections: usize, thread: usize, threads: usize) -> usize {
    connections * (thread + 1) / threads - connections * thread / threads
}

/// What one thread does.
struct Part {
    target: Target,
    connections: usize,
    pace: Pace,
    warm_up: Duration,
    length: Duration,
    control: Arc<Control>,
}

impl Part {
    /// Connects, waits until the others have, and sends requests to the end.
    fn run<T: Traffic>(
        self,
        traffic: T,
        ready: &Barrier,
        start: &OnceLock<Instant>,
    ) -> Result<(Tally, T), Failure> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build_local(LocalOptions::default());
        let opened = runtime.map_err(Failure::Generator).and_then(|runtime| {
            let opened = runtime.block_on(open_all(&self.target, self.connections))?;
            Ok((runtime, opened))
        });
        // The others must not wait for one that has failed, nor go on without it.
        if opened.is_err() {
            self.control.stop();
        }
        ready.wait();
        let (runtime, opened) = opened?;
        let start = *start.get_or_init(Instant::now);
        runtime.block_on(self.load(traffic, opened, start))
    }

    async fn load<T: Traffic>(
        self,
        mut traffic: T,
        opened: Vec<Option<Connection>>,
        start: Instant,
    ) -> Result<(Tally, T), Failure> {
        let from = start + self.warm_up;
        let window = Window {
            from,
            until: from + self.length,
        };
        traffic.begins(later(now(), self.warm_up));
        let shared = Rc::new(Shared {
            target: self.target,
            line: Line::new(self.pace, start, window.until),
            window,
            traffic: RefCell::new(traffic),
            tally: RefCell::new(Tally::new(T::KINDS, &window)),
            control: self.control,
            is_exhausted: Cell::new(false),
            exhausted: Notify::new(),
        });
        let mut shoppers = JoinSet::new();
        for connection in opened {
            shoppers.spawn_local(shop(Rc::clone(&shared), connection));
        }
        let failed = tokio::select! {
            () = tokio::time::sleep_until(window.until.into()) => None,
            () = shared.control.stopped() => None,
            () = shared.exhausted.notified() => None,
            told = shared.line.tell() => told.err(),
        };
        let end = Instant::now().clamp(window.from, window.until);
        shared.line.end();
        // What is in flight is answered, or given up after a limit.
        while shoppers.join_next().await.is_some() {}
        if let Some(error) = failed {
            return Err(Failure::Generator(error));
        }
        // Every shopper has ended, so nobody else has it.
        let shared = Rc::into_inner(shared).ok_or_else(|| {
            Failure::Generator(io::Error::other("a connection has not been given back"))
        })?;
        let mut tally = shared.tally.into_inner();
        for due in shared.line.left_over(end) {
            tally.count_not_sent(&window, due);
        }
        tally.cut(end - window.from);
        Ok((tally, shared.traffic.into_inner()))
    }
}

/// Makes the connections, some of which may fail; all of them, and there is no
/// server.
async fn open_all(target: &Target, count: usize) -> Result<Vec<Option<Connection>>, Failure> {
    let mut opened: Vec<Option<Connection>> = Vec::with_capacity(count);
    let mut failure = None;
    while opened.len() < count {
        let mut opening = JoinSet::new();
        for _ in 0..CONNECTING.min(count - opened.len()) {
            let target = target.clone();
            opening.spawn_local(async move { Connection::open(&target).await });
        }
        while let Some(ended) = opening.join_next().await {
            match ended.map_err(io::Error::other).and_then(|it| it) {
                Ok(connection) => opened.push(Some(connection)),
                Err(error) => {
                    failure = Some(error);
                    opened.push(None);
                }
            }
        }
        // Further attempts are the load's: they are counted there.
        if let Some(error) = failure.take_if(|_| opened.iter().all(Option::is_none)) {
            return Err(Failure::NotReachable(error));
        }
    }
    Ok(opened)
}

fn later(time: Timestamp, by: Duration) -> Timestamp {
    let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(time.as_micros().saturating_add(by))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_shared_out_to_the_last() {
        for (connections, threads) in [(1, 1), (256, 2), (7, 3), (1_000, 7)] {
            let shares = (0..threads).map(|it| share(connections, it, threads));
            let shares: Vec<usize> = shares.collect();
            assert_eq!(shares.iter().sum::<usize>(), connections, "{shares:?}");
            assert!(shares.iter().all(|it| *it >= connections / threads));
        }
    }
}
