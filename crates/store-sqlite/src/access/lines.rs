//! The history of changes.

use jumun_domain::{ChangeId, Timestamp};
use jumun_store::access::{ChangeLine, ChangeRecord};
use jumun_store::{Page, PageOf};
use rusqlite::Connection;

use crate::key::StoredId;
use crate::rows::{collect, line};
use crate::storage::StorageError;
use crate::{mint, reads};

/// Adds the line of something that is written in the same transaction and that
/// no batch decides.
pub(crate) fn add(
    connection: &Connection,
    line: &ChangeLine,
    now: Timestamp,
) -> Result<(), StorageError> {
    let mut ids = mint::resume(connection)?;
    line::insert(connection, ChangeId(ids.next(now)), now, line)?;
    mint::save(connection, &ids)?;
    Ok(())
}

/// Newest first.
pub(super) fn newest_first(
    connection: &Connection,
    page: Page<ChangeId>,
) -> Result<PageOf<ChangeRecord>, StorageError> {
    // The time and counter of any UUID bound the keys before it; the rest of it
    // tells whether a line of that very key comes before it, too.
    let after = page.after.map(|id| StoredId::minted(id.0));
    let (key, low) = after.map_or((i64::MAX, 0), |id| (id.key, id.low));
    let mut statement = connection.prepare_cached(&page_sql())?;
    let rows = statement.query([key, low, reads::one_more(&page)])?;
    let items = collect(rows, line::decode)?;
    Ok(PageOf::from_one_more(items, page.limit))
}

pub(super) fn page_sql() -> String {
    format!(
        "SELECT {} FROM changes WHERE key <= ?1 AND (key < ?1 OR id_low < ?2)
         ORDER BY key DESC LIMIT ?3",
        line::COLUMNS
    )
}
