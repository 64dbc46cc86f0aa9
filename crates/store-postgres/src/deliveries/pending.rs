//! Rows of `pending_deliveries`.

use std::collections::BTreeMap;

use jumun_domain::{EventId, Timestamp, UserId};
use jumun_store::delivery::{DeliveryFilter, Hold, Pending};
use tokio_postgres::Row;
use uuid::Uuid;

use super::codes::number_code;
use crate::pipeline::{Pipeline, Values};
use crate::reads::query;
use crate::rows::Decoder;
use crate::session::Session;
use crate::storage::StorageError;

macro_rules! columns {
    () => {
        "sequence, event_id, user_id, event_time, replayed, hold, failed_attempts, \
         first_failed_at, last_failed_at, next_attempt_at, died_at"
    };
}

const FAILING: i16 = 1;
const BEHIND: i16 = 2;
const DEAD: i16 = 3;

/// All of a platform.
const ALL: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM pending_deliveries WHERE platform_id = $1 ORDER BY sequence"
);

/// Those of a platform by its name, below a sequence, of one hold or of any.
const BELOW: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM pending_deliveries WHERE platform_id = (SELECT platform_id FROM platforms \
     WHERE name = $1) AND sequence < $2 AND ($3::smallint IS NULL OR hold = $3) \
     ORDER BY sequence DESC LIMIT $4"
);

/// Adds them; of those that are there the hold is new.
const UPSERT: &str = concat!(
    "INSERT INTO pending_deliveries (platform_id, ",
    columns!(),
    ") SELECT $1::bigint, it.* FROM unnest($2::bigint[], $3::uuid[], $4::bigint[], $5::bigint[], \
     $6::boolean[], $7::smallint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], \
     $12::bigint[]) AS it ON CONFLICT (platform_id, sequence) DO UPDATE SET \
     replayed = excluded.replayed, hold = excluded.hold, \
     failed_attempts = excluded.failed_attempts, first_failed_at = excluded.first_failed_at, \
     last_failed_at = excluded.last_failed_at, next_attempt_at = excluded.next_attempt_at, \
     died_at = excluded.died_at"
);

const REMOVE: &str = "DELETE FROM pending_deliveries WHERE platform_id = $1 AND sequence = ANY($2)";

/// All that concerns these rows.
#[cfg(test)]
pub(super) const TEXTS: &[&str] = &[ALL, BELOW, UPSERT, REMOVE];

/// What a record may send of them.
pub(super) const OF_A_RECORD: [&str; 2] = [UPSERT, REMOVE];

/// All pending events of a platform, by sequence.
pub(super) async fn all(session: &Session, platform_id: i64) -> Result<Vec<Pending>, StorageError> {
    let rows = query(session, ALL, vec![Box::new(platform_id)]).await?;
    rows.iter().map(decode).collect()
}

/// Those with a sequence below `below` that pass the filter, newest first.
pub(super) async fn below(
    session: &Session,
    name: &str,
    filter: DeliveryFilter,
    below: u64,
    limit: usize,
) -> Result<Vec<Pending>, StorageError> {
    let hold = match filter {
        DeliveryFilter::All => None,
        DeliveryFilter::Failing => Some(FAILING),
        DeliveryFilter::Behind => Some(BEHIND),
        DeliveryFilter::Dead => Some(DEAD),
    };
    let values: Values = vec![
        Box::new(name.to_owned()),
        Box::new(number_code(below)),
        Box::new(hold),
        Box::new(i64::try_from(limit).unwrap_or(i64::MAX)),
    ];
    let rows = query(session, BELOW, values).await?;
    rows.iter().map(decode).collect()
}

/// Sends what is pending now; of several for one event the last holds.
pub(super) fn hold(pipeline: &mut Pipeline<'_>, platform_id: i64, held: &[Pending]) {
    if held.is_empty() {
        return;
    }
    let held: BTreeMap<u64, &Pending> = held.iter().map(|it| (it.sequence, it)).collect();
    let held: Vec<&Pending> = held.into_values().collect();
    let column = |of: fn(&Pending) -> i64| -> Vec<i64> { held.iter().map(|it| of(it)).collect() };
    let parts: Vec<HoldRow> = held.iter().map(|it| HoldRow::of(it.hold)).collect();
    let part =
        |of: fn(&HoldRow) -> Option<i64>| -> Vec<Option<i64>> { parts.iter().map(of).collect() };
    pipeline.execute(
        UPSERT,
        vec![
            Box::new(platform_id),
            Box::new(column(|it| number_code(it.sequence))),
            Box::new(held.iter().map(|it| it.event_id.0).collect::<Vec<Uuid>>()),
            Box::new(column(|it| it.user_id.get())),
            Box::new(column(|it| it.event_time.as_micros())),
            Box::new(held.iter().map(|it| it.replayed).collect::<Vec<bool>>()),
            Box::new(parts.iter().map(|it| it.hold).collect::<Vec<i16>>()),
            Box::new(part(|it| it.failed_attempts)),
            Box::new(part(|it| it.first_failed_at)),
            Box::new(part(|it| it.last_failed_at)),
            Box::new(part(|it| it.next_attempt_at)),
            Box::new(part(|it| it.died_at)),
        ],
    );
}

/// Sends that these are not pending any more.
pub(super) fn remove(pipeline: &mut Pipeline<'_>, platform_id: i64, sequences: &[u64]) {
    if sequences.is_empty() {
        return;
    }
    let sequences: Vec<i64> = sequences.iter().copied().map(number_code).collect();
    pipeline.execute(REMOVE, vec![Box::new(platform_id), Box::new(sequences)]);
}

/// The columns of a hold.
struct HoldRow {
    hold: i16,
    failed_attempts: Option<i64>,
    first_failed_at: Option<i64>,
    last_failed_at: Option<i64>,
    next_attempt_at: Option<i64>,
    died_at: Option<i64>,
}

impl HoldRow {
    fn of(hold: Hold) -> Self {
        let failed = |hold, attempts: u32, first: Timestamp, last: Timestamp| Self {
            hold,
            failed_attempts: Some(i64::from(attempts)),
            first_failed_at: Some(first.as_micros()),
            last_failed_at: Some(last.as_micros()),
            next_attempt_at: None,
            died_at: None,
        };
        match hold {
            Hold::Behind => Self {
                hold: BEHIND,
                failed_attempts: None,
                first_failed_at: None,
                last_failed_at: None,
                next_attempt_at: None,
                died_at: None,
            },
            Hold::Failing {
                failed_attempts,
                first_failed_at,
                last_failed_at,
                next_attempt_at,
            } => Self {
                next_attempt_at: Some(next_attempt_at.as_micros()),
                ..failed(FAILING, failed_attempts, first_failed_at, last_failed_at)
            },
            Hold::Dead {
                failed_attempts,
                first_failed_at,
                last_failed_at,
                died_at,
            } => Self {
                died_at: Some(died_at.as_micros()),
                ..failed(DEAD, failed_attempts, first_failed_at, last_failed_at)
            },
        }
    }
}

fn decode(row: &Row) -> Result<Pending, StorageError> {
    let row = Decoder::new(row, "pending_deliveries");
    Ok(Pending {
        sequence: row.position(0)?,
        event_id: EventId(row.get(1)?),
        user_id: row.id(2, UserId::new)?,
        event_time: row.time(3)?,
        replayed: row.get(4)?,
        hold: decode_hold(row)?,
    })
}

fn decode_hold(row: Decoder<'_>) -> Result<Hold, StorageError> {
    let failed_attempts = || row.id(6, |count| u32::try_from(count).ok());
    match row.get::<i16>(5)? {
        FAILING => Ok(Hold::Failing {
            failed_attempts: failed_attempts()?,
            first_failed_at: row.time(7)?,
            last_failed_at: row.time(8)?,
            next_attempt_at: row.time(9)?,
        }),
        BEHIND => Ok(Hold::Behind),
        DEAD => Ok(Hold::Dead {
            failed_attempts: failed_attempts()?,
            first_failed_at: row.time(7)?,
            last_failed_at: row.time(8)?,
            died_at: row.time(10)?,
        }),
        _ => Err(row.corrupt("an unknown hold")),
    }
}
