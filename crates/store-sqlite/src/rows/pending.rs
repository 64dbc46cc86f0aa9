//! Rows of `pending_deliveries`.

use jumun_domain::{EventId, UserId};
use jumun_store::delivery::{Hold, Pending};
use rusqlite::{Connection, Row, params};

use super::{Decoder, Result};
use crate::key::StoredId;

pub(crate) const COLUMNS: &str = "sequence, event_key, event_low, user_id, event_time, replayed, \
     hold, failed_attempts, first_failed_at, last_failed_at, until";

/// The codes of `hold`.
pub(crate) const BEHIND: i64 = 1;
pub(crate) const FAILING: i64 = 2;
pub(crate) const DEAD: i64 = 3;

pub(crate) fn decode(row: &Row<'_>) -> Result<Pending> {
    let decoder = Decoder::new(row, "pending_deliveries");
    let event = StoredId {
        key: decoder.get(1)?,
        low: decoder.get(2)?,
    };
    Ok(Pending {
        sequence: decoder.sequence(0)?,
        event_id: EventId(event.uuid()),
        user_id: decoder.id(3, UserId::new)?,
        event_time: decoder.time(4)?,
        replayed: decoder.get(5)?,
        hold: decode_hold(&decoder)?,
    })
}

fn decode_hold(decoder: &Decoder<'_, '_>) -> Result<Hold> {
    const FIRST: usize = 6;
    let failed_attempts = || decoder.id(FIRST + 1, |it| u32::try_from(it).ok());
    Ok(match decoder.get::<i64>(FIRST)? {
        BEHIND => Hold::Behind,
        FAILING => Hold::Failing {
            failed_attempts: failed_attempts()?,
            first_failed_at: decoder.time(FIRST + 2)?,
            last_failed_at: decoder.time(FIRST + 3)?,
            next_attempt_at: decoder.time(FIRST + 4)?,
        },
        DEAD => Hold::Dead {
            failed_attempts: failed_attempts()?,
            first_failed_at: decoder.time(FIRST + 2)?,
            last_failed_at: decoder.time(FIRST + 3)?,
            died_at: decoder.time(FIRST + 4)?,
        },
        _ => return Err(decoder.corrupt("unknown hold")),
    })
}

/// Writes a new one, or the new hold of one that is there.
pub(crate) fn write(connection: &Connection, platform: i64, it: &Pending) -> rusqlite::Result<()> {
    let event = StoredId::minted(it.event_id.0);
    let (hold, failures) = match it.hold {
        Hold::Behind => (BEHIND, None),
        Hold::Failing {
            failed_attempts,
            first_failed_at,
            last_failed_at,
            next_attempt_at: until,
        } => (
            FAILING,
            Some((failed_attempts, first_failed_at, last_failed_at, until)),
        ),
        Hold::Dead {
            failed_attempts,
            first_failed_at,
            last_failed_at,
            died_at: until,
        } => (
            DEAD,
            Some((failed_attempts, first_failed_at, last_failed_at, until)),
        ),
    };
    connection
        .prepare_cached(
            "INSERT INTO pending_deliveries (platform, sequence, event_key, event_low, user_id,
             event_time, replayed, hold, failed_attempts, first_failed_at, last_failed_at, until)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT DO UPDATE SET replayed = excluded.replayed, hold = excluded.hold,
             failed_attempts = excluded.failed_attempts,
             first_failed_at = excluded.first_failed_at,
             last_failed_at = excluded.last_failed_at, until = excluded.until",
        )?
        .execute(params![
            platform,
            super::stored(it.sequence),
            event.key,
            event.low,
            it.user_id.get(),
            it.event_time.as_micros(),
            it.replayed,
            hold,
            failures.map(|it| it.0),
            failures.map(|it| it.1.as_micros()),
            failures.map(|it| it.2.as_micros()),
            failures.map(|it| it.3.as_micros()),
        ])?;
    Ok(())
}

/// Removes one that was delivered.
pub(crate) fn remove(
    connection: &Connection,
    platform: i64,
    sequence: u64,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM pending_deliveries WHERE platform = ?1 AND sequence = ?2")?
        .execute([platform, super::stored(sequence)])?;
    Ok(())
}
