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
    // The time and counter of any UUID bound the keys before it.
    let last = page.after.map(|id| StoredId::minted(id.0).key - 1);
    let mut statement = connection.prepare_cached(&page_sql())?;
    let rows = statement.query([last.unwrap_or(i64::MAX), reads::one_more(&page)])?;
    let items = collect(rows, line::decode)?;
    Ok(PageOf::from_one_more(items, page.limit))
}

pub(super) fn page_sql() -> String {
    format!(
        "SELECT {} FROM changes WHERE key <= ?1 ORDER BY key DESC LIMIT ?2",
        line::COLUMNS
    )
}
