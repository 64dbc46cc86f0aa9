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
