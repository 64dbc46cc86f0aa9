//! The lines of the history that are written outside of batches.
//!
//! A line gets its id before its transaction begins. Where the answer to a
//! commit was lost the transaction is repeated under the same id: a line that
//! is there tells that all of it was done.

use jumun_domain::{ChangeId, IdSequence, Timestamp};
use jumun_store::access::{ChangeLine, ChangeRecord};
use jumun_store::{Fault, Page, PageOf};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::clock::{self, NOW, Positions};
use crate::pipeline::{Pipeline, Sent, Values};
use crate::readers::Readers;
use crate::reads::{one_more, page_of, query};
use crate::rows::change::{self, IS_WRITTEN, NEWEST, Place};
use crate::session::Session;
use crate::storage::StorageError;

/// All statements of this module.
#[cfg(test)]
pub(crate) const TEXTS: &[&str] = &[change::PAGE, IS_WRITTEN, change::INSERT];

/// What a transaction with a line prepares besides its own statements.
pub(crate) const OF_A_LINE: [&str; 2] = [IS_WRITTEN, change::INSERT];

/// The next place in the history, by the server's clock: above every line that
/// is there and all that this instance has written.
pub(crate) async fn next_place(sessions: &Readers, positions: &Positions) -> Result<Place, Fault> {
    let newest = sessions.read(|session| Box::pin(newest(session)));
    let (newest, at) = newest.await?;
    Ok(place_after(newest, at, positions))
}

/// The id of the newest line, and the time.
async fn newest(session: &Session) -> Result<(Option<Uuid>, Timestamp), StorageError> {
    session
        .statements()
        .prepare(session, &[NOW, NEWEST])
        .await?;
    let mut pipeline = Pipeline::new(session);
    let newest = pipeline.query(NEWEST, Vec::new())?;
    let now = pipeline.query(NOW, Vec::new())?;
    pipeline.finish().await?;
    let newest = newest.answer().await?;
    let newest = newest.first().map(|row| row.try_get(0)).transpose()?;
    match now.answer().await?.first() {
        Some(row) => Ok((newest, clock::decode(row)?)),
        None => Err(StorageError::Engine("the server did not tell its time")),
    }
}

fn place_after(newest: Option<Uuid>, at: Timestamp, positions: &Positions) -> Place {
    let mut ids = positions.sequence(IdSequence::new(newest, 0).position());
    let id = ChangeId(ids.next(at));
    positions.reached(&ids);
    Place { id, at }
}

/// Asks whether the transaction of this place was done before.
pub(crate) fn ask<'a>(
    pipeline: &mut Pipeline<'a>,
    place: Place,
) -> Result<Sent<'a, Vec<Row>>, StorageError> {
    pipeline.query(IS_WRITTEN, vec![Box::new(place.id.0)])
}

/// The answer to [`ask`].
pub(crate) async fn is_written(asked: Sent<'_, Vec<Row>>) -> Result<bool, StorageError> {
    match asked.answer().await?.first() {
        Some(row) => Ok(row.try_get(0)?),
        None => Err(StorageError::Engine(
            "the server did not tell what is there",
        )),
    }
}

/// Sends a line.
pub(crate) fn write(pipeline: &mut Pipeline<'_>, place: Place, line: ChangeLine) {
    change::insert_lines(pipeline, vec![(place, line)]);
}

/// Lines, newest first.
pub(crate) async fn page(
    session: &Session,
    page: Page<ChangeId>,
) -> Result<PageOf<ChangeRecord>, StorageError> {
    // No id of version 7 is as great.
    let below = page.after.map_or(Uuid::max(), |id| id.0);
    let values: Values = vec![Box::new(below), Box::new(one_more(&page))];
    let rows = query(session, change::PAGE, values).await?;
    page_of(rows, page.limit, change::decode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_above_the_newest_line_and_all_that_this_instance_has_minted() {
        let noon = Timestamp::from_micros(1_700_000_000_000_000);
        let ahead = Timestamp::from_micros(noon.as_micros() + 5_000_000);
        let of_another = IdSequence::new(None, 7).next(ahead);
        let positions = Positions::default();
        let mut last = place_after(Some(of_another), noon, &positions);
        assert!(last.id.0 > of_another);
        for newest in [None, Some(of_another), Some(last.id.0)] {
            let next = place_after(newest, noon, &positions);
            assert!(next.id > last.id, "{newest:?}");
            last = next;
        }
        assert!(
            positions.sequence(0).next(noon) > last.id.0,
            "as a batch does"
        );
    }
}
