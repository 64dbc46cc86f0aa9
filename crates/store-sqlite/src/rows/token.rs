//! Rows of `tokens`.

use jumun_domain::{Actor, Timestamp, UserId};
use jumun_store::access::{Grant, NewToken, Token, TokenHash, TokenId};
use rusqlite::{Connection, Row, params};

use super::{Decoder, Result, optional};

pub(crate) const COLUMNS: &str = "id, hash, user_id, scopes, label, created_at, created_by, \
     expires_at, last_used_at, revoked_at";

pub(crate) fn decode(row: &Row<'_>) -> Result<Token> {
    let row = Decoder::new(row, "tokens");
    let (user, text) = (row.optional(2, UserId::new)?, row.get::<Option<String>>(3)?);
    let grant = Grant::from_row(user, text.as_deref());
    let made = NewToken {
        id: row.id(0, TokenId::from_key)?,
        hash: TokenHash::from_bytes(row.get(1)?),
        grant: grant.ok_or_else(|| row.corrupt("unknown grant"))?,
        label: row.get(4)?,
        created_at: row.time(5)?,
        expires_at: row.optional_time(7)?,
    };
    Ok(Token {
        made,
        created_by: Actor::stored(&row.get::<String>(6)?),
        last_used_at: row.optional_time(8)?,
        revoked_at: row.optional_time(9)?,
    })
}

pub(crate) fn find(connection: &Connection, id: TokenId) -> Result<Option<Token>> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM tokens WHERE id = ?1"))?;
    optional(statement.query([id.key()])?, decode)
}

/// Adds one; `false` when its id is taken.
pub(crate) fn insert(connection: &Connection, it: &NewToken, by: &Actor) -> Result<bool> {
    let (user, scopes) = it.grant.to_row();
    let added = connection
        .prepare_cached(
            "INSERT INTO tokens
             (id, hash, user_id, scopes, label, created_at, created_by, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO NOTHING",
        )?
        .execute(params![
            it.id.key(),
            it.hash.as_bytes(),
            user.map(UserId::get),
            scopes,
            it.label,
            it.created_at.as_micros(),
            by.as_str(),
            it.expires_at.map(Timestamp::as_micros),
        ])?;
    Ok(added > 0)
}
