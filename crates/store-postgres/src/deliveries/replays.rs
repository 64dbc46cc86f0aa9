//! Rows of `replays`.

use jumun_store::delivery::{Replay, ReplayId, ReplayProgress, ReplayRange};
use tokio_postgres::Row;
use uuid::Uuid;

use super::codes::number_code;
use crate::pipeline::{Pipeline, Values};
use crate::rows::Decoder;
use crate::storage::StorageError;

/// Those of these platforms, the oldest of each first.
pub(super) const FIND: &str = "SELECT platform_id, replay_id, first_sequence, last_sequence, failed_since, \
     position, requested_at FROM replays WHERE platform_id = ANY($1) \
     ORDER BY platform_id, requested_at, replay_id";

/// Adds one, unless it is there already.
pub(super) const INSERT: &str = "INSERT INTO replays (platform_id, replay_id, first_sequence, \
     last_sequence, failed_since, position, requested_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
     ON CONFLICT (platform_id, replay_id) DO NOTHING";

const ADVANCE: &str = "UPDATE replays SET position = it.position \
     FROM unnest($2::uuid[], $3::bigint[]) AS it (replay_id, position) \
     WHERE replays.platform_id = $1 AND replays.replay_id = it.replay_id";

const FINISH: &str = "DELETE FROM replays WHERE platform_id = $1 AND replay_id = ANY($2)";

/// All that concerns these rows.
#[cfg(test)]
pub(super) const TEXTS: &[&str] = &[FIND, INSERT, ADVANCE, FINISH];

/// What a record may send of them.
pub(super) const OF_A_RECORD: [&str; 2] = [ADVANCE, FINISH];

/// The values of [`INSERT`].
pub(super) fn values(platform_id: i64, replay: &Replay) -> Values {
    let (first, last, since) = match replay.range {
        ReplayRange::Sequences { first, last } => {
            (Some(number_code(first)), Some(number_code(last)), None)
        }
        ReplayRange::FailedSince(since) => (None, None, Some(since.as_micros())),
    };
    vec![
        Box::new(platform_id),
        Box::new(replay.id.0),
        Box::new(first),
        Box::new(last),
        Box::new(since),
        Box::new(number_code(replay.position)),
        Box::new(replay.requested_at.as_micros()),
    ]
}

/// Sends how far replays have come.
pub(super) fn advance(pipeline: &mut Pipeline<'_>, platform_id: i64, progress: &[ReplayProgress]) {
    let (finished, open): (Vec<&ReplayProgress>, Vec<_>) =
        progress.iter().partition(|it| it.finished);
    let ids = |of: &[&ReplayProgress]| of.iter().map(|it| it.id.0).collect::<Vec<Uuid>>();
    if !open.is_empty() {
        let positions: Vec<i64> = open.iter().map(|it| number_code(it.position)).collect();
        pipeline.execute(
            ADVANCE,
            vec![
                Box::new(platform_id),
                Box::new(ids(&open)),
                Box::new(positions),
            ],
        );
    }
    if !finished.is_empty() {
        pipeline.execute(
            FINISH,
            vec![Box::new(platform_id), Box::new(ids(&finished))],
        );
    }
}

/// A replay, and the platform that it is for.
pub(super) fn decode(row: &Row) -> Result<(i64, Replay), StorageError> {
    let row = Decoder::new(row, "replays");
    let sequence = |column| row.optional(column, |value| u64::try_from(value).ok());
    let range = match (sequence(2)?, sequence(3)?, row.optional_time(4)?) {
        (Some(first), Some(last), None) => ReplayRange::Sequences { first, last },
        (None, None, Some(since)) => ReplayRange::FailedSince(since),
        _ => return Err(row.corrupt("neither a range nor a time")),
    };
    let replay = Replay {
        id: ReplayId(row.get(1)?),
        range,
        position: row.position(5)?,
        requested_at: row.time(6)?,
    };
    Ok((row.get(0)?, replay))
}
