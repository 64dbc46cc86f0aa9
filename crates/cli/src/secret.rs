//! Values that may hold a password or another secret are shown nowhere.

use std::ffi::OsStr;

use jumun_store::access::TOKEN_PREFIX;

/// What stands in the place of such a value.
const MASK: &str = "…";

/// What the secrets of data platforms begin with.
const PLATFORM_SECRET: &str = "whsec_";

/// Hexadecimal digits of a token's public id.
const TOKEN_ID_CHARS: usize = 16;

/// What JSON Web Tokens begin with: `{"` in base64url.
const JSON_WEB_TOKEN: &str = "eyJ";

/// Whether a value may hold a secret: a token, a URL with `name:password@`, also one
/// that is not written as it should be, or anything with `password=`. In the URL
/// of a data platform a lone name or the query may be a token.
pub(crate) fn may_be_in(value: &str) -> bool {
    let before_host = value.rsplit_once('@').map_or("", |(before, _)| before);
    let (scheme, user) = before_host
        .split_once("://")
        .map_or(("", before_host), |(scheme, user)| (scheme, user));
    let has_token = value
        .split_once("://")
        .is_some_and(|(_, rest)| rest.contains('?'))
        || !(scheme.is_empty() || scheme.contains("postgres"));
    user.contains(':')
        || has_token
        || value.contains(PLATFORM_SECRET)
        || value.split(TOKEN_PREFIX).skip(1).any(begins_with_id)
        || value.contains(JSON_WEB_TOKEN) && value.contains('.')
        || value.to_ascii_lowercase().contains("password=")
}

/// Whether what comes after [`TOKEN_PREFIX`] goes on as a token does, whole or
/// not: other names begin with ours as well.
fn begins_with_id(rest: &str) -> bool {
    rest.split_once('_').is_some_and(|(id, _)| {
        id.len() == TOKEN_ID_CHARS && id.bytes().all(|it| it.is_ascii_hexdigit())
    })
}

/// `text` without the values of this process's arguments and variables, and
/// without those in `further`, that may hold a password. A value may stand where
/// nobody expected one, as after a flag that was misspelt, and whoever complains
/// about it quotes it.
pub(crate) fn mask<'a>(text: &str, further: impl IntoIterator<Item = &'a str>) -> String {
    let arguments = std::env::args_os().flat_map(|argument| {
        let argument = lossy(&argument);
        let value = argument.split_once('=').map(|(_, value)| value.to_owned());
        [Some(argument), value].into_iter().flatten()
    });
    let variables = std::env::vars_os()
        .filter(|(name, _)| lossy(name).starts_with("JUMUN_"))
        .flat_map(|(_, value)| {
            // One variable may hold several.
            let value = lossy(&value);
            let words: Vec<String> = value.split_whitespace().map(str::to_owned).collect();
            words.into_iter().chain([value])
        });
    mask_all(
        text,
        arguments
            .chain(variables)
            .chain(further.into_iter().map(str::to_owned)),
    )
}

fn mask_all(text: &str, values: impl Iterator<Item = String>) -> String {
    let mut secrets: Vec<String> = values.filter(|value| may_be_in(value)).collect();
    // A longer one first: of one that is a part of it nothing is left over.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.iter().fold(text.to_owned(), |text, secret| {
        text.replace(secret.as_str(), MASK)
    })
}

fn lossy(text: &OsStr) -> String {
    text.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_hold_a_password_where_a_url_has_its_place_for_it_or_one_is_named() {
        let table = [
            ("postgres://me:secret@localhost/shop", true),
            ("mysql://me:secret@localhost", true),
            ("postgres:me:sec@ret", true),
            ("postgres://localhost/shop?Password=secret", true),
            ("host=localhost password=secret", true),
            ("https://token@example.org/events", true),
            ("https://example.org/events?token=secret", true),
            ("whsec_c2VjcmV0", true),
            ("jumun_01937d5e8f012345_c2VjcmV0", true),
            ("eyJhbGciOiJub25lIn0.e30.", true),
            ("jumun_01937d5e8f012345_", true),
            ("01937d5e8f012345", false),
            ("sqlite:jumun_shop_2.db", false),
            ("nats://localhost:4222/orders", false),
            ("https://example.org/events", false),
            // As a target without a password is shown.
            ("postgres://me@localhost:5432/shop", false),
            ("me@example.org", false),
            ("passwords.csv", false),
            ("sqlite:shop.db", false),
            ("shop.db", false),
            ("", false),
        ];
        for (value, expected) in table {
            assert_eq!(may_be_in(value), expected, "{value:?}");
        }
    }

    #[test]
    fn what_may_hold_a_password_is_masked_and_nothing_else() {
        let url = "x://me:secret@localhost";
        let values = ["me", url, &format!("--databse={url}")].map(str::to_owned);
        let told = format!("invalid value '{url}' of me: --databse={url}");
        let masked = mask_all(&told, values.into_iter());
        assert_eq!(masked, "invalid value '…' of me: …");
    }
}
