//! Tokens by their plain numbers.

use jumun_domain::{Actor, Timestamp};
use jumun_store::access::{Grant, NewToken, Scope, TokenHash, TokenId};

/// When all of them were made.
const MADE: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// Who makes and revokes them.
pub(crate) fn operator() -> Actor {
    Actor::command_line("haneul")
}

pub(crate) fn token_id(number: u32) -> TokenId {
    TokenId::made_at(MADE, number)
}

pub(crate) fn token(number: u32) -> NewToken {
    NewToken {
        id: token_id(number),
        hash: TokenHash::from_bytes([7; 32]),
        grant: Grant::Scopes([Scope::Admin].into_iter().collect()),
        label: None,
        created_at: MADE,
        expires_at: None,
    }
}
