//! Rows of `changes`: the lines of the history.

use jumun_domain::{Actor, ChangeId, Timestamp};
use jumun_store::access::{ChangeLine, ChangeRecord};
use rusqlite::{Connection, Row, params};

use super::{Decoder, Result};
use crate::key::StoredId;

pub(crate) const COLUMNS: &str = "key, id_low, at, actor, action, subject, before, after, reason";

pub(crate) fn decode(row: &Row<'_>) -> Result<ChangeRecord> {
    let row = Decoder::new(row, "changes");
    let id = StoredId {
        key: row.get(0)?,
        low: row.get(1)?,
    };
    Ok(ChangeRecord {
        id: ChangeId(id.uuid()),
        at: row.time(2)?,
        actor: Actor::stored(&row.get::<String>(3)?),
        action: row.get(4)?,
        subject: row.get(5)?,
        before: row.get(6)?,
        after: row.get(7)?,
        reason: row.get(8)?,
    })
}

/// Adds a line under an id that was minted for it.
pub(crate) fn insert(
    connection: &Connection,
    id: ChangeId,
    at: Timestamp,
    line: &ChangeLine,
) -> rusqlite::Result<()> {
    let id = StoredId::minted(id.0);
    connection
        .prepare_cached(
            "INSERT INTO changes (key, id_low, at, actor, action, subject, before, after, reason)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            id.key,
            id.low,
            at.as_micros(),
            line.actor.as_str(),
            line.action,
            line.subject,
            line.before,
            line.after,
            line.reason,
        ])?;
    Ok(())
}
