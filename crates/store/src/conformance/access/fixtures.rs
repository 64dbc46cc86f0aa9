//! Tokens, actors and lines for the cases.

use std::sync::Arc;

use jumun_domain::{Actor, Command, Decision, IdempotencyKey, Request, Timestamp, UserId};
use serde_json::Value;

use super::trial::AccessTrial;
use crate::access::{ChangeRecord, Grant, NewToken, Scope, Token, TokenHash, TokenId};
use crate::conformance::read_all::read_all;

/// Somewhere in 2023: tokens may have been made before the shop was.
const BASE_MICROS: i64 = 1_700_000_000_000_000;

/// A page that the history of most cases fits on.
const PAGE: usize = 100;

/// A time to the microsecond, that many seconds after some moment.
pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(BASE_MICROS + second * 1_000_000 + 7)
}

/// Whoever works at the shop in most cases.
pub(super) fn operator() -> Actor {
    Actor::token("00000000000000aa")
}

/// Ids that rise with their number.
pub(super) fn token_id(number: u32) -> TokenId {
    TokenId::made_at(at(i64::from(number)), number)
}

/// A token of that number, with all that a token can have.
pub(super) fn new_token(number: u32) -> NewToken {
    let [a, b, ..] = number.to_be_bytes();
    let mut hash = [a ^ b; 32];
    hash[..4].copy_from_slice(&number.to_be_bytes());
    let scopes = [Scope::CatalogWrite, Scope::EventsRead];
    NewToken {
        id: token_id(number),
        hash: TokenHash::from_bytes(hash),
        grant: Grant::Scopes(scopes.into_iter().collect()),
        label: Some(Arc::from(format!("창고 {number}"))),
        created_at: at(i64::from(number)),
        expires_at: Some(at(1_000_000 + i64::from(number))),
    }
}

/// What the history may hold of a value: an object with these members.
pub(super) fn object(text: Option<&Arc<str>>) -> Option<Value> {
    text.map(|it| serde_json::from_str(it).unwrap())
}

/// What stands in the history of a user.
pub(super) fn user_json(id: UserId, name: Option<&str>, balance: i64) -> Value {
    serde_json::json!({ "userId": id.get(), "name": name, "balance": balance })
}

impl AccessTrial {
    /// Keeps the token of that number.
    pub(super) async fn created(&self, number: u32) -> NewToken {
        let token = new_token(number);
        let kept = self.tokens().create_token(&token, &operator()).await;
        assert!(kept.unwrap(), "{token:?} is new");
        token
    }

    /// The token as it is kept, which must be there.
    pub(super) async fn kept(&self, id: TokenId) -> Token {
        let found = self.tokens().token(id).await.unwrap();
        found.unwrap_or_else(|| panic!("the token {id} is there"))
    }

    /// The whole history, newest first.
    pub(super) async fn lines(&self) -> Vec<ChangeRecord> {
        let changes = self.changes();
        let key = |it: &ChangeRecord| it.id;
        let lines = read_all(PAGE, key, async |page| changes.changes(page).await).await;
        assert!(lines.is_sorted_by(|a, b| a.id > b.id), "newest first");
        lines
    }

    /// What the history holds of this subject, oldest first.
    pub(super) async fn lines_of(&self, subject: &str) -> Vec<ChangeRecord> {
        let lines = self.lines().await.into_iter().rev();
        lines.filter(|it| &*it.subject == subject).collect()
    }

    /// Has the operator do it, and gives the decision and the lines it left.
    pub(super) async fn by_operator(
        &self,
        command: Command,
        key: Option<&IdempotencyKey>,
    ) -> (Decision, Vec<ChangeRecord>) {
        let before = self.lines().await;
        let request = Request::new(command, key.cloned()).by(operator());
        let decision = self.shop.decide(request).await;
        let mut after = self.lines().await;
        after.retain(|it| !before.contains(it));
        (decision, after)
    }

    /// The same for what nothing stands in the way of: it leaves one line.
    pub(super) async fn line_of(&self, command: Command) -> ChangeRecord {
        let began = self.shop.now().await;
        let (decision, lines) = self.by_operator(command, None).await;
        let ended = self.shop.now().await;
        assert!(matches!(decision, Decision::Done(_)), "{decision:?}");
        let [line] = <[ChangeRecord; 1]>::try_from(lines).expect("one line");
        assert_eq!(line.actor, operator());
        assert!((began..=ended).contains(&line.at), "{line:?}");
        line
    }
}
