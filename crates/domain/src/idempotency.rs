//! Idempotency keys, their scope, and what is remembered of a request.

use std::sync::Arc;

use crate::answer::Answer;
use crate::fingerprint::Fingerprint;
use crate::id::{ProductId, UserId};
use crate::limits::MAX_KEY_BYTES;

/// A client's name for one intended effect: 1 to 255 visible ASCII characters.
///
/// Keys that rise with time (UUIDv7) cost the least, since they append to their index.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct IdempotencyKey(Arc<str>);

/// The text is no idempotency key: it must be 1 to 255 visible ASCII characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InvalidKey;

impl IdempotencyKey {
    /// Reads the value of an `Idempotency-Key` header, quoted (a string of
    /// RFC 9651) or bare; both forms of one text are one key.
    ///
    /// ```
    /// use jumun_domain::IdempotencyKey;
    ///
    /// assert_eq!(IdempotencyKey::parse(r#""a-1""#), IdempotencyKey::parse("a-1"));
    /// assert!(IdempotencyKey::parse("two words").is_err());
    /// assert!(IdempotencyKey::parse("").is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidKey`] when the text is empty, longer than 255 characters, or
    /// holds anything but visible ASCII.
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        let text = text.trim_matches([' ', '\t']);
        match text.strip_prefix('"') {
            Some(rest) => {
                let inner = rest.strip_suffix('"').ok_or(InvalidKey)?;
                Self::bare(&unescape(inner)?)
            }
            None => Self::bare(text),
        }
    }

    fn bare(text: &str) -> Result<Self, InvalidKey> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if visible && !text.is_empty() && text.len() <= MAX_KEY_BYTES {
            Ok(Self(Arc::from(text)))
        } else {
            Err(InvalidKey)
        }
    }

    /// The key itself, without quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Undoes the two escapes of an RFC 9651 string.
fn unescape(inner: &str) -> Result<String, InvalidKey> {
    let mut plain = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some(escaped @ ('"' | '\\')) => plain.push(escaped),
                _ => return Err(InvalidKey),
            },
            '"' => return Err(InvalidKey),
            other => plain.push(other),
        }
    }
    Ok(plain)
}

/// Whose keys a key is compared with: those of the user whose money or coupon
/// moves, or of the product whose stock moves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Scope {
    /// The keys of one user.
    User(UserId),
    /// The keys of one product's stock.
    Product(ProductId),
    /// The keys of campaign creation.
    Campaigns,
}

/// A key and the fingerprint of the request that carries it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Idempotency {
    /// The client's key.
    pub key: IdempotencyKey,
    /// What the request asks for.
    pub fingerprint: Fingerprint,
}

/// The first request of a key, and what it was answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remembered {
    /// What the first request asked for.
    pub fingerprint: Fingerprint,
    /// What it was answered, as it was then.
    pub answer: Answer,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_to_255_visible_ascii_characters_quoted_or_bare() {
        let longest = "k".repeat(MAX_KEY_BYTES);
        let too_long = "k".repeat(MAX_KEY_BYTES + 1);
        let table: &[(&str, Option<&str>)] = &[
            ("a", Some("a")),
            ("\"a\"", Some("a")),
            ("  a ", Some("a")),
            (r#""a\"b\\c""#, Some(r#"a"b\c"#)),
            (&longest, Some(&longest)),
            (&too_long, None),
            ("", None),
            ("\"\"", None),
            ("\"a", None),
            (r#""a\b""#, None),
            (r#""a"b""#, None),
            ("a b", None),
            ("\"a b\"", None),
            ("열쇠", None),
            ("a\u{7f}", None),
        ];
        for (text, expected) in table {
            let key = IdempotencyKey::parse(text).ok();
            assert_eq!(
                key.as_ref().map(IdempotencyKey::as_str),
                *expected,
                "{text:?}"
            );
        }
    }
}
