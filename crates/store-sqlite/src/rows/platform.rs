//! Rows of `platforms`.

use jumun_domain::Timestamp;
use jumun_store::delivery::{Lease, Pause, PauseReason};
use rusqlite::{Connection, Row};

use super::{Decoder, Result, collect, optional};

const COLUMNS: &str = "platform, name, created_at, starts_after, position, records, \
     holder IS NOT NULL, term, pause_reason, paused_at";

/// The codes of `pause_reason`.
pub(crate) const OPERATOR: i64 = 1;
pub(crate) const GONE: i64 = 2;

/// A platform as its row tells.
pub(crate) struct StoredPlatform {
    pub(crate) platform: i64,
    pub(crate) name: String,
    pub(crate) created_at: Timestamp,
    pub(crate) starts_after: u64,
    pub(crate) position: u64,
    pub(crate) records: u64,
    /// Whether its lease was taken and not given back.
    pub(crate) held: bool,
    pub(crate) term_us: i64,
    pub(crate) pause: Option<Pause>,
}

fn decode(row: &Row<'_>) -> Result<StoredPlatform> {
    let decoder = Decoder::new(row, "platforms");
    let pause = match (decoder.get(8)?, decoder.optional_time(9)?) {
        (None, None) => None,
        (Some(OPERATOR), Some(since)) => Some(Pause {
            reason: PauseReason::Operator,
            since,
        }),
        (Some(GONE), Some(since)) => Some(Pause {
            reason: PauseReason::Gone,
            since,
        }),
        _ => return Err(decoder.corrupt("unknown pause")),
    };
    Ok(StoredPlatform {
        platform: decoder.get(0)?,
        name: decoder.get(1)?,
        created_at: decoder.time(2)?,
        starts_after: decoder.sequence(3)?,
        position: decoder.sequence(4)?,
        records: decoder.sequence(5)?,
        held: decoder.get(6)?,
        term_us: decoder.get(7)?,
        pause,
    })
}

/// All of them, by name.
pub(crate) fn all(connection: &Connection) -> Result<Vec<StoredPlatform>> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM platforms ORDER BY name"))?;
    collect(statement.query([])?, decode)
}

/// The one of this name.
pub(crate) fn find(connection: &Connection, name: &str) -> Result<Option<StoredPlatform>> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM platforms WHERE name = ?1"))?;
    optional(statement.query([name])?, decode)
}

/// The one that this lease is of, while it is the last that was taken.
pub(crate) fn find_leased(
    connection: &Connection,
    lease: &Lease,
) -> Result<Option<StoredPlatform>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM platforms WHERE platform = ?1 AND epoch = ?2"
    ))?;
    optional(statement.query([lease.platform, lease.epoch])?, decode)
}
