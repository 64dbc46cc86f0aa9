//! Tokens where none belongs, as in the path of a URL: whoever logs or repeats
//! such a text keeps the secret in it to themselves.

use std::borrow::Cow;

use jumun_store::access::TOKEN_PREFIX;

/// What stands in the place of a secret.
const MASK: &str = "…";

/// What a JSON Web Token begins with: `{"` in base64url.
const JSON_WEB_TOKEN: &str = "eyJ";

/// The text without what opens something. The public id of a token stays, by
/// which it can be found and revoked.
pub(crate) fn masked(text: &str) -> Cow<'_, str> {
    if !text.contains(TOKEN_PREFIX) && !text.contains(JSON_WEB_TOKEN) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let word = rest.find(|it: char| !is_of_token(it)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(word.max(character.len_utf8()));
        shown.push_str(&masked_word(word));
        rest = after;
    }
    Cow::Owned(shown)
}

fn is_of_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.')
}

/// A word of letters, digits, `-`, `_` and `.` only.
fn masked_word(word: &str) -> Cow<'_, str> {
    if let Some(at) = word.find(TOKEN_PREFIX) {
        let id_at = at + TOKEN_PREFIX.len();
        if let Some((id, _)) = word[id_at..].split_once('_') {
            return Cow::Owned(format!("{}{id}_{MASK}", &word[..id_at]));
        }
    }
    match word.find(JSON_WEB_TOKEN) {
        Some(at) if word[at..].contains('.') => Cow::Owned(format!("{}{MASK}", &word[..at])),
        _ => Cow::Borrowed(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_something_is_left_out_and_the_rest_stays() {
        let token = "jumun_01937d5e8f012345_AbC-d_eF";
        let table = [
            ("/products/7", "/products/7".to_owned()),
            ("/상품/7", "/상품/7".to_owned()),
            ("", String::new()),
            ("jumun_shop", "jumun_shop".to_owned()),
            ("/eyJhbGci", "/eyJhbGci".to_owned()),
            (token, "jumun_01937d5e8f012345_…".to_owned()),
            ("/a?eyJhbGci.eyJz.c2ln&b=가", "/a?…&b=가".to_owned()),
        ];
        for (text, expected) in table {
            assert_eq!(masked(text), expected, "{text}");
        }
        let both = format!("/x{token}/{token}?b");
        let id = "jumun_01937d5e8f012345_…";
        assert_eq!(masked(&both), format!("/x{id}/{id}?b"));
    }
}
