//! The values of the options.

use jumun_domain::UserId;
use jumun_domain::limits::MAX_SAFE_INTEGER;
use jumun_store::access::{MAX_LABEL_CHARS, Scope, TokenId, TokenText};

/// Reads the id of a user, who need not be registered yet.
///
/// # Errors
///
/// A sentence that shows the range.
pub(super) fn user(text: &str) -> Result<UserId, String> {
    let id = text.parse().ok().and_then(UserId::new);
    id.ok_or_else(|| format!("write a whole number from 1 to {MAX_SAFE_INTEGER}"))
}

/// Reads a scope.
///
/// # Errors
///
/// A sentence with all of them.
pub(super) fn scope(text: &str) -> Result<Scope, String> {
    text.trim()
        .parse()
        .map_err(|error: jumun_store::access::UnknownScope| error.to_string())
}

/// Checks a label: a short line.
///
/// # Errors
///
/// A sentence that shows what a label is.
pub(super) fn label(text: &str) -> Result<String, String> {
    let length = text.chars().count();
    if (1..=MAX_LABEL_CHARS).contains(&length) && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "write 1 to {MAX_LABEL_CHARS} characters on one line"
        ))
    }
}

/// Reads the public id of a token, or takes it from the whole text of one: who
/// has found a token somewhere can revoke what they found.
///
/// # Errors
///
/// A sentence that says where ids are.
pub(super) fn id(text: &str) -> Result<TokenId, String> {
    let of_text = || TokenText::parse(text).ok().map(|it| it.id());
    TokenId::parse(text)
        .or_else(of_text)
        .ok_or_else(|| "write the 16 digits that `jumun token list` shows".to_owned())
}

#[cfg(test)]
mod tests {
    use jumun_domain::Timestamp;

    use super::*;

    #[test]
    fn a_label_is_a_line_of_at_most_a_hundred_characters() {
        let (longest, too_long) = ("가".repeat(100), "가".repeat(101));
        let table = [
            ("checkout service", true),
            (&*longest, true),
            (&*too_long, false),
            ("", false),
            ("two\nlines", false),
            ("\u{1b}[2J", false),
        ];
        for (text, accepted) in table {
            assert_eq!(label(text).is_ok(), accepted, "{text:?}");
        }
    }

    #[test]
    fn a_user_is_a_number_that_json_keeps_exact() {
        let most = MAX_SAFE_INTEGER.to_string();
        let table = [
            ("1", true),
            (&*most, true),
            ("9007199254740992", false),
            ("0", false),
            ("-1", false),
            ("me", false),
        ];
        for (text, accepted) in table {
            assert_eq!(user(text).is_ok(), accepted, "{text:?}");
        }
    }

    #[test]
    fn a_token_is_named_by_its_id_or_by_itself() {
        let drawn = TokenText::draw(Timestamp::from_micros(1_700_000_000_000_000)).unwrap();
        assert_eq!(id(&drawn.id().to_string()), Ok(drawn.id()));
        assert_eq!(id(&drawn.reveal()), Ok(drawn.id()));
        assert!(id("latest").is_err());
    }
}
