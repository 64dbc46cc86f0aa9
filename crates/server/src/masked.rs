//! Tokens where none belongs, as in the path of a URL: whoever logs or repeats
//! such a text keeps the secret in it to themselves.

use std::borrow::Cow;

use jumun_store::access::TOKEN_PREFIX;
use percent_encoding::percent_decode_str;

/// What stands in the place of a secret.
const MASK: &str = "…";

/// What a JSON Web Token begins with: `{"` in base64url.
const JSON_WEB_TOKEN: &str = "eyJ";

/// What a secret of Standard Webhooks begins with.
const WEBHOOK_SECRET: &str = "whsec_";

/// The text without what opens something. The public id of a token stays, by
/// which it can be found and revoked. A text that holds a secret, perhaps in its
/// percent encoding, is shown decoded and without it.
pub(crate) fn masked(text: &str) -> Cow<'_, str> {
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    if may_open(&decoded) {
        return Cow::Owned(without_secrets(&decoded));
    }
    Cow::Borrowed(text)
}

fn may_open(text: &str) -> bool {
    [TOKEN_PREFIX, JSON_WEB_TOKEN, WEBHOOK_SECRET]
        .iter()
        .any(|it| text.contains(it))
}

fn without_secrets(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let word = rest.find(|it: char| !is_of_token(it)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(word.max(character.len_utf8()));
        shown.push_str(&masked_word(word));
        rest = after;
    }
    shown
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
    if let Some(at) = word.find(WEBHOOK_SECRET) {
        return Cow::Owned(format!("{}{MASK}", &word[..at + WEBHOOK_SECRET.len()]));
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
            ("/whsec_MfKQ9r8G", "/whsec_…".to_owned()),
            ("/%EC%83%81%ED%92%88", "/%EC%83%81%ED%92%88".to_owned()),
            (
                "/%6aumun%5f01937d5e8f012345%5fAbC",
                "/jumun_01937d5e8f012345_…".to_owned(),
            ),
            (
                "/jumun_01937d5e8f012345%5fAbC",
                "/jumun_01937d5e8f012345_…".to_owned(),
            ),
        ];
        for (text, expected) in table {
            assert_eq!(masked(text), expected, "{text}");
        }
        let both = format!("/x{token}/{token}?b");
        let id = "jumun_01937d5e8f012345_…";
        assert_eq!(masked(&both), format!("/x{id}/{id}?b"));
    }
}
