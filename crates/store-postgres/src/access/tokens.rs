//! Making, finding and using tokens.

use std::collections::BTreeMap;

use jumun_domain::{Actor, Timestamp};
use jumun_store::access::{ChangeLine, NewToken, Token, TokenId};
use jumun_store::{Page, PageOf};

use super::BEGIN;
use crate::history::{self, OF_A_LINE};
use crate::pipeline::{Pipeline, Values};
use crate::probe;
use crate::reads::{one_more, page_of, query};
use crate::rows::change::Place;
use crate::rows::token::{self, FIND, INSERT, PAGE, USED};
use crate::session::Session;
use crate::storage::StorageError;
use crate::writes::{Unwritten, commit};

/// All that concerns tokens but how they are revoked.
#[cfg(test)]
pub(super) const TEXTS: &[&str] = &[FIND, INSERT, PAGE, USED];

/// A token that is to be kept.
pub(super) struct Making<'a> {
    pub(super) token: &'a NewToken,
    pub(super) by: &'a Actor,
    pub(super) place: Place,
}

/// Keeps a token with its line. `false` when another has its id.
pub(super) async fn make(session: &Session, making: &Making<'_>) -> Result<bool, Unwritten> {
    let texts = [&[INSERT, probe::WRITE], OF_A_LINE.as_slice()].concat();
    session.statements().prepare(session, &texts).await?;
    let mut pipeline = Pipeline::new(session);
    pipeline.command(BEGIN);
    let inserted = pipeline.query(INSERT, token::values(making.token, making.by))?;
    let written = history::ask(&mut pipeline, making.place)?;
    pipeline.finish().await?;
    let is_new = !inserted.answer().await?.is_empty();
    let was_done = history::is_written(written).await?;
    let mut pipeline = Pipeline::new(session);
    if is_new {
        let line = ChangeLine::token_created(making.token, making.by);
        history::write(&mut pipeline, making.place, line);
    } else {
        // What it tells of is then as durable as a commit of its own.
        pipeline.execute(probe::WRITE, Vec::new());
    }
    commit(session, pipeline).await?;
    Ok(is_new || was_done)
}

/// One token.
pub(super) async fn find(session: &Session, id: TokenId) -> Result<Option<Token>, StorageError> {
    let rows = query(session, FIND, vec![Box::new(id.key())]).await?;
    rows.first().map(token::decode).transpose()
}

/// Tokens, newest first.
pub(super) async fn page(
    session: &Session,
    page: Page<TokenId>,
) -> Result<PageOf<Token>, StorageError> {
    // Keys are never negative, so one below the least finds nothing.
    let last = page.after.map_or(i64::MAX, |id| id.key() - 1);
    let values: Values = vec![Box::new(last), Box::new(one_more(&page))];
    let rows = query(session, PAGE, values).await?;
    page_of(rows, page.limit, token::decode)
}

/// Notes when tokens were last used; of several times of one the last.
pub(super) async fn note_uses(
    session: &Session,
    used: &[(TokenId, Timestamp)],
) -> Result<(), Unwritten> {
    let mut last: BTreeMap<i64, i64> = BTreeMap::new();
    for (id, at) in used {
        let noted = last.entry(id.key()).or_insert(i64::MIN);
        *noted = at.as_micros().max(*noted);
    }
    let (ids, times): (Vec<i64>, Vec<i64>) = last.into_iter().unzip();
    session.statements().prepare(session, &[USED]).await?;
    let mut pipeline = Pipeline::new(session);
    pipeline.command(BEGIN);
    pipeline.execute(USED, vec![Box::new(ids), Box::new(times)]);
    commit(session, pipeline).await
}
