//! Idempotency keys, their scope, and what is remembered of a request.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use crate::answer::Answer;
use crate::fingerprint::Fingerprint;
use crate::id::{ProductId, UserId};
use crate::limits::MAX_KEY_BYTES;

/// A client's name for one intended effect: 1 to 255 visible ASCII characters.
///
/// Keys that rise with time (UUIDv7) cost the least, since they append to their index.
/// A UUID is read once, here, and goes through the engines as its 16 bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey(Form);

/// Each text has one form, so keys are equal when their texts are.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Form {
    /// The canonical text of a UUID, to the letter: another spelling is another key.
    Uuid(Uuid),
    Text(Arc<str>),
}

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
        if let Some(id) = canonical(text) {
            return Ok(Self(Form::Uuid(id)));
        }
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if visible && !text.is_empty() && text.len() <= MAX_KEY_BYTES {
            Ok(Self(Form::Text(Arc::from(text))))
        } else {
            Err(InvalidKey)
        }
    }

    /// The UUID whose canonical text (RFC 9562, in lower case) the key is.
    ///
    /// ```
    /// use jumun_domain::IdempotencyKey;
    ///
    /// let uuid = |text| IdempotencyKey::parse(text).unwrap().uuid();
    /// assert!(uuid("0199a6e0-0000-7000-8000-000000000001").is_some());
    /// // Another spelling is another key.
    /// assert!(uuid("0199A6E0-0000-7000-8000-000000000001").is_none());
    /// ```
    pub const fn uuid(&self) -> Option<Uuid> {
        match self.0 {
            Form::Uuid(id) => Some(id),
            Form::Text(_) => None,
        }
    }

    /// The key itself, without quotes.
    pub fn text(&self) -> Cow<'_, str> {
        match &self.0 {
            Form::Uuid(id) => Cow::Owned(id.to_string()),
            Form::Text(text) => Cow::Borrowed(text),
        }
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdempotencyKey({:?})", self.text())
    }
}

/// The UUID whose canonical text this is.
fn canonical(text: &str) -> Option<Uuid> {
    // Other forms that the parser takes are longer or shorter.
    const LENGTH: usize = 36;
    let is_canonical = text.len() == LENGTH && !text.bytes().any(|byte| byte.is_ascii_uppercase());
    is_canonical.then(|| Uuid::try_parse(text).ok()).flatten()
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

    const UUID: &str = "0199a6e0-0000-7000-8000-000000000001";
    const BRACED: &str = "{0199a6e0-0000-7000-8000-000000000001}";
    const URN: &str = "urn:uuid:0199a6e0-0000-7000-8000-000000000001";
    const SIMPLE: &str = "0199a6e0000070008000000000000001";

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
            (UUID, Some(UUID)),
            ("\"0199a6e0-0000-7000-8000-000000000001\"", Some(UUID)),
        ];
        for (text, expected) in table {
            let key = IdempotencyKey::parse(text).ok();
            assert_eq!(
                key.as_ref().map(IdempotencyKey::text).as_deref(),
                *expected,
                "{text:?}"
            );
        }
    }

    #[test]
    fn only_the_canonical_text_of_a_uuid_is_taken_as_one() {
        let table = [
            (UUID, true),
            ("0199A6E0-0000-7000-8000-000000000001", false),
            ("0199a6e00000-7000-8000-000000000-001", false),
            (BRACED, false),
            (URN, false),
            (SIMPLE, false),
            ("{199a6e0-0000-7000-8000-00000000001}", false),
            ("order-1", false),
        ];
        for (text, is_uuid) in table {
            let key = IdempotencyKey::parse(text).unwrap();
            assert_eq!(key.uuid().is_some(), is_uuid, "{text}");
            assert_eq!(key.text(), text);
            assert!(format!("{key:?}").contains(text));
        }
    }

    #[test]
    fn keys_are_equal_when_their_texts_are() {
        let upper = UUID.to_ascii_uppercase();
        let texts = [UUID, &upper, BRACED, URN, SIMPLE, "order-1"];
        for (one, first) in texts.iter().enumerate() {
            for (other, second) in texts.iter().enumerate() {
                let keys = [first, second].map(|it| IdempotencyKey::parse(it).unwrap());
                assert_eq!(keys[0] == keys[1], one == other, "{first} {second}");
            }
        }
    }
}
