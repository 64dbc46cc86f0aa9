//! Reads what is recorded of attempts and pending events, by key.

use jumun_store::delivery::{Attempt, DeliveryFilter, FirstTries, MAX_RUN, Pending};
use rusqlite::{Connection, params};

use crate::rows::{attempt, collect, pending, run, stored};
use crate::storage::StorageError;

type Result<T> = std::result::Result<T, StorageError>;

/// All pending events of a platform, by sequence.
pub(super) fn pending(connection: &Connection, platform: i64) -> Result<Vec<Pending>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {} FROM pending_deliveries WHERE platform = ?1 ORDER BY sequence",
        pending::COLUMNS
    ))?;
    collect(statement.query([platform])?, pending::decode)
}

/// Pending events below a sequence that pass the filter, newest first.
pub(super) fn pending_below(
    connection: &Connection,
    platform: i64,
    filter: DeliveryFilter,
    below: u64,
    limit: usize,
) -> Result<Vec<Pending>> {
    let hold = match filter {
        DeliveryFilter::All => None,
        DeliveryFilter::Behind => Some(pending::BEHIND),
        DeliveryFilter::Failing => Some(pending::FAILING),
        DeliveryFilter::Dead => Some(pending::DEAD),
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let below = stored(below);
    let rows = |sql: &str| connection.prepare_cached(&sql.replace('*', pending::COLUMNS));
    match hold {
        None => {
            let mut statement = rows(PENDING_BELOW)?;
            collect(statement.query([platform, below, limit])?, pending::decode)
        }
        Some(hold) => {
            let mut statement = rows(PENDING_OF_HOLD_BELOW)?;
            let rows = statement.query([platform, below, limit, hold])?;
            collect(rows, pending::decode)
        }
    }
}

/// The runs that hold any of the sequences from `first` to `last`.
pub(super) fn first_tries(
    connection: &Connection,
    platform: i64,
    first: u64,
    last: u64,
) -> Result<Vec<FirstTries>> {
    // No run is longer, so none that ends later begins early enough.
    let farthest_end = last.saturating_add(MAX_RUN as u64 - 1);
    let mut statement = connection.prepare_cached(&RUNS.replace('*', run::COLUMNS))?;
    let rows = statement.query(params![
        platform,
        stored(first),
        stored(farthest_end),
        stored(last)
    ])?;
    collect(rows, run::decode)
}

/// The last attempts of each of these sequences, by sequence, then oldest first.
pub(super) fn attempts(
    connection: &Connection,
    platform: i64,
    sequences: &[u64],
    limit: usize,
) -> Result<Vec<Attempt>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut sequences = sequences.to_vec();
    sequences.sort_unstable();
    sequences.dedup();
    let mut statement = connection.prepare_cached(&ATTEMPTS.replace('*', attempt::COLUMNS))?;
    let mut all = Vec::new();
    for sequence in sequences {
        let rows = statement.query([platform, stored(sequence), limit])?;
        let newest_first = collect(rows, attempt::decode)?;
        all.extend(newest_first.into_iter().rev());
    }
    Ok(all)
}

pub(super) const PENDING_BELOW: &str = "SELECT * FROM pending_deliveries
    WHERE platform = ?1 AND sequence < ?2 ORDER BY sequence DESC LIMIT ?3";

pub(super) const PENDING_OF_HOLD_BELOW: &str = "SELECT * FROM pending_deliveries
    WHERE platform = ?1 AND sequence < ?2 AND hold = ?4 ORDER BY sequence DESC LIMIT ?3";

pub(super) const RUNS: &str = "SELECT * FROM delivery_log
    WHERE platform = ?1 AND last_sequence BETWEEN ?2 AND ?3 AND first_sequence <= ?4";

pub(super) const ATTEMPTS: &str = "SELECT * FROM delivery_attempts
    WHERE platform = ?1 AND sequence = ?2 ORDER BY entry DESC LIMIT ?3";
