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
    /// This revocation and all before it were taken into account; `None` before
    /// the first of the shop.
    as_of: Option<Revocation>,
    tokens: HashMap<TokenId, Token>,
    used: HashMap<TokenId, Timestamp>,
}

impl Known {
    /// The revocation that all that is known is as of.
    pub(super) fn as_of(&self) -> Option<Revocation> {
        self.lock().as_of
    }

    /// A token that was remembered.
    pub(super) fn get(&self, id: TokenId) -> Option<Token> {
        self.lock().tokens.get(&id).cloned()
    }

    /// Remembers a token that was read after the revocation `as_of` was known
    /// and, if none came since, before any other: else it may be outdated.
    pub(super) fn remember(&self, token: &Token, as_of: Option<Revocation>) {
        let mut inner = self.lock();
        if inner.as_of != as_of {
            return;
        }
        if inner.tokens.len() >= MAX_KNOWN {
            inner.tokens.clear();
        }
        inner.tokens.insert(token.made.id, token.clone());
    }

    /// Takes in the revocations from the one on that it is as of, which therefore
    /// is the first of them. Where it is not, the database was put back to an
    /// earlier state, and numbers mean something else than they did: all that is
    /// known is worth nothing, and the look begins anew. Whether it took them in.
    pub(super) fn take_in(&self, told: &[Revocation]) -> bool {
        let mut inner = self.lock();
        if let Some(last) = inner.as_of
            && told.first() != Some(&last)
        {
            inner.as_of = None;
            inner.tokens.clear();
            return false;
        }
        for revocation in told {
            inner.tokens.remove(&revocation.id);
        }
        inner.as_of = told.last().copied().or(inner.as_of);
        true
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

    fn revocation(number: u64, id: TokenId) -> Revocation {
        Revocation { number, id }
    }

    fn id(random: u32) -> TokenId {
        TokenId::made_at(Timestamp::from_micros(1), random)
    }

    #[test]
    fn a_token_that_was_read_before_a_revocation_came_is_not_remembered_after_it() {
        let (known, token) = (Known::default(), token());
        let seventh = revocation(7, id(7));
        assert!(known.take_in(&[seventh]));
        let as_of = known.as_of();
        assert!(known.take_in(&[seventh, revocation(8, id(8))]));
        known.remember(&token, as_of);
        assert_eq!(known.get(token.made.id), None);
        known.remember(&token, known.as_of());
        assert_eq!(known.get(token.made.id), Some(token.clone()));
        let own = revocation(9, token.made.id);
        assert!(known.take_in(&[revocation(8, id(8)), own]));
        assert_eq!((known.get(token.made.id), known.as_of()), (None, Some(own)));
    }

    #[test]
    fn a_database_that_was_put_back_makes_all_that_is_known_worthless() {
        let seventh = revocation(7, id(7));
        for told in [vec![], vec![revocation(7, id(70)), revocation(8, id(80))]] {
            let (known, token) = (Known::default(), token());
            assert!(known.take_in(&[seventh]));
            known.remember(&token, Some(seventh));
            assert!(known.take_in(&[seventh]));
            assert!(known.get(token.made.id).is_some());
            assert!(!known.take_in(&told));
            assert_eq!((known.get(token.made.id), known.as_of()), (None, None));
        }
    }

    #[test]
    fn a_use_is_noted_once_a_minute() {
        let (known, token) = (Known::default(), token());
        known.remember(&token, None);
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
