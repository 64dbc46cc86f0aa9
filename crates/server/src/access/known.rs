//! Tokens that were looked up before.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jumun_domain::Timestamp;
use jumun_store::access::{Revocation, Token, TokenId};

/// Tokens that are remembered: some 300 bytes each. When there are more, all
/// are forgotten and looked up again, which a database does by the thousand.
const MAX_KNOWN: usize = 65_536;

/// A use is noted when the last one that was is this old: a figure for people,
/// which must not cost a write a request.
const USE_GRAIN_MICROS: i64 = 60_000_000;

/// The tokens that are known, as of a revocation.
#[derive(Default)]
pub(super) struct Known(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// Every revocation up to this number was taken into account.
    as_of: u64,
    tokens: HashMap<TokenId, Token>,
    used: HashMap<TokenId, Timestamp>,
}

impl Known {
    /// Begins after the revocation of this number.
    pub(super) fn begin(&self, newest: u64) {
        self.lock().as_of = newest;
    }

    /// The revocation that all that is known is as of.
    pub(super) fn as_of(&self) -> u64 {
        self.lock().as_of
    }

    /// A token that was remembered.
    pub(super) fn get(&self, id: TokenId) -> Option<Token> {
        self.lock().tokens.get(&id).cloned()
    }

    /// Remembers a token that was read after the revocation `as_of` was known
    /// and, if none came since, before any other: else it may be outdated.
    pub(super) fn remember(&self, token: &Token, as_of: u64) {
        let mut inner = self.lock();
        if inner.as_of != as_of {
            return;
        }
        if inner.tokens.len() >= MAX_KNOWN {
            inner.tokens.clear();
        }
        inner.tokens.insert(token.made.id, token.clone());
    }

    /// Forgets what was revoked.
    pub(super) fn forget(&self, revoked: &[Revocation]) {
        let mut inner = self.lock();
        for revocation in revoked {
            inner.as_of = inner.as_of.max(revocation.number);
            inner.tokens.remove(&revocation.id);
        }
    }

    /// Takes in that the newest revocation has this number. A lower one than is
    /// known is of a database that was put back to an earlier state: its next
    /// numbers have been seen before, so all that is known is worth nothing.
    pub(super) fn compare(&self, newest: u64) {
        let mut inner = self.lock();
        if newest < inner.as_of {
            inner.as_of = newest;
            inner.tokens.clear();
        }
    }

    /// Notes that a token was used now.
    pub(super) fn note_use(&self, id: TokenId, now: Timestamp) {
        let mut inner = self.lock();
        let Some(token) = inner.tokens.get_mut(&id) else {
            return;
        };
        let last = token.last_used_at.map_or(i64::MIN, Timestamp::as_micros);
        if now.as_micros() >= last.saturating_add(USE_GRAIN_MICROS) {
            token.last_used_at = Some(now);
            inner.used.insert(id, now);
        }
    }

    /// The uses that are to be written down.
    pub(super) fn take_used(&self) -> Vec<(TokenId, Timestamp)> {
        self.lock().used.drain().collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use jumun_domain::Actor;
    use jumun_store::access::{Grant, NewToken, Scopes, TokenText};

    use super::*;

    fn token() -> Token {
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let text = TokenText::draw(now).unwrap();
        Token {
            made: NewToken {
                id: text.id(),
                hash: text.hash(),
                grant: Grant::Scopes(Scopes::default()),
                label: None,
                created_at: now,
                expires_at: None,
            },
            created_by: Actor::local(),
            last_used_at: None,
            revoked_at: None,
        }
    }

    #[test]
    fn a_token_that_was_read_before_a_revocation_came_is_not_remembered_after_it() {
        let (known, token) = (Known::default(), token());
        known.begin(7);
        let as_of = known.as_of();
        let other = Revocation {
            number: 8,
            id: TokenId::made_at(Timestamp::from_micros(1), 1),
        };
        known.forget(&[other]);
        known.remember(&token, as_of);
        assert_eq!(known.get(token.made.id), None);
        known.remember(&token, known.as_of());
        assert_eq!(known.get(token.made.id), Some(token.clone()));
        let own = Revocation {
            number: 9,
            id: token.made.id,
        };
        known.forget(&[own]);
        assert_eq!((known.get(token.made.id), known.as_of()), (None, 9));
    }

    #[test]
    fn a_database_that_was_put_back_makes_all_that_is_known_worthless() {
        let (known, token) = (Known::default(), token());
        known.begin(7);
        known.remember(&token, 7);
        known.compare(7);
        assert!(known.get(token.made.id).is_some());
        known.compare(3);
        assert_eq!((known.get(token.made.id), known.as_of()), (None, 3));
    }

    #[test]
    fn a_use_is_noted_once_a_minute() {
        let (known, token) = (Known::default(), token());
        known.remember(&token, 0);
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let mut noted = Vec::new();
        for seconds in [100, 101, 159, 160, 161] {
            known.note_use(token.made.id, at(seconds));
            noted.extend(known.take_used().into_iter().map(|it| it.1));
        }
        assert_eq!(noted, [at(100), at(160)]);
        known.note_use(TokenId::made_at(at(1), 1), at(1));
        assert_eq!(known.take_used(), []);
    }
}
