//! Public keys, and which of them a token is of.

mod algorithm;
mod jwk;
mod key;

use serde::Deserialize;
use serde_json::Value;

pub(super) use algorithm::Algorithm;
use jwk::Jwk;
use key::PublicKey;

use super::error::JwtError;
use super::refusal::JwtRefusal;
use super::token::Token;

/// The most keys of a set: issuers have a handful while they change them, and a
/// key is looked for among all of them.
pub(super) const MAX_KEYS: usize = 100;

/// The keys of an issuer that can be used.
#[derive(Debug)]
pub(super) struct KeySet {
    keys: Vec<Key>,
    left_out: Vec<LeftOut>,
}

#[derive(Debug)]
struct Key {
    id: Option<String>,
    public: PublicKey,
}

/// A key that cannot be used.
#[derive(Debug)]
struct LeftOut {
    index: usize,
    id: Option<String>,
    reason: &'static str,
}

impl KeySet {
    /// Reads a JSON Web Key Set from `place`, which is for the errors. A key
    /// that cannot be used is left out: issuers publish keys for other purposes
    /// beside those that sign.
    ///
    /// # Errors
    ///
    /// If it is no such set, or has no usable key: an empty set is taken for a
    /// mishap at the issuer.
    pub(super) fn parse(json: &[u8], place: &str) -> Result<Self, JwtError> {
        let place = || place.to_owned();
        let document: Document =
            serde_json::from_slice(json).map_err(|error| JwtError::NotKeys {
                place: place(),
                reason: format!("line {}, column {}", error.line(), error.column()),
            })?;
        if document.keys.len() > MAX_KEYS {
            return Err(JwtError::TooManyKeys { place: place() });
        }
        let (keys, left_out) = (Vec::new(), Vec::new());
        let mut set = Self { keys, left_out };
        for (index, value) in document.keys.into_iter().enumerate() {
            set.add(index, value);
        }
        if set.keys.is_empty() {
            let reason = set.left_out.first().map(|key| key.reason);
            return Err(JwtError::NoUsableKey {
                place: place(),
                reason: reason.unwrap_or("it is empty"),
            });
        }
        Ok(set)
    }

    /// Tells the log what came in.
    pub(super) fn log(&self, place: &str) {
        for LeftOut { index, id, reason } in &self.left_out {
            tracing::warn!(place, index, kid = ?id, "a key that verifies tokens was left out: {reason}");
        }
        tracing::info!(
            place,
            keys = self.keys.len(),
            "the keys that verify tokens were read"
        );
    }

    fn add(&mut self, index: usize, value: Value) {
        let (id, public) = match Jwk::deserialize(value) {
            Ok(jwk) => {
                let public = jwk.public_key();
                (jwk.kid, public)
            }
            Err(_) => (None, Err("a member is missing, or of another type")),
        };
        match public {
            Ok(public) if self.has(id.as_deref(), &public) => {
                let reason = "one before it has the same kid";
                self.left_out.push(LeftOut { index, id, reason });
            }
            Ok(public) => self.keys.push(Key { id, public }),
            Err(reason) => self.left_out.push(LeftOut { index, id, reason }),
        }
    }

    /// Whether a token could mean either key by this id.
    fn has(&self, id: Option<&str>, public: &PublicKey) -> bool {
        let is_same = |other: &Key| other.public.algorithm() == public.algorithm();
        id.is_some() && self.named(id).any(is_same)
    }

    fn named(&self, id: Option<&str>) -> impl Iterator<Item = &Key> {
        self.keys.iter().filter(move |key| key.id.as_deref() == id)
    }

    /// Whether the token is signed by the key that it names, with that key's own
    /// algorithm. Where it names none, there must be one key only that it can mean.
    pub(super) fn check(&self, token: &Token<'_>) -> Result<(), JwtRefusal> {
        let public = self.find(token)?;
        if public.verifies(token.signed, &token.signature) {
            Ok(())
        } else {
            Err(JwtRefusal::BadSignature)
        }
    }

    fn find(&self, token: &Token<'_>) -> Result<&PublicKey, JwtRefusal> {
        let has_algorithm = |key: &&Key| key.public.algorithm() == token.header.algorithm;
        let Some(id) = token.header.key_id.as_deref() else {
            let mut possible = self.keys.iter().filter(has_algorithm);
            let key = possible.next().ok_or(JwtRefusal::UnknownKey)?;
            return match possible.next() {
                None => Ok(&key.public),
                Some(_) => Err(JwtRefusal::KeyNotNamed),
            };
        };
        match self.named(Some(id)).find(has_algorithm) {
            Some(key) => Ok(&key.public),
            None if self.named(Some(id)).next().is_some() => Err(JwtRefusal::WrongAlgorithm),
            None => Err(JwtRefusal::UnknownKey),
        }
    }
}

/// Each key is read by itself, so that one that is broken does no harm to others.
#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}
