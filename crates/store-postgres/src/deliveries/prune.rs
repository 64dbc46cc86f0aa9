//! Removing what was recorded of old attempts.

use jumun_domain::Timestamp;

use crate::options::PRUNED_AT_ONCE;
use crate::pipeline::Pipeline;
use crate::session::Session;
use crate::writes::{Unwritten, commit};

/// Removes a lot ($3) of a platform's rows that ended before a time ($2), the
/// first by their ends and keys: all up to the last of the lot.
macro_rules! remove {
    ($table:literal, $sequence:literal) => {
        concat!(
            "WITH gone AS (DELETE FROM ",
            $table,
            " WHERE platform_id = $1 AND ended_at < $2 AND (ended_at, ",
            $sequence,
            ", record, place) <= (SELECT lot.ended_at, lot.sequence, lot.record, lot.place \
             FROM (SELECT ended_at, ",
            $sequence,
            " AS sequence, record, place FROM ",
            $table,
            " WHERE platform_id = $1 AND ended_at < $2 ORDER BY ended_at, ",
            $sequence,
            ", record, place LIMIT $3) AS lot ORDER BY lot.ended_at DESC, lot.sequence DESC, \
             lot.record DESC, lot.place DESC LIMIT 1) RETURNING 1) SELECT count(*) FROM gone"
        )
    };
}

const ATTEMPTS: &str = remove!("delivery_attempts", "sequence");
const LOG: &str = remove!("delivery_log", "first_sequence");

/// All that pruning sends.
pub(super) const TEXTS: &[&str] = &[ATTEMPTS, LOG];

/// Removes a first lot of what ended before `before`, and tells whether there
/// may be more.
pub(super) async fn prune(
    session: &Session,
    platform_id: i64,
    before: Timestamp,
) -> Result<bool, Unwritten> {
    session.statements().prepare(session, TEXTS).await?;
    let mut pipeline = Pipeline::new(session);
    pipeline.command("BEGIN");
    let mut removed = Vec::with_capacity(TEXTS.len());
    for &text in TEXTS {
        removed.push(pipeline.query(
            text,
            vec![
                Box::new(platform_id),
                Box::new(before.as_micros()),
                Box::new(PRUNED_AT_ONCE),
            ],
        )?);
    }
    commit(session, pipeline).await?;
    let mut may_be_more = false;
    for rows in removed {
        if let Some(row) = rows.answer().await?.first() {
            may_be_more |= row.try_get::<_, i64>(0)? >= PRUNED_AT_ONCE;
        }
    }
    Ok(may_be_more)
}
