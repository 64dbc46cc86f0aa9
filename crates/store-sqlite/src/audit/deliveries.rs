//! Platforms and what is pending there, each judged within one snapshot.

use jumun_store::Law;

use super::Audit;
use crate::storage::StorageError;

pub(super) fn check(audit: &mut Audit<'_>) -> Result<(), StorageError> {
    let subjects: i64 = audit.connection.query_row(SUBJECTS, [], |row| row.get(0))?;
    audit.law(Law::Deliveries).checked = u64::try_from(subjects).unwrap_or(0);
    for sql in [POSITIONS, PENDING] {
        let found: Vec<(String, String)> = {
            let mut statement = audit.connection.prepare(sql)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        for (subject, detail) in found {
            audit.law(Law::Deliveries).broken(subject, detail);
        }
    }
    Ok(())
}

const SUBJECTS: &str = "SELECT (SELECT count(*) FROM platforms)
    + (SELECT count(*) FROM pending_deliveries)";

const POSITIONS: &str = "SELECT 'platform ' || name,
           'its position is ' || position || ', it began after ' || starts_after
               || ', and the newest event is ' || newest
    FROM platforms CROSS JOIN (SELECT coalesce(max(sequence), 0) AS newest FROM events)
    WHERE position NOT BETWEEN starts_after AND newest";

/// What a forgotten platform has left is on its way out.
const PENDING: &str = "SELECT * FROM (
        SELECT 'event ' || sequence || ' of platform ' || coalesce(name, platform),
               CASE WHEN name IS NULL THEN 'is pending, and the platform is not there'
                    WHEN id_key IS NULL THEN 'is pending and not there'
                    WHEN id_key <> event_key OR id_low <> event_low
                        THEN 'is pending under the id of another event'
                    WHEN sequence > position
                        THEN 'is pending and above the position, ' || position
               END AS detail
        FROM pending_deliveries LEFT JOIN platforms USING (platform)
            LEFT JOIN events USING (sequence)
        WHERE platform NOT IN (SELECT platform FROM forgotten_platforms))
    WHERE detail IS NOT NULL";
