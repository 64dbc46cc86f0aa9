//! Rows of `tokens`.

use jumun_domain::{Actor, UserId};
use jumun_store::access::{Grant, NewToken, Token, TokenHash, TokenId};
use tokio_postgres::Row;

use super::{Decoder, Result};
use crate::pipeline::Values;

macro_rules! columns {
    () => {
        "token_id, hash, user_id, scopes, label, created_at, created_by, expires_at, \
         last_used_at, revoked_at"
    };
}

/// Reads one.
pub(crate) const FIND: &str = concat!("SELECT ", columns!(), " FROM tokens WHERE token_id = $1");

/// Locks one.
pub(crate) const LOCK: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM tokens WHERE token_id = $1 FOR UPDATE"
);

/// Reads those with a key up to $1, newest first.
pub(crate) const PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM tokens WHERE token_id <= $1 ORDER BY token_id DESC LIMIT $2"
);

/// Adds one, unless its id is taken.
pub(crate) const INSERT: &str = "INSERT INTO tokens (token_id, hash, user_id, scopes, label, \
     created_at, created_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
     ON CONFLICT (token_id) DO NOTHING RETURNING 1";

/// Makes one worthless.
pub(crate) const REVOKE: &str = "UPDATE tokens SET revoked_at = $2 WHERE token_id = $1";

/// Notes when tokens ($1) were used ($2). They are locked in the order of their
/// keys, so that instances that note the same ones do not wait in a circle.
pub(crate) const USED: &str = "UPDATE tokens \
     SET last_used_at = ($2::bigint[])[array_position($1::bigint[], token_id)] \
     WHERE token_id = ANY($1) AND (last_used_at IS NULL \
     OR last_used_at < ($2::bigint[])[array_position($1::bigint[], token_id)])";

/// The values of [`INSERT`].
pub(crate) fn values(token: &NewToken, by: &Actor) -> Values {
    let (user, scopes) = token.grant.to_row();
    vec![
        Box::new(token.id.key()),
        Box::new(token.hash.as_bytes().to_vec()),
        Box::new(user.map(UserId::get)),
        Box::new(scopes),
        Box::new(token.label.as_deref().map(str::to_owned)),
        Box::new(token.created_at.as_micros()),
        Box::new(by.as_str().to_owned()),
        Box::new(token.expires_at.map(|at| at.as_micros())),
    ]
}

pub(crate) fn decode(row: &Row) -> Result<Token> {
    let row = Decoder::new(row, "tokens");
    let hash = <[u8; 32]>::try_from(row.get::<&[u8]>(1)?);
    let hash = hash.map_err(|_| row.corrupt("a hash of another length"))?;
    let grant = Grant::from_row(row.optional(2, UserId::new)?, row.get::<Option<&str>>(3)?);
    let made = NewToken {
        id: row.id(0, TokenId::from_key)?,
        hash: TokenHash::from_bytes(hash),
        grant: grant.ok_or_else(|| row.corrupt("an unknown grant"))?,
        label: row.optional_text(4)?,
        created_at: row.time(5)?,
        expires_at: row.optional_time(7)?,
    };
    Ok(Token {
        made,
        created_by: Actor::stored(row.get(6)?),
        last_used_at: row.optional_time(8)?,
        revoked_at: row.optional_time(9)?,
    })
}
