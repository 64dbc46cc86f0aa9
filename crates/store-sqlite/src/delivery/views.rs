//! How platforms stand, as operators see it. Every part is found by a key.

use jumun_domain::Timestamp;
use jumun_store::delivery::{PlatformCounts, PlatformView};
use rusqlite::Connection;

use crate::rows::pending::{BEHIND, DEAD, FAILING};
use crate::rows::platform::StoredPlatform;
use crate::rows::{event, optional, platform, replay};
use crate::storage::StorageError;
use crate::{mint, reads};

type Result<T> = std::result::Result<T, StorageError>;

/// All platforms by name. `served` says whether a server runs on the file.
pub(super) fn all(connection: &Connection, served: bool) -> Result<Vec<PlatformView>> {
    platform::all(connection)?
        .into_iter()
        .map(|it| view(connection, it, served))
        .collect()
}

/// One platform.
pub(super) fn find(
    connection: &Connection,
    name: &str,
    served: bool,
) -> Result<Option<PlatformView>> {
    platform::find(connection, name)?
        .map(|it| view(connection, it, served))
        .transpose()
}

/// The sequence of the newest event, 0 where there is none.
pub(super) fn newest_sequence(connection: &Connection) -> Result<u64> {
    let last = event::last_sequence(connection)?;
    u64::try_from(last).map_err(|_| StorageError::corrupt("events", "negative sequence"))
}

fn view(connection: &Connection, it: StoredPlatform, served: bool) -> Result<PlatformView> {
    Ok(PlatformView {
        name: it.name,
        created_at: it.created_at,
        starts_after: it.starts_after,
        position: it.position,
        newest: newest_sequence(connection)?,
        counts: counts(connection, it.platform)?,
        oldest_undelivered: oldest_undelivered(connection, it.platform, it.position)?,
        pause: it.pause,
        // As long as the server runs, the lease is as good as just renewed.
        leased_until: (it.held && served).then(|| after_a_term(it.term_us)),
        replays: replay::of_platform(connection, it.platform)?,
    })
}

fn after_a_term(term_us: i64) -> Timestamp {
    Timestamp::from_micros(mint::now().as_micros().saturating_add(term_us))
}

fn counts(connection: &Connection, platform: i64) -> Result<PlatformCounts> {
    let mut statement = connection.prepare_cached(COUNTS)?;
    let mut rows = statement.query([platform])?;
    let mut counts = PlatformCounts::default();
    while let Some(row) = rows.next()? {
        let count = u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0);
        match row.get::<_, i64>(0)? {
            BEHIND => counts.behind = count,
            FAILING => counts.failing = count,
            DEAD => counts.dead = count,
            _ => return Err(StorageError::corrupt("pending_deliveries", "unknown hold")),
        }
    }
    Ok(counts)
}

/// The time of the oldest event that is failing, behind one, or not sent yet:
/// events follow one another in the order of their sequences.
fn oldest_undelivered(
    connection: &Connection,
    platform: i64,
    position: u64,
) -> Result<Option<Timestamp>> {
    let mut oldest: Option<Timestamp> = None;
    let mut consider = |time: Option<Timestamp>| {
        oldest = [oldest, time].into_iter().flatten().min();
    };
    for hold in [BEHIND, FAILING] {
        let mut statement = connection.prepare_cached(OLDEST_OF_HOLD)?;
        let rows = statement.query([platform, hold])?;
        consider(optional(rows, |row| {
            Ok(Timestamp::from_micros(row.get(0)?))
        })?);
    }
    let next = reads::events(connection, position, 1)?;
    consider(next.first().map(|it| it.event.time));
    Ok(oldest)
}

pub(super) const COUNTS: &str =
    "SELECT hold, count(*) FROM pending_deliveries WHERE platform = ?1 GROUP BY hold";

pub(super) const OLDEST_OF_HOLD: &str = "SELECT event_time FROM pending_deliveries
    WHERE platform = ?1 AND hold = ?2 ORDER BY sequence LIMIT 1";
