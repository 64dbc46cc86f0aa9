//! Tokens and revocations, in SQL.

use std::collections::BTreeMap;

use jumun_domain::{Actor, Timestamp};
use jumun_store::access::{ChangeLine, NewToken, Token, TokenId};
use jumun_store::{Page, PageOf};
use rusqlite::{Connection, params};

use super::lines;
use crate::rows::{collect, token};
use crate::storage::StorageError;
use crate::{mint, reads};

type Result<T> = std::result::Result<T, StorageError>;

/// Keeps a token; `false` when its id is taken.
pub(super) fn create(connection: &Connection, made: &NewToken, by: &Actor) -> Result<bool> {
    if !token::insert(connection, made, by)? {
        return Ok(false);
    }
    let line = ChangeLine::token_created(made, by);
    lines::add(connection, &line, mint::now())?;
    Ok(true)
}

/// Newest first.
pub(super) fn newest_first(connection: &Connection, page: Page<TokenId>) -> Result<PageOf<Token>> {
    let last = page.after.map_or(i64::MAX, |id| id.key() - 1);
    let mut statement = connection.prepare_cached(&page_sql())?;
    let rows = statement.query([last, reads::one_more(&page)])?;
    let items = collect(rows, token::decode)?;
    Ok(PageOf::from_one_more(items, page.limit))
}

/// Makes a token worthless and gives it as it is then.
pub(super) fn revoke(connection: &Connection, id: TokenId, by: &Actor) -> Result<Option<Token>> {
    let Some(before) = token::find(connection, id)? else {
        return Ok(None);
    };
    if before.revoked_at.is_some() {
        return Ok(Some(before));
    }
    let now = mint::now();
    connection
        .prepare_cached("UPDATE tokens SET revoked_at = ?2 WHERE id = ?1")?
        .execute(params![id.key(), now.as_micros()])?;
    connection.prepare_cached(NUMBER)?.execute([id.key()])?;
    let line = ChangeLine::token_revoked(&before, now, by);
    lines::add(connection, &line, now)?;
    Ok(Some(Token {
        revoked_at: Some(now),
        ..before
    }))
}

/// Notes when tokens were last used, each at the latest of its times.
pub(super) fn note_uses(connection: &Connection, used: &[(TokenId, Timestamp)]) -> Result<()> {
    // In the order of the keys, so that the tree is walked once.
    let mut latest = BTreeMap::new();
    for &(id, time) in used {
        let kept = latest.entry(id).or_insert(time);
        *kept = time.max(*kept);
    }
    let mut statement = connection.prepare_cached(NOTE_USE)?;
    for (id, time) in latest {
        statement.execute(params![id.key(), time.as_micros()])?;
    }
    Ok(())
}

pub(super) fn page_sql() -> String {
    format!(
        "SELECT {} FROM tokens WHERE id <= ?1 ORDER BY id DESC LIMIT ?2",
        token::COLUMNS
    )
}

/// There is one writer at a time, so no number is given twice or left out.
pub(super) const NUMBER: &str = "INSERT INTO revocations (number, token)
    SELECT coalesce(max(number), 0) + 1, ?1 FROM revocations";

pub(super) const NOTE_USE: &str = "UPDATE tokens SET last_used_at = ?2
    WHERE id = ?1 AND (last_used_at IS NULL OR last_used_at < ?2)";
