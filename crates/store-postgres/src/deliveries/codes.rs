//! How small values are stored.

use std::time::Duration;

use jumun_store::delivery::{Pause, PauseReason};

use crate::rows::Decoder;
use crate::storage::StorageError;

/// A sequence or the number of a record, as it is stored: there are never 2^63.
pub(super) fn number_code(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The longest term of a lease that is told apart from longer ones; added to a
/// time it stays in range.
const MAX_TERM_MICROS: i64 = i64::MAX / 2;

/// The term of a lease in microseconds.
pub(super) fn term_code(term: Duration) -> i64 {
    micros(term).min(MAX_TERM_MICROS)
}

/// A length of time in microseconds.
pub(super) fn micros(length: Duration) -> i64 {
    i64::try_from(length.as_micros()).unwrap_or(i64::MAX)
}

/// The stored number of a reason to pause.
pub(super) const fn pause_code(reason: PauseReason) -> i16 {
    match reason {
        PauseReason::Operator => 1,
        PauseReason::Gone => 2,
    }
}

/// A pause, from the column of its reason and that of its beginning.
pub(super) fn pause(
    row: Decoder<'_>,
    reason: usize,
    since: usize,
) -> Result<Option<Pause>, StorageError> {
    let reason = match row.get::<Option<i16>>(reason)? {
        None => return Ok(None),
        Some(1) => PauseReason::Operator,
        Some(2) => PauseReason::Gone,
        Some(_) => return Err(row.corrupt("an unknown reason to pause")),
    };
    let since = row.time(since)?;
    Ok(Some(Pause { reason, since }))
}
