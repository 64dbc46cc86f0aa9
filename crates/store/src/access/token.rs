//! A token as it is kept.

use std::fmt;
use std::sync::Arc;

use jumun_domain::{Actor, Timestamp, UserId};

use super::scope::Scopes;
use super::secret::TokenHash;

/// Characters of a token's label: a line for people.
pub const MAX_LABEL_CHARS: usize = 100;

/// The public name of a token: 16 hexadecimal digits, rising with the time at
/// which tokens were made. It is no secret, and may stand in logs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(u64);

/// Bits of an id that are drawn at random: two tokens of one millisecond are
/// told apart. An id that is taken all the same is drawn again.
const RANDOM_BITS: u32 = 20;

impl TokenId {
    /// The id of a token made at this time.
    pub fn made_at(now: Timestamp, random: u32) -> Self {
        let millis = u64::try_from(now.as_millis()).unwrap_or(0) & ((1 << 43) - 1);
        let low = u64::from(random) & ((1 << RANDOM_BITS) - 1);
        Self(millis << RANDOM_BITS | low)
    }

    /// The id as a row's key: never negative.
    pub fn key(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }

    /// The id of this row; `None` for a key that is negative.
    pub fn from_key(key: i64) -> Option<Self> {
        u64::try_from(key).ok().map(Self)
    }

    /// Reads 16 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() != 16 || !text.bytes().all(plain) {
            return None;
        }
        let id = u64::from_str_radix(text, 16).ok()?;
        i64::try_from(id).ok().map(|_| Self(id))
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

impl fmt::Debug for TokenId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Whom a token stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grant {
    /// One user, who does what users do for themselves.
    User(UserId),
    /// A program or an operator with these rights.
    Scopes(Scopes),
    /// An operator at the console, who signed in with this token. It opens the
    /// console alone, and as long as that token is good.
    Session(TokenId),
}

/// What stands before the id of a token where a session is stored.
const SESSION: &str = "session:";

impl Grant {
    /// The user, and the other text, that a row keeps of it; one of the two.
    pub fn to_row(self) -> (Option<UserId>, Option<String>) {
        match self {
            Self::User(user) => (Some(user), None),
            Self::Scopes(scopes) => (None, Some(scopes.names())),
            Self::Session(id) => (None, Some(format!("{SESSION}{id}"))),
        }
    }

    /// Reads what [`Grant::to_row`] gave; `None` where it is something else.
    pub fn from_row(user: Option<UserId>, text: Option<&str>) -> Option<Self> {
        match (user, text) {
            (Some(user), None) => Some(Self::User(user)),
            (None, Some(text)) => match text.strip_prefix(SESSION) {
                Some(id) => TokenId::parse(id).map(Self::Session),
                None => Scopes::from_names(text).ok().map(Self::Scopes),
            },
            _ => None,
        }
    }
}

/// A token that is to be kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewToken {
    /// Its public name.
    pub id: TokenId,
    /// The hash of its secret.
    pub hash: TokenHash,
    /// Whom it stands for.
    pub grant: Grant,
    /// What it is for, in the words of who made it.
    pub label: Option<Arc<str>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when it is worth nothing; `None` for never.
    pub expires_at: Option<Timestamp>,
}

/// A token as it is now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    /// What it was made as.
    pub made: NewToken,
    /// Who made it.
    pub created_by: Actor,
    /// When it was last used, to the minute or so.
    pub last_used_at: Option<Timestamp>,
    /// Since when it is worth nothing.
    pub revoked_at: Option<Timestamp>,
}

impl Token {
    /// Whether it opens anything at this time.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.made.expires_at.is_none_or(|end| now < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_read_as_it_was_stored() {
        let user = UserId::new(7).unwrap();
        let id = TokenId::made_at(Timestamp::from_micros(1_700_000_000_000_000), 1);
        let scopes = Scopes::from_names("admin events:read").unwrap();
        for grant in [Grant::User(user), Grant::Scopes(scopes), Grant::Session(id)] {
            let (user, text) = grant.to_row();
            assert_eq!(Grant::from_row(user, text.as_deref()), Some(grant));
        }
        for (user, text) in [
            (None, None),
            (Some(user), Some("admin")),
            (None, Some("sudo")),
            (None, Some("session:x")),
        ] {
            assert_eq!(Grant::from_row(user, text), None);
        }
    }

    #[test]
    fn an_id_is_sixteen_digits_that_rise_with_time() {
        let early = TokenId::made_at(Timestamp::from_micros(1_700_000_000_000_000), u32::MAX);
        let late = TokenId::made_at(Timestamp::from_micros(1_700_000_000_001_000), 0);
        assert!(early < late && early.key() > 0);
        for id in [early, late] {
            assert_eq!(TokenId::parse(&id.to_string()), Some(id));
            assert_eq!(TokenId::from_key(id.key()), Some(id));
            assert_eq!(id.to_string().len(), 16);
        }
        for text in [
            "",
            "0",
            "00000000000000zz",
            "0000000000000001 ",
            "ffffffffffffffff",
            "000000000000000A",
        ] {
            assert_eq!(TokenId::parse(text), None, "{text:?}");
        }
    }
}
