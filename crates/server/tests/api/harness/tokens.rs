//! Tokens, made behind the server's back as the command line makes them.

use jumun_domain::{Actor, Timestamp, UserId};
use jumun_store::access::{Access, Grant, NewToken, Scope, TokenText};

/// A token that is kept.
pub(crate) async fn token(
    access: &dyn Access,
    grant: Grant,
    expires_at: Option<Timestamp>,
) -> TokenText {
    let now = now();
    loop {
        let text = TokenText::draw(now).unwrap();
        let made = NewToken {
            id: text.id(),
            hash: text.hash(),
            grant,
            label: None,
            created_at: now,
            expires_at,
        };
        let by = Actor::command_line("tester");
        if access.create_token(&made, &by).await.unwrap() {
            return text;
        }
    }
}

pub(crate) fn now() -> Timestamp {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Timestamp::from_micros(i64::try_from(now.unwrap().as_micros()).unwrap())
}

pub(crate) fn admin() -> Grant {
    scopes(&[Scope::Admin])
}

pub(crate) fn scopes(all: &[Scope]) -> Grant {
    Grant::Scopes(all.iter().copied().collect())
}

pub(crate) fn of_user(id: i64) -> Grant {
    Grant::User(UserId::new(id).unwrap())
}
