//! Tokens for a person.

use jumun_domain::Timestamp;
use jumun_store::access::{Grant, Token};

use crate::{output, time};

/// What stands in a cell that has nothing to say.
const NOTHING: &str = "-";

/// A row for each token. The last column says what it opens nothing for.
pub(super) fn tokens(all: &[Token], now: Timestamp) -> String {
    let head = [
        "id",
        "for",
        "label",
        "created",
        "by",
        "expires",
        "last used",
        "revoked",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for token in all {
        rows.push(vec![
            token.made.id.to_string(),
            grant(token.made.grant),
            token.made.label.as_deref().unwrap_or(NOTHING).to_owned(),
            time::shown(token.made.created_at),
            token.created_by.to_string(),
            expiry(token, now),
            optional(token.last_used_at),
            optional(token.revoked_at),
        ]);
    }
    output::table(&rows, &[])
}

/// Whom it stands for, in a word or several.
pub(super) fn grant(grant: Grant) -> String {
    match grant {
        Grant::User(user) => format!("user {user}"),
        Grant::Scopes(scopes) => scopes.names(),
        Grant::Session(id) => format!("console, by {id}"),
    }
}

fn expiry(token: &Token, now: Timestamp) -> String {
    match token.made.expires_at {
        Some(end) if end <= now => format!("{} (over)", time::shown(end)),
        Some(end) => time::shown(end),
        None => "never".to_owned(),
    }
}

fn optional(at: Option<Timestamp>) -> String {
    at.map_or_else(|| NOTHING.to_owned(), time::shown)
}
