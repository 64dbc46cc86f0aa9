//! Platforms and what is pending there, each judged within one snapshot.

use jumun_store::Law;
use rusqlite::Connection;

use super::Audit;
use crate::key::StoredId;
use crate::rows::{collect, event};
use crate::storage::StorageError;

pub(super) fn check(audit: &mut Audit<'_>) -> Result<(), StorageError> {
    let subjects: i64 = audit.connection.query_row(SUBJECTS, [], |row| row.get(0))?;
    audit.law(Law::Deliveries).checked = u64::try_from(subjects).unwrap_or(0);
    let found = {
        let snapshot = audit.connection.unchecked_transaction()?;
        let mut found = positions(&snapshot)?;
        found.extend(pending(&snapshot)?);
        found
    };
    for (subject, detail) in found {
        audit.law(Law::Deliveries).broken(subject, detail);
    }
    Ok(())
}

const SUBJECTS: &str = "SELECT (SELECT count(*) FROM platforms)
    + (SELECT count(*) FROM pending_deliveries)";

type Findings = Result<Vec<(String, String)>, StorageError>;

fn positions(snapshot: &Connection) -> Findings {
    let newest = event::last_sequence(snapshot)?;
    let mut statement = snapshot.prepare(
        "SELECT name, position, starts_after FROM platforms
         WHERE position NOT BETWEEN starts_after AND ?1",
    )?;
    collect(statement.query([newest])?, |row| {
        let (name, position): (String, i64) = (row.get(0)?, row.get(1)?);
        let starts_after: i64 = row.get(2)?;
        let detail = format!(
            "its position is {position}, it began after {starts_after}, and the newest event \
             is {newest}"
        );
        Ok((format!("platform {name}"), detail))
    })
}

/// What a forgotten platform has left is on its way out.
fn pending(snapshot: &Connection) -> Findings {
    let mut statement = snapshot.prepare(
        "SELECT sequence, event_key, event_low, platform, name, position
         FROM pending_deliveries LEFT JOIN platforms USING (platform)
         WHERE platform NOT IN (SELECT platform FROM forgotten_platforms)",
    )?;
    let mut rows = statement.query([])?;
    let mut findings = Vec::new();
    while let Some(row) = rows.next()? {
        let sequence: i64 = row.get(0)?;
        let id = StoredId {
            key: row.get(1)?,
            low: row.get(2)?,
        };
        let number: i64 = row.get(3)?;
        let name: Option<String> = row.get(4)?;
        let position: Option<i64> = row.get(5)?;
        let detail = match (position, event::find(snapshot, sequence)?) {
            (None, _) => "is pending, and the platform is not there".to_owned(),
            (_, None) => "is pending and not there".to_owned(),
            (_, Some(event)) if event.id != id => {
                "is pending under the id of another event".to_owned()
            }
            (Some(position), _) if sequence > position => {
                format!("is pending and above the position, {position}")
            }
            _ => continue,
        };
        let platform = name.unwrap_or_else(|| number.to_string());
        findings.push((format!("event {sequence} of platform {platform}"), detail));
    }
    Ok(findings)
}
