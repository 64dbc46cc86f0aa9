//! The text of a token, which is its secret, and the hash that is kept of it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jumun_domain::Timestamp;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::token::TokenId;

/// What every token begins with, so that scanners for leaked secrets know it.
pub const TOKEN_PREFIX: &str = "jumun_";

/// Bytes of a secret: 256 bits cannot be guessed, so a fast hash is enough.
const SECRET_BYTES: usize = 32;

/// The text that a client sends: `jumun_`, the public id, `_`, and 256 random
/// bits in base64url. It prints masked; only [`TokenText::reveal`] shows it.
pub struct TokenText {
    id: TokenId,
    secret: [u8; SECRET_BYTES],
}

/// The text is no token of this shop's kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a token: one begins with `jumun_` and is used as `jumun token create` printed it")]
pub struct NotAToken;

impl TokenText {
    /// Draws a new one.
    ///
    /// # Errors
    ///
    /// When the operating system gives no random bytes.
    pub fn draw(now: Timestamp) -> Result<Self, getrandom::Error> {
        let mut secret = [0; SECRET_BYTES];
        getrandom::fill(&mut secret)?;
        let id = TokenId::made_at(now, getrandom::u32()?);
        Ok(Self { id, secret })
    }

    /// Reads what a client sent.
    ///
    /// # Errors
    ///
    /// [`NotAToken`] for any other text.
    pub fn parse(text: &str) -> Result<Self, NotAToken> {
        let rest = text.strip_prefix(TOKEN_PREFIX).ok_or(NotAToken)?;
        let (id, secret) = rest.split_once('_').ok_or(NotAToken)?;
        let id = TokenId::parse(id).ok_or(NotAToken)?;
        let secret = URL_SAFE_NO_PAD.decode(secret).map_err(|_| NotAToken)?;
        let secret = secret.try_into().map_err(|_| NotAToken)?;
        Ok(Self { id, secret })
    }

    /// Its public name.
    pub fn id(&self) -> TokenId {
        self.id
    }

    /// What is kept of it.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.secret).into())
    }

    /// The text itself, to be shown once to who made it.
    pub fn reveal(&self) -> String {
        let secret = URL_SAFE_NO_PAD.encode(self.secret);
        format!("{TOKEN_PREFIX}{}_{secret}", self.id)
    }
}

impl fmt::Debug for TokenText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{TOKEN_PREFIX}{}_…", self.id)
    }
}

/// The SHA-256 hash of a token's secret. Equality takes the same time whatever
/// the difference is.
#[derive(Clone, Copy)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash as it was stored.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for TokenHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for TokenHash {}

impl fmt::Debug for TokenHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_as_it_was_shown_and_prints_masked() {
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let drawn = TokenText::draw(now).unwrap();
        let shown = drawn.reveal();
        let read = TokenText::parse(&shown).unwrap();
        assert_eq!((read.id(), read.hash()), (drawn.id(), drawn.hash()));
        assert_ne!(TokenText::draw(now).unwrap().hash(), drawn.hash());
        let (named, secret) = shown.rsplit_once(&format!("{}_", drawn.id())).unwrap();
        assert_eq!((named, secret.len()), (TOKEN_PREFIX, 43));
        let printed = format!("{drawn:?} {:?}", drawn.hash());
        assert!(!printed.contains(secret) && printed.contains(&drawn.id().to_string()));
    }

    #[test]
    fn no_other_text_is_a_token() {
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let shown = TokenText::draw(now).unwrap().reveal();
        let texts = [
            String::new(),
            "jumun_".to_owned(),
            format!(" {shown}"),
            format!("{shown}A"),
            format!("{shown}="),
            shown[..shown.len() - 1].to_owned(),
            shown.to_uppercase(),
            shown.replacen("jumun_", "jumun-", 1),
            "eyJhbGciOiJub25lIn0.e30.".to_owned(),
        ];
        for text in texts {
            assert_eq!(TokenText::parse(&text).err(), Some(NotAToken), "{text}");
        }
    }
}
