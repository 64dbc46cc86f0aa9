//! Rows of `delivery_attempts`.

use std::time::Duration;

use jumun_store::delivery::{Attempt, AttemptResult};
use tokio_postgres::Row;

use super::codes::{micros, number_code};
use crate::pipeline::{Pipeline, Values};
use crate::reads::query;
use crate::rows::Decoder;
use crate::session::Session;
use crate::storage::StorageError;

/// Adds those of one record, each with its place there.
const INSERT: &str = "INSERT INTO delivery_attempts (platform_id, record, place, sequence, ended_at, \
     result, status, latency, excerpt) \
     SELECT $1::bigint, $2::bigint, it.place, it.sequence, it.ended_at, it.result, it.status, \
     it.latency, it.excerpt FROM unnest($3::bigint[], $4::bigint[], $5::smallint[], \
     $6::integer[], $7::bigint[], $8::text[]) WITH ORDINALITY \
     AS it (sequence, ended_at, result, status, latency, excerpt, place)";

/// The last ones ($3) of each of these events ($2).
const LAST: &str = "SELECT it.sequence, it.ended_at, it.result, it.status, it.latency, it.excerpt \
     FROM unnest($2::bigint[]) AS wanted (sequence) \
     CROSS JOIN LATERAL (SELECT * FROM delivery_attempts AS found \
     WHERE found.platform_id = (SELECT platform_id FROM platforms WHERE name = $1) \
     AND found.sequence = wanted.sequence ORDER BY found.record DESC, found.place DESC LIMIT $3) \
     AS it ORDER BY it.sequence, it.record, it.place";

/// All that concerns these rows.
#[cfg(test)]
pub(super) const TEXTS: &[&str] = &[INSERT, LAST];

/// What a record may send of them.
pub(super) const OF_A_RECORD: [&str; 1] = [INSERT];

/// What the server does not keep in a text.
const NUL: char = '\0';

/// The last attempts, at most `limit` for each sequence, by sequence and then
/// oldest first.
pub(super) async fn last(
    session: &Session,
    name: &str,
    sequences: &[u64],
    limit: usize,
) -> Result<Vec<Attempt>, StorageError> {
    let sequences: Vec<i64> = sequences.iter().copied().map(number_code).collect();
    let values: Values = vec![
        Box::new(name.to_owned()),
        Box::new(sequences),
        Box::new(i64::try_from(limit).unwrap_or(i64::MAX)),
    ];
    let rows = query(session, LAST, values).await?;
    rows.iter().map(decode).collect()
}

/// Sends the attempts of one record.
pub(super) fn insert(
    pipeline: &mut Pipeline<'_>,
    platform_id: i64,
    record: u64,
    attempts: &[Attempt],
) {
    if attempts.is_empty() {
        return;
    }
    let column = |of: fn(&Attempt) -> i64| -> Vec<i64> { attempts.iter().map(of).collect() };
    let results: Vec<i16> = attempts.iter().map(|it| it.result.code()).collect();
    let statuses: Vec<Option<i32>> = attempts.iter().map(|it| it.status.map(i32::from)).collect();
    let excerpts: Vec<String> = attempts
        .iter()
        // What a platform answers must not be able to stop its own record.
        .map(|it| it.excerpt.replace(NUL, "\u{fffd}"))
        .collect();
    pipeline.execute(
        INSERT,
        vec![
            Box::new(platform_id),
            Box::new(number_code(record)),
            Box::new(column(|it| number_code(it.sequence))),
            Box::new(column(|it| it.at.as_micros())),
            Box::new(results),
            Box::new(statuses),
            Box::new(column(|it| micros(it.latency))),
            Box::new(excerpts),
        ],
    );
}

fn decode(row: &Row) -> Result<Attempt, StorageError> {
    let row = Decoder::new(row, "delivery_attempts");
    let result = AttemptResult::from_code(row.get::<i16>(2)?.into());
    let status = row.get::<Option<i32>>(3)?.map(u16::try_from).transpose();
    Ok(Attempt {
        sequence: row.position(0)?,
        at: row.time(1)?,
        result: result.map_err(|_| row.corrupt("an unknown result"))?,
        status: status.map_err(|_| row.corrupt("a status out of range"))?,
        latency: Duration::from_micros(row.position(4)?),
        excerpt: row.get(5)?,
    })
}
