//! Rows of `delivery_log`.

use jumun_store::delivery::{FirstTries, FirstTry, MAX_RUN};
use tokio_postgres::Row;

use super::codes::number_code;
use crate::clock::now;
use crate::pipeline::{Pipeline, Values};
use crate::reads::query;
use crate::rows::Decoder;
use crate::session::Session;
use crate::storage::StorageError;

/// Adds the runs of one record, each with its place there. One in which nothing
/// was delivered ends with its record.
const INSERT: &str = concat!(
    "INSERT INTO delivery_log (platform_id, record, place, first_sequence, last_sequence, \
     ended_at, tries) SELECT $1::bigint, $2::bigint, it.place, it.first_sequence, \
     it.last_sequence, coalesce(it.ended_at, ",
    now!(),
    "), it.tries FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bytea[]) \
     WITH ORDINALITY AS it (first_sequence, last_sequence, ended_at, tries, place)"
);

/// Those that hold a sequence from one ($2) to another ($3), none of which is
/// longer than a limit ($4).
const FIND: &str = "SELECT first_sequence, tries FROM delivery_log \
     WHERE platform_id = (SELECT platform_id FROM platforms WHERE name = $1) \
     AND first_sequence > $2 - $4::bigint AND first_sequence <= $3 AND last_sequence >= $2 \
     ORDER BY first_sequence, record, place";

/// All that concerns these rows.
#[cfg(test)]
pub(super) const TEXTS: &[&str] = &[INSERT, FIND];

/// What a record may send of them.
pub(super) const OF_A_RECORD: [&str; 1] = [INSERT];

/// The runs that hold any of the sequences from `first` to `last`.
pub(super) async fn find(
    session: &Session,
    name: &str,
    first: u64,
    last: u64,
) -> Result<Vec<FirstTries>, StorageError> {
    let values: Values = vec![
        Box::new(name.to_owned()),
        Box::new(number_code(first)),
        Box::new(number_code(last)),
        Box::new(i64::try_from(MAX_RUN).unwrap_or(i64::MAX)),
    ];
    let rows = query(session, FIND, values).await?;
    rows.iter().map(decode).collect()
}

/// Sends the runs of one record.
pub(super) fn insert(
    pipeline: &mut Pipeline<'_>,
    platform_id: i64,
    record: u64,
    runs: &[FirstTries],
) {
    if runs.is_empty() {
        return;
    }
    let column = |of: fn(&FirstTries) -> i64| -> Vec<i64> { runs.iter().map(of).collect() };
    let ends: Vec<Option<i64>> = runs.iter().map(ended_at).collect();
    let tries: Vec<Vec<u8>> = runs.iter().map(FirstTries::pack).collect();
    pipeline.execute(
        INSERT,
        vec![
            Box::new(platform_id),
            Box::new(number_code(record)),
            Box::new(column(|it| number_code(it.first_sequence))),
            Box::new(column(|it| number_code(it.last_sequence()))),
            Box::new(ends),
            Box::new(tries),
        ],
    );
}

/// When the last delivery of a run ended.
fn ended_at(run: &FirstTries) -> Option<i64> {
    let ends = run.tries.iter().filter_map(|it| match it {
        FirstTry::Delivered { at, .. } => Some(at.as_micros()),
        FirstTry::Otherwise => None,
    });
    ends.max()
}

fn decode(row: &Row) -> Result<FirstTries, StorageError> {
    let row = Decoder::new(row, "delivery_log");
    FirstTries::unpack(row.position(0)?, row.get::<&[u8]>(1)?)
        .map_err(|error| StorageError::corrupt("delivery_log", error))
}
