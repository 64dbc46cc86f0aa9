//! All that is asked of tokens and of the history of changes.

use jumun_domain::{Actor, Timestamp};
use jumun_store::Page;
use jumun_store::access::{Changes as _, Grant, NewToken, Scope, TokenHash, TokenId, Tokens as _};

use crate::shop::{Shop, Tried, found, read};

/// When the tokens of all rounds were made.
const MADE: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// A token of this round.
pub(crate) fn token(round: i64) -> NewToken {
    let number = u32::try_from(round).expect("a small number");
    NewToken {
        id: TokenId::made_at(MADE, number),
        hash: TokenHash::from_bytes([7; 32]),
        grant: Grant::Scopes([Scope::CatalogWrite].into_iter().collect()),
        label: Some("창고".into()),
        created_at: MADE,
        expires_at: None,
    }
}

/// Makes, uses and revokes a token of this round, and reads what there is.
pub(crate) async fn all(shop: &Shop, round: i64) -> Tried<()> {
    let (doors, by) = (shop.0.access(), Actor::local());
    let token = token(round);
    // The second finds its id taken.
    for expected in [true, false] {
        let kept = doors.create_token(&token, &by).await;
        if read("a token", kept)? != expected {
            return Err("a token is kept as it should not be".to_owned());
        }
    }
    read("a use", doors.tokens_used(&[(token.id, MADE)]).await)?;
    found("a revoked token", doors.revoke_token(token.id, &by).await)?;
    let newest = read("its number", doors.newest_revocation().await)?;
    let told = read("a look", doors.revocations(newest - 1).await)?;
    if told.iter().all(|it| it.id != token.id) {
        return Err(format!("its revocation is not there: {told:?}"));
    }
    found("a token", doors.token(token.id).await)?;
    let page = Page {
        after: None,
        limit: 5,
    };
    read("tokens", doors.tokens(page).await)?;
    let page = Page {
        after: None,
        limit: 1,
    };
    let lines = read("changes", doors.changes(page).await)?.items;
    match lines.first() {
        Some(line) if &*line.action == "token.revoke" => Ok(()),
        other => Err(format!("the newest line is {other:?}")),
    }
}
