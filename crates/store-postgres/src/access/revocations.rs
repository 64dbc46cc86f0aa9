//! Revoking tokens, and telling of it.

use jumun_domain::Actor;
use jumun_store::access::{ChangeLine, MAX_REVOCATIONS, Revocation, Token, TokenId};
use tokio_postgres::Row;

use super::BEGIN;
use crate::history::{self, OF_A_LINE};
use crate::pipeline::Pipeline;
use crate::reads::query;
use crate::rows::change::Place;
use crate::rows::token::{self, LOCK, REVOKE};
use crate::rows::{Decoder, position_code};
use crate::session::Session;
use crate::storage::StorageError;
use crate::writes::{Unwritten, commit};

/// Draws the next number and writes it down. The counter stays locked until the
/// commit, so that whoever sees a number sees all below it.
const NUMBER: &str = "WITH counter AS (UPDATE revocation_counter \
     SET last_number = last_number + 1 WHERE singleton = 1 RETURNING last_number) \
     INSERT INTO revocations (number, token_id) SELECT last_number, $1::bigint FROM counter";

/// Those above a number ($1), oldest first.
const SINCE: &str =
    "SELECT number, token_id FROM revocations WHERE number > $1 ORDER BY number LIMIT $2";

const NEWEST: &str = "SELECT last_number FROM revocation_counter WHERE singleton = 1";

/// All that concerns revocations.
#[cfg(test)]
pub(super) const TEXTS: &[&str] = &[LOCK, REVOKE, NUMBER, SINCE, NEWEST];

/// A token that is to be worth nothing from now on.
pub(super) struct Revoking<'a> {
    pub(super) id: TokenId,
    pub(super) by: &'a Actor,
    pub(super) place: Place,
}

/// Revokes a token with its line; the token as it is then.
pub(super) async fn revoke(
    session: &Session,
    revoking: &Revoking<'_>,
) -> Result<Option<Token>, Unwritten> {
    let texts = [&[LOCK, REVOKE, NUMBER], OF_A_LINE.as_slice()].concat();
    session.statements().prepare(session, &texts).await?;
    let key = revoking.id.key();
    let mut pipeline = Pipeline::new(session);
    pipeline.command(BEGIN);
    let locked = pipeline.query(LOCK, vec![Box::new(key)])?;
    pipeline.finish().await?;
    let mut token = locked
        .answer()
        .await?
        .first()
        .map(token::decode)
        .transpose()?;
    let mut pipeline = Pipeline::new(session);
    // One that was revoked stays as it was. To have locked it is a write, too, so
    // that what is told of it is as durable as this commit.
    if let Some(token) = token.as_mut().filter(|it| it.revoked_at.is_none()) {
        let Place { at, .. } = revoking.place;
        pipeline.execute(REVOKE, vec![Box::new(key), Box::new(at.as_micros())]);
        pipeline.execute(NUMBER, vec![Box::new(key)]);
        let line = ChangeLine::token_revoked(token, at, revoking.by);
        history::write(&mut pipeline, revoking.place, line);
        token.revoked_at = Some(at);
    }
    commit(session, pipeline).await?;
    Ok(token)
}

/// The revocations above a number, oldest first, as many as one look gives.
pub(super) async fn since(session: &Session, after: u64) -> Result<Vec<Revocation>, StorageError> {
    let limit = i64::try_from(MAX_REVOCATIONS).unwrap_or(i64::MAX);
    let values = vec![Box::new(position_code(after)) as _, Box::new(limit) as _];
    let rows = query(session, SINCE, values).await?;
    rows.iter().map(decode).collect()
}

fn decode(row: &Row) -> Result<Revocation, StorageError> {
    let row = Decoder::new(row, "revocations");
    Ok(Revocation {
        number: row.position(0)?,
        id: row.id(1, TokenId::from_key)?,
    })
}

/// The number of the newest.
pub(super) async fn newest(session: &Session) -> Result<u64, StorageError> {
    let rows = query(session, NEWEST, Vec::new()).await?;
    match rows.first() {
        Some(row) => Decoder::new(row, "revocation_counter").position(0),
        None => Err(StorageError::corrupt(
            "revocation_counter",
            "its row is missing",
        )),
    }
}
