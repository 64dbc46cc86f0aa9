//! One transaction: gather, decide, apply, commit, in two round trips.

use std::collections::BTreeMap;

use jumun_domain::{Decision, Event, Hour, IdSequence, ProductId, Request, Sale, Stamp, decide};
use jumun_store::Fault;
use tokio::time::timeout;
use uuid::Uuid;

use crate::apply::apply;
use crate::batches;
use crate::clock::{Minted, Positions};
use crate::gather::{Gathered, Purpose, gather};
use crate::options::{COMMIT_DEADLINE, STATEMENT_DEADLINE};
use crate::pipeline::{Pipeline, Sent};
use crate::rows::sale;
use crate::session::Session;
use crate::storage::StorageError;

/// What became of each request of a batch that was committed.
pub(crate) type Outcomes = Vec<Result<Decision, Fault>>;

/// Why a batch is not known to be committed.
pub(crate) enum Failed {
    /// Surely nothing was done, and nothing will be.
    NotDone(StorageError),
    /// COMMIT was sent and it is not known what became of it.
    Unknown(Pending),
}

/// A batch whose commit was sent and not answered as it should.
pub(crate) struct Pending {
    /// The id of its row in `batches`.
    pub(crate) batch_id: Uuid,
    /// The answers, if it was committed.
    pub(crate) outcomes: Outcomes,
    /// What happened, in words.
    pub(crate) cause: String,
}

impl From<StorageError> for Failed {
    fn from(error: StorageError) -> Self {
        Self::NotDone(error)
    }
}

/// Decides `requests` in order and commits once. The connection is in a
/// transaction, or of no use, after a failure.
pub(crate) async fn attempt(
    session: &Session,
    requests: &[Request],
    positions: &Positions,
) -> Result<Outcomes, Failed> {
    let mut batch = Batch {
        outcomes: Vec::with_capacity(requests.len()),
        events: Vec::new(),
        minting: None,
        sales: BTreeMap::new(),
        wrote: false,
    };
    let mut begin = Some("BEGIN");
    loop {
        let rest = &requests[batch.outcomes.len()..];
        let gathered = gather(session, rest, Purpose::Change, begin.take());
        let mut gathered = in_time(gathered).await?;
        batch.decide(rest, &mut gathered, positions);
        if batch.outcomes.len() == requests.len() {
            return batch.commit(session, gathered).await;
        }
        batch.write(session, &mut gathered).await?;
    }
}

async fn in_time<T>(
    work: impl Future<Output = Result<T, StorageError>>,
) -> Result<T, StorageError> {
    timeout(STATEMENT_DEADLINE, work)
        .await
        .unwrap_or(Err(StorageError::Late(STATEMENT_DEADLINE.as_secs())))
}

/// A batch between its first and its last statement.
struct Batch {
    outcomes: Outcomes,
    events: Vec<Event>,
    /// The ids, once the first rows have told from where they go on.
    minting: Option<Minting>,
    /// What it adds to the best-seller figures, in all rounds.
    sales: BTreeMap<(Hour, ProductId), Sale>,
    /// Whether an earlier round has sent a write.
    wrote: bool,
}

/// The ids of a batch. Its own is the first of them: a later batch that goes on
/// above any other of them has a greater one.
struct Minting {
    batch_id: Uuid,
    /// Where they stood after it.
    first: u64,
    ids: IdSequence,
}

impl Batch {
    /// Decides as many requests as one gathering allows. A request may need
    /// rows that only an earlier one of the batch made it need (a purchase
    /// limit that was just set): what is decided is then written, and the next
    /// round reads it.
    fn decide(&mut self, requests: &[Request], gathered: &mut Gathered, positions: &Positions) {
        let now = gathered.now;
        let minting = self.minting.get_or_insert_with(|| {
            let mut ids = positions.sequence(gathered.position);
            let batch_id = ids.next(now);
            Minting {
                batch_id,
                first: ids.position(),
                ids,
            }
        });
        minting.ids.go_on_after(gathered.position);
        let first = self.outcomes.len();
        for request in requests {
            let mut stamp = Stamp {
                now,
                ids: &mut minting.ids,
            };
            match decide(&mut gathered.set, request, &mut stamp) {
                Ok(decision) => self.outcomes.push(Ok(decision)),
                Err(_) if self.outcomes.len() > first => break,
                Err(_) => {
                    self.outcomes.push(Err(StorageError::Engine(
                        "a row that the decision needs was not gathered",
                    )
                    .not_done()));
                    break;
                }
            }
        }
        let journal = &mut gathered.set.journal;
        self.events.append(&mut journal.events);
        for (key, sale) in journal.sales.drain() {
            let sum = self.sales.entry(key).or_default();
            sum.quantity = sum.quantity.saturating_add(sale.quantity);
            sum.amount = sum.amount.saturating_add(sale.amount);
        }
        // Also if it is not committed: what was minted may have been seen.
        positions.reached(&minting.ids);
    }

    fn minted(&self) -> Minted {
        let minting = self.minting.as_ref();
        Minted {
            first: minting.map_or(0, |it| it.first),
            last: minting.map_or(0, |it| it.ids.position()),
        }
    }

    /// Writes a round that is not the last.
    async fn write(
        &mut self,
        session: &Session,
        gathered: &mut Gathered,
    ) -> Result<(), StorageError> {
        let mut pipeline = Pipeline::new(session);
        apply(&mut pipeline, gathered, self.minted())?;
        self.wrote |= !pipeline.is_empty();
        in_time(pipeline.finish()).await
    }

    /// Writes the last round and commits, in one round trip.
    async fn commit(self, session: &Session, mut gathered: Gathered) -> Result<Outcomes, Failed> {
        let minted = self.minted();
        let mut pipeline = Pipeline::new(session);
        apply(&mut pipeline, &mut gathered, minted)?;
        let wrote = self.wrote || !pipeline.is_empty();
        // What is told as done may be another transaction's doing that only this
        // server has yet: a commit of its own waits for the standbys, too.
        let told = self.outcomes.iter().any(tells_of_something_done);
        let batch_id = match self.minting {
            Some(minting) if wrote || told => minting.batch_id,
            _ => {
                pipeline.command("ROLLBACK");
                in_time(pipeline.finish()).await?;
                return Ok(self.outcomes);
            }
        };
        batches::insert(
            &mut pipeline,
            batch_id,
            gathered.now,
            minted.last,
            &self.events,
        );
        let sales: Vec<_> = self.sales.into_iter().collect();
        sale::log(&mut pipeline, batch_id, &sales);
        pipeline.check()?;
        session.forget_warnings();
        let pending = |cause| {
            Failed::Unknown(Pending {
                batch_id,
                outcomes: self.outcomes.clone(),
                cause,
            })
        };
        // Nothing may cut it short from here on but the deadline, after which
        // the connection is given up and the outcome looked up on another.
        let commit = Sent::send(session.batch_execute("COMMIT"));
        let answered = timeout(COMMIT_DEADLINE, async {
            let written = pipeline.finish().await;
            (written, commit.answer().await)
        });
        match answered.await {
            Err(_) => Err(pending(format!(
                "COMMIT was not answered within {} s",
                COMMIT_DEADLINE.as_secs()
            ))),
            // The server refused a statement; the COMMIT behind it took all back.
            Ok((Err(error), _)) if error.told().is_some() => Err(Failed::NotDone(error)),
            Ok((Err(error), _)) => Err(pending(error.explain())),
            Ok((Ok(()), Err(error))) => {
                let error = StorageError::from(error);
                if error.tells_of_no_commit() {
                    Err(Failed::NotDone(error))
                } else {
                    Err(pending(error.explain()))
                }
            }
            Ok((Ok(()), Ok(()))) => match session.warning() {
                None => Ok(self.outcomes),
                Some(warning) => Err(pending(warning)),
            },
        }
    }
}

fn tells_of_something_done(outcome: &Result<Decision, Fault>) -> bool {
    matches!(outcome, Ok(Decision::Done(_) | Decision::Replayed(_)))
}
