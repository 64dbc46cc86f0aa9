//! One transaction: gather, decide, apply, commit.

use jumun_domain::{Decision, IdSequence, Request, Stamp, decide};
use jumun_store::Fault;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use crate::apply::apply;
use crate::change::{self, Change, Changed};
use crate::gather::gather;
use crate::memory::Memory;
use crate::mint;
use crate::states::View;
use crate::storage::StorageError;

/// What became of each request of a batch that was committed.
pub(crate) type Outcomes = Vec<Result<Decision, Fault>>;

/// Why a batch was not committed.
pub(crate) enum BatchError {
    /// Surely nothing was written.
    NotDone(StorageError),
    /// The commit itself failed: its record may have reached the disk or not.
    Unknown(StorageError),
}

impl BatchError {
    /// What those who asked are told.
    pub(crate) fn fault(&self) -> Fault {
        match self {
            Self::NotDone(error) => error.not_done(),
            Self::Unknown(error) => Fault::indeterminate(error.explain()),
        }
    }
}

impl From<StorageError> for BatchError {
    fn from(error: StorageError) -> Self {
        Self::NotDone(error)
    }
}

impl From<rusqlite::Error> for BatchError {
    fn from(error: rusqlite::Error) -> Self {
        Self::NotDone(error.into())
    }
}

/// Decides `requests` in order, writes `changes` beside them, and commits once.
pub(crate) fn run(
    connection: &mut Connection,
    requests: &[Request],
    changes: &mut [Box<dyn Change>],
    memory: &mut Memory,
) -> Result<(Outcomes, Changed), BatchError> {
    let result = attempt(connection, requests, changes, memory);
    if result.is_err() {
        memory.forget();
    }
    result
}

fn attempt(
    connection: &mut Connection,
    requests: &[Request],
    changes: &mut [Box<dyn Change>],
    memory: &mut Memory,
) -> Result<(Outcomes, Changed), BatchError> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let outcomes = decide_all(&transaction, requests, memory)?;
    let changed = change::write_all(&mut transaction, changes)?;
    match transaction.commit() {
        Ok(()) => Ok((outcomes, changed)),
        Err(error) => Err(commit_failed(error)),
    }
}

/// Decides every request within the open transaction.
pub(crate) fn decide_all(
    connection: &Connection,
    requests: &[Request],
    memory: &mut Memory,
) -> Result<Outcomes, StorageError> {
    if requests.is_empty() {
        return Ok(Outcomes::new());
    }
    memory.refresh(connection)?;
    let view = View::fresh(connection, &memory.log);
    memory.rows.recent_keys.refresh(&view, mint::now())?;
    let mut ids = mint::resume(connection)?;
    let before = ids.position();
    let mut outcomes = Vec::with_capacity(requests.len());
    while outcomes.len() < requests.len() {
        decide_round(
            connection,
            &requests[outcomes.len()..],
            &mut ids,
            memory,
            &mut outcomes,
        )?;
    }
    if ids.position() != before {
        mint::save(connection, &ids)?;
    }
    Ok(outcomes)
}

/// Decides as many requests as one gathering allows. A request may need rows
/// that only an earlier one of the batch made it need (a purchase limit that
/// was just set): what is decided is then written, and the next round reads it.
/// The rows of users and products stay for the next round and the next batch.
fn decide_round(
    connection: &Connection,
    requests: &[Request],
    ids: &mut IdSequence,
    memory: &mut Memory,
    outcomes: &mut Outcomes,
) -> Result<(), StorageError> {
    let gathered = &mut memory.rows;
    gather(&View::fresh(connection, &memory.log), requests, gathered)?;
    let now = mint::now();
    let first = outcomes.len();
    for request in requests {
        match decide(&mut gathered.set, request, &mut Stamp { now, ids }) {
            Ok(decision) => outcomes.push(Ok(decision)),
            Err(_) if outcomes.len() > first => break,
            Err(_) => {
                outcomes.push(Err(Fault::determinate(
                    "a row that the decision needs was not gathered; report this fault of the engine",
                )));
                break;
            }
        }
    }
    let changed = apply(connection, gathered, &mut memory.sales)?;
    gathered.set.settle();
    memory.append(connection, &changed)
}

/// Out of space, SQLite takes the whole transaction back before its record is
/// complete. After any other failure the record may be on the disk.
pub(crate) fn commit_failed(error: rusqlite::Error) -> BatchError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull | ErrorCode::DatabaseBusy | ErrorCode::ReadOnly) => {
            BatchError::NotDone(error.into())
        }
        _ => BatchError::Unknown(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn only_a_commit_that_sqlite_took_back_is_known_not_to_be_done() {
        let table = [
            (ffi::SQLITE_FULL, true),
            (ffi::SQLITE_BUSY, true),
            (ffi::SQLITE_READONLY, true),
            (ffi::SQLITE_IOERR_FSYNC, false),
            (ffi::SQLITE_IOERR_WRITE, false),
            (ffi::SQLITE_CORRUPT, false),
        ];
        for (code, known) in table {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            let not_done = matches!(commit_failed(error), BatchError::NotDone(_));
            assert_eq!(not_done, known, "{code}");
        }
    }
}
