//! The one transaction of an import.

use std::ops::ControlFlow;
use std::time::Duration;

use jumun_domain::{IdSequence, Request, Stamp, Timestamp, decide};
use jumun_store::{BadRow, ImportRow};
use tokio::time::timeout;
use uuid::Uuid;

use crate::apply::apply;
use crate::batches;
use crate::clock::{self, Minted, Positions};
use crate::gather::{Purpose, gather};
use crate::options::STATEMENT_DEADLINE;
use crate::pipeline::{Pipeline, Sent};
use crate::rows::{change, entry, product, stock_adjustment, user};
use crate::session::Session;
use crate::storage::StorageError;

/// Rows in one round trip: few enough that a signal is soon obeyed, many enough
/// that the way to the server does not count.
const ROWS_PER_ROUND: usize = 2_000;

/// How long the commit may take. Servers that wait for standbys wait for all of
/// the file to get there.
const COMMIT_DEADLINE: Duration = Duration::from_secs(60);

/// Begins a transaction that takes no part in the bookkeeping of servers whose
/// default is SERIALIZABLE, which would let orders fail for its sake. It needs
/// none: it adds rows, and their keys keep out what is there.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// All that an import may send. None of it locks or changes a row that is
/// there: a write that would is not prepared, and fails.
const TEXTS: &[&str] = &[
    clock::NOW,
    user::FIND,
    user::INSERT,
    product::FIND,
    product::INSERT,
    entry::INSERT,
    stock_adjustment::INSERT,
    change::INSERT,
    batches::INSERT,
];

/// Why the transaction was not known to be committed. But for the last, it is
/// to be rolled back.
pub(super) enum Stopped {
    /// A row is not new, or cannot be brought in.
    Row(BadRow),
    /// The caller asked for it.
    Asked { done: u64 },
    /// The server or the way to it.
    Storage(StorageError),
    /// COMMIT was sent and not answered as it should.
    CommitLost { batch_id: Uuid, cause: String },
}

impl From<StorageError> for Stopped {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// Decides and writes all of `rows`, and commits.
pub(super) async fn run(
    session: &Session,
    rows: &[ImportRow],
    progress: &mut (dyn FnMut(u64) -> ControlFlow<()> + Send),
) -> Result<(), Stopped> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut now = in_time(begin(session)).await?;
    // Nothing was minted for new users and products before.
    let mut ids = Positions::default().sequence(0);
    let batch_id = ids.next(now);
    let mut done = 0;
    for rows in rows.chunks(ROWS_PER_ROUND) {
        now = round(session, rows, &mut ids).await?;
        done += rows.len() as u64;
        if progress(done).is_break() {
            return Err(Stopped::Asked { done });
        }
    }
    let mut pipeline = Pipeline::new(session);
    batches::insert(&mut pipeline, batch_id, now, ids.position(), &[]);
    in_time(pipeline.finish()).await?;
    commit(session, batch_id).await
}

/// Begins the transaction; the server's time.
async fn begin(session: &Session) -> Result<Timestamp, StorageError> {
    session.statements().prepare(session, TEXTS).await?;
    let mut pipeline = Pipeline::new(session);
    pipeline.command(BEGIN);
    let now = pipeline.query(clock::NOW, Vec::new())?;
    pipeline.finish().await?;
    match now.answer().await?.first() {
        Some(row) => clock::decode(row),
        None => Err(StorageError::Engine("the server did not tell its time")),
    }
}

/// Decides some rows, over what is there, and sends what is new. Returns the
/// server's time.
async fn round(
    session: &Session,
    rows: &[ImportRow],
    ids: &mut IdSequence,
) -> Result<Timestamp, Stopped> {
    let requests: Vec<Request> = rows
        .iter()
        .flat_map(|row| row.requests.iter().cloned())
        .collect();
    let mut gathered = in_time(gather(session, &requests, Purpose::Look, None)).await?;
    let now = gathered.now;
    let first = ids.position();
    let mut outcomes = requests.iter().map(|request| {
        decide(&mut gathered.set, request, &mut Stamp { now, ids }).map_err(|_| {
            StorageError::Engine("a row that the decision needs was not gathered").not_done()
        })
    });
    for row in rows {
        let of_row = outcomes.by_ref().take(row.requests.len());
        row.check(of_row).map_err(Stopped::Row)?;
    }
    drop(outcomes);
    let mut pipeline = Pipeline::new(session);
    let minted = Minted {
        first,
        last: ids.position(),
    };
    apply(&mut pipeline, &mut gathered, minted)?;
    in_time(pipeline.finish()).await?;
    Ok(now)
}

/// Commits what has a row in `batches` that tells afterwards whether it was.
async fn commit(session: &Session, batch_id: Uuid) -> Result<(), Stopped> {
    session.forget_warnings();
    let lost = |cause: String| Stopped::CommitLost { batch_id, cause };
    let commit = Sent::send(session.batch_execute("COMMIT"));
    match timeout(COMMIT_DEADLINE, commit.answer()).await {
        Err(_) => Err(lost(format!(
            "the commit was not answered within {} s",
            COMMIT_DEADLINE.as_secs()
        ))),
        Ok(Err(error)) => {
            let error = StorageError::from(error);
            if error.tells_of_no_commit() {
                Err(Stopped::Storage(error))
            } else {
                Err(lost(error.explain()))
            }
        }
        // As where the wait for a standby was cut short.
        Ok(Ok(())) => session
            .warning()
            .map_or(Ok(()), |warning| Err(lost(warning))),
    }
}

async fn in_time<T>(
    work: impl Future<Output = Result<T, StorageError>>,
) -> Result<T, StorageError> {
    timeout(STATEMENT_DEADLINE, work)
        .await
        .unwrap_or(Err(StorageError::Late(STATEMENT_DEADLINE.as_secs())))
}
