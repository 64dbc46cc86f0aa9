//! One batch after the other, on one connection, whatever happens to it.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jumun_domain::{Answer, Decision, Request};
use jumun_store::{Fault, answer_all, count_orders};
use tokio::sync::{OwnedRwLockWriteGuard, RwLock, watch};
use tokio_postgres::error::SqlState;

use crate::batch::{self, Failed, Outcomes, Pending};
use crate::clock::Positions;
use crate::folding::Unfolded;
use crate::options::{
    FIRST_BACKOFF, MAX_BACKOFF, MAX_BATCH, MAX_UNIQUE_VIOLATIONS, RETRY_PERIOD,
    RETRY_PERIOD_IN_TROUBLE, ROLLBACK_DEADLINE,
};
use crate::planning;
use crate::queue::Queue;
use crate::session::{Connector, Session};
use crate::settle::{Settled, settle};
use crate::statements::OF_A_BATCH;
use crate::storage::{Remedy, StorageError};

/// What the workers of one instance share.
pub(crate) struct Shared {
    pub(crate) queue: Arc<Queue>,
    pub(crate) connector: Connector,
    pub(crate) positions: Arc<Positions>,
    pub(crate) unfolded: Arc<Unfolded>,
    /// Whether the last batch was given up.
    pub(crate) given_up: AtomicBool,
    /// Held for writing by a batch that other transactions were in the way of:
    /// it is then the only one of this instance in flight, so that at
    /// SERIALIZABLE the batches of one instance do not fail one another for ever.
    pub(crate) turn: Arc<RwLock<()>>,
    /// Changes after each batch that has committed events.
    pub(crate) news: watch::Sender<()>,
}

/// Keeps a worker going until the queue is closed and empty: whatever ends one,
/// a panic too, nobody waits in the queue for ever.
pub(crate) async fn supervise(shared: Arc<Shared>, session: Session) {
    let mut session = Some(session);
    while let Err(error) = tokio::spawn(run(shared.clone(), session.take())).await {
        tracing::error!(%error, "a batch panicked; the next is run anew");
    }
}

/// Takes batches until the queue is closed and empty.
async fn run(shared: Arc<Shared>, session: Option<Session>) {
    let mut worker = Worker {
        shared: shared.clone(),
        session,
    };
    while let Some(mut taken) = shared.queue.take(MAX_BATCH).await {
        let jobs = std::mem::take(&mut taken.jobs);
        metrics::gauge!("jumun_queue_depth").set(shared.queue.depth() as f64);
        let (requests, replies): (Vec<_>, Vec<_>) =
            jobs.into_iter().map(|it| (it.request, it.reply)).unzip();
        let started = Instant::now();
        let outcomes = worker.write(&requests).await;
        // What waited for these rows may go on before the answers are out.
        drop(taken);
        count_orders(outcomes.iter().flatten());
        let sold = sold(&outcomes);
        shared.unfolded.add(sold);
        if sold > 0 {
            // What changes the figures has an event, and nothing else has one.
            shared.news.send_replace(());
        }
        metrics::histogram!("jumun_batch_size").record(requests.len() as f64);
        metrics::histogram!("jumun_commit_duration_seconds").record(started.elapsed());
        answer_all(replies.into_iter().zip(outcomes));
    }
}

struct Worker {
    shared: Arc<Shared>,
    /// `None` after it was lost or given up.
    session: Option<Session>,
}

/// How often and for how long a batch has been tried.
struct Tries {
    until: Instant,
    pause: Duration,
    unique_violations: u32,
    /// Held from the first conflict on.
    turn: Option<OwnedRwLockWriteGuard<()>>,
}

impl Tries {
    fn new(period: Duration) -> Self {
        Self {
            until: Instant::now() + period,
            pause: FIRST_BACKOFF,
            unique_violations: 0,
            turn: None,
        }
    }

    fn are_over(&self) -> bool {
        Instant::now() >= self.until
    }

    /// Waits a random part of a pause that grows.
    async fn back_off(&mut self) {
        let part = self.pause.mul_f64(fastrand::f64());
        tokio::time::sleep(part).await;
        self.pause = (self.pause * 2).min(MAX_BACKOFF);
    }
}

/// What became of one piece of a batch.
enum Piece {
    /// Each request has its outcome.
    Answered(Outcomes),
    /// Something in it makes it fail: it is to be cut in two.
    Poisoned(StorageError),
}

impl Worker {
    /// Runs a batch; whatever happens, there is one outcome for each request.
    async fn write(&mut self, requests: &[Request]) -> Outcomes {
        let mut outcomes: Vec<Option<_>> = (0..requests.len()).map(|_| None).collect();
        let mut pieces: Vec<Range<usize>> = Vec::new();
        pieces.push(0..requests.len());
        while let Some(piece) = pieces.pop() {
            match self.write_piece(&requests[piece.clone()]).await {
                Piece::Answered(answers) => {
                    for (slot, answer) in outcomes[piece].iter_mut().zip(answers) {
                        *slot = Some(answer);
                    }
                }
                Piece::Poisoned(error) if piece.len() == 1 => {
                    tracing::error!(cause = error.explain(), "a request cannot be written");
                    outcomes[piece.start] = Some(Err(error.not_done()));
                }
                Piece::Poisoned(error) => {
                    tracing::warn!(
                        cause = error.explain(),
                        requests = piece.len(),
                        "a batch failed and is tried in two halves"
                    );
                    // The earlier half is popped first: requests keep their order.
                    let middle = piece.start + piece.len() / 2;
                    pieces.push(middle..piece.end);
                    pieces.push(piece.start..middle);
                }
            }
        }
        let lost = || Err(StorageError::Engine("a request was not answered").not_done());
        outcomes
            .into_iter()
            .map(|it| it.unwrap_or_else(lost))
            .collect()
    }

    /// Tries until it is done, or surely cannot be, or time is up.
    async fn write_piece(&mut self, requests: &[Request]) -> Piece {
        let given_up = self.shared.given_up.load(Ordering::Relaxed);
        let mut tries = Tries::new(if given_up {
            RETRY_PERIOD_IN_TROUBLE
        } else {
            RETRY_PERIOD
        });
        loop {
            let failed = match self.attempt(requests, &tries).await {
                Ok(outcomes) => {
                    self.works_again();
                    return Piece::Answered(outcomes);
                }
                Err(Failed::NotDone(error)) => error,
                Err(Failed::Unknown(pending)) => match self.settle(&pending, &mut tries).await {
                    Ok(Settled::Done) => return Piece::Answered(pending.outcomes),
                    Ok(Settled::NotDone) => continue,
                    Err(cause) => {
                        self.shared.given_up.store(true, Ordering::Relaxed);
                        return everyone(requests, Fault::indeterminate(cause));
                    }
                },
            };
            let remedy = failed.remedy();
            count_retry(remedy);
            match remedy {
                Remedy::Isolate => {
                    self.roll_back().await;
                    return Piece::Poisoned(failed);
                }
                Remedy::TellEveryone => {
                    self.roll_back().await;
                    return self.give_up(requests, &failed);
                }
                Remedy::Retry | Remedy::Reconnect if tries.are_over() => {
                    self.session = None;
                    return self.give_up(requests, &failed);
                }
                Remedy::Retry => {
                    self.roll_back().await;
                    if is_unique_violation(&failed) {
                        tries.unique_violations += 1;
                        if tries.unique_violations > MAX_UNIQUE_VIOLATIONS {
                            return Piece::Poisoned(failed);
                        }
                    }
                    tries.back_off().await;
                    if tries.turn.is_none() {
                        tries.turn = Some(self.shared.turn.clone().write_owned().await);
                    }
                }
                Remedy::Reconnect => {
                    self.session = None;
                    tracing::warn!(cause = failed.explain(), "a batch is tried again");
                    tries.back_off().await;
                }
            }
        }
    }

    async fn attempt(&mut self, requests: &[Request], tries: &Tries) -> Result<Outcomes, Failed> {
        let _turn = match tries.turn {
            Some(_) => None,
            None => Some(self.shared.turn.clone().read_owned().await),
        };
        let shared = self.shared.clone();
        let session = self.session().await?;
        batch::attempt(session, requests, &shared.positions).await
    }

    /// The connection, a new one where it was lost.
    async fn session(&mut self) -> Result<&Session, StorageError> {
        let session = match self.session.take().filter(|it| !it.is_closed()) {
            Some(session) => session,
            None => open(&self.shared.connector).await?,
        };
        Ok(self.session.insert(session))
    }

    /// Finds out whether a batch was committed, for as long as there is time.
    async fn settle(&mut self, pending: &Pending, tries: &mut Tries) -> Result<Settled, String> {
        tracing::warn!(
            cause = pending.cause,
            "the outcome of a commit is unknown and is looked up"
        );
        metrics::counter!("jumun_unknown_commits_total").increment(1);
        // What happens on the old connection is settled by the fence.
        self.session = None;
        tries.until = tries.until.max(Instant::now() + RETRY_PERIOD / 2);
        loop {
            let settled = match self.session().await {
                Ok(session) => settle(session, pending.batch_id).await,
                Err(error) => Err(error),
            };
            match settled {
                Ok(settled) => {
                    tracing::info!(?settled, "the outcome of the commit is known");
                    return Ok(settled);
                }
                Err(error) if tries.are_over() => {
                    self.session = None;
                    return Err(format!(
                        "{}; the outcome could not be looked up either: {}",
                        pending.cause,
                        error.explain()
                    ));
                }
                Err(error) => {
                    tracing::warn!(cause = error.explain(), "the outcome is looked up again");
                    self.session = None;
                    tries.back_off().await;
                }
            }
        }
    }

    /// Ends the transaction, or gives the connection up where that takes long.
    async fn roll_back(&mut self) {
        let Some(session) = self.session.take() else {
            return;
        };
        let ended = tokio::time::timeout(ROLLBACK_DEADLINE, session.batch_execute("ROLLBACK"));
        if matches!(ended.await, Ok(Ok(()))) {
            self.session = Some(session);
        }
    }

    fn works_again(&self) {
        if self.shared.given_up.swap(false, Ordering::Relaxed) {
            tracing::info!("the database takes writes again");
        }
    }

    fn give_up(&self, requests: &[Request], error: &StorageError) -> Piece {
        tracing::error!(cause = error.explain(), "a batch was not written");
        self.shared.given_up.store(true, Ordering::Relaxed);
        everyone(requests, error.not_done())
    }
}

/// A connection on which every statement of a batch is prepared.
pub(crate) async fn open(connector: &Connector) -> Result<Session, StorageError> {
    open_for(connector, OF_A_BATCH).await
}

/// A connection on which `texts` are prepared.
pub(crate) async fn open_for(
    connector: &Connector,
    texts: &[&'static str],
) -> Result<Session, StorageError> {
    let session = connector
        .connect()
        .await
        .map_err(|error| StorageError::Unreachable(error.to_string()))?;
    planning::by_key(&session).await?;
    session.statements().prepare(&session, texts).await?;
    Ok(session)
}

fn everyone(requests: &[Request], fault: Fault) -> Piece {
    Piece::Answered(requests.iter().map(|_| Err(fault.clone())).collect())
}

/// About how many deltas of best-seller figures these have logged.
fn sold(outcomes: &Outcomes) -> usize {
    let lines = outcomes.iter().map(|outcome| match outcome {
        Ok(Decision::Done(Answer::OrderPlaced(order) | Answer::OrderCancelled(order))) => {
            order.lines.len()
        }
        _ => 0,
    });
    lines.sum()
}

fn is_unique_violation(error: &StorageError) -> bool {
    error
        .told()
        .is_some_and(|told| *told.code() == SqlState::UNIQUE_VIOLATION)
}

fn count_retry(remedy: Remedy) {
    let reason = match remedy {
        Remedy::Retry => "conflict",
        Remedy::Reconnect => "connection",
        Remedy::Isolate => "request",
        Remedy::TellEveryone => return,
    };
    metrics::counter!("jumun_batch_retries_total", "reason" => reason).increment(1);
}
