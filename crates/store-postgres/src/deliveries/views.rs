//! Platforms as operators see them.

use jumun_domain::Timestamp;
use jumun_store::delivery::{PlatformCounts, PlatformView};
use tokio_postgres::Row;

use super::codes::pause;
use super::replays;
use crate::clock::now;
use crate::events;
use crate::pipeline::Values;
use crate::reads::query;
use crate::rows::Decoder;
use crate::sequencer::newest;
use crate::session::Session;
use crate::storage::StorageError;

macro_rules! view {
    ($rest:literal) => {
        concat!(
            "SELECT platforms.platform_id, platforms.name, platforms.created_at, \
             platforms.starts_after, platforms.position, newest.sequence, counts.failing, \
             counts.behind, counts.dead, counts.oldest, platforms.pause_reason, \
             platforms.paused_at, CASE WHEN platforms.leased_until > ",
            now!(),
            " THEN platforms.leased_until END FROM platforms CROSS JOIN LATERAL (",
            newest!(),
            ") AS newest (sequence) CROSS JOIN LATERAL (SELECT count(CASE WHEN hold = 1 THEN 1 END), \
             count(CASE WHEN hold = 2 THEN 1 END), count(CASE WHEN hold = 3 THEN 1 END), \
             min(CASE WHEN hold <> 3 THEN event_time END) FROM pending_deliveries AS it \
             WHERE it.platform_id = platforms.platform_id) \
             AS counts (failing, behind, dead, oldest)",
            $rest
        )
    };
}

/// All platforms by name.
pub(super) const ALL: &str = view!(" ORDER BY platforms.name");

/// The platform of a name.
pub(super) const ONE: &str = view!(" WHERE platforms.name = $1");

/// All that views send of their own.
#[cfg(test)]
pub(super) const TEXTS: &[&str] = &[ALL, ONE];

/// All platforms, by name.
pub(super) async fn all(session: &Session) -> Result<Vec<PlatformView>, StorageError> {
    let mut found = read(session, ALL, Vec::new()).await?;
    // The server's own order depends on the collation of its database.
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

/// The platform of a name.
pub(super) async fn one(
    session: &Session,
    name: &str,
) -> Result<Option<PlatformView>, StorageError> {
    let found = read(session, ONE, vec![Box::new(name.to_owned())]).await?;
    Ok(found.into_iter().next())
}

/// Each view is of one moment; what it lacks besides is read after that.
async fn read(
    session: &Session,
    sql: &'static str,
    values: Values,
) -> Result<Vec<PlatformView>, StorageError> {
    let rows = query(session, sql, values).await?;
    let mut found = rows
        .iter()
        .map(decode)
        .collect::<Result<Vec<_>, StorageError>>()?;
    let ids: Vec<i64> = found.iter().map(|(id, _)| *id).collect();
    for row in query(session, replays::FIND, vec![Box::new(ids)]).await? {
        let (id, replay) = replays::decode(&row)?;
        let platform = found.iter_mut().find(|(it, _)| *it == id);
        if let Some((_, view)) = platform {
            view.replays.push(replay);
        }
    }
    let mut views = Vec::with_capacity(found.len());
    for (_, mut view) in found {
        let waiting = first_waiting(session, &view).await?;
        view.oldest_undelivered = view.oldest_undelivered.into_iter().chain(waiting).min();
        views.push(view);
    }
    Ok(views)
}

/// When the first event happened that the position has not passed.
async fn first_waiting(
    session: &Session,
    view: &PlatformView,
) -> Result<Option<Timestamp>, StorageError> {
    if view.position >= view.newest {
        return Ok(None);
    }
    let events = events::events(session, view.position, 1).await?;
    Ok(events.first().map(|it| it.event.time))
}

/// A view without its replays, and the platform's number.
fn decode(row: &Row) -> Result<(i64, PlatformView), StorageError> {
    let row = Decoder::new(row, "platforms");
    let view = PlatformView {
        name: row.get(1)?,
        created_at: row.time(2)?,
        starts_after: row.position(3)?,
        position: row.position(4)?,
        newest: row.position(5)?,
        counts: PlatformCounts {
            failing: row.position(6)?,
            behind: row.position(7)?,
            dead: row.position(8)?,
        },
        oldest_undelivered: row.optional_time(9)?,
        pause: pause(row, 10, 11)?,
        leased_until: row.optional_time(12)?,
        replays: Vec::new(),
    };
    Ok((row.get(0)?, view))
}
