//! The `Authorization` header (RFC 6750, section 2.1).

use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::problem::Denied;

/// The token that a request carries.
///
/// # Errors
///
/// Where there is none, more than one, or something else.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<&str, Denied> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = match (values.next(), values.next()) {
        (None, _) => return Err(Denied::NoToken),
        (Some(value), None) => value,
        (Some(_), Some(_)) => return Err(Denied::NotBearer),
    };
    let text = value.to_str().map_err(|_| Denied::NotBearer)?;
    let (scheme, token) = text.split_once(' ').ok_or(Denied::NotBearer)?;
    let token = token.trim_matches(' ');
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() || token.contains(' ') {
        return Err(Denied::NotBearer);
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_after_bearer_once() {
        let table: [(&[&str], Result<&str, Denied>); 10] = [
            (&["Bearer abc"], Ok("abc")),
            (&["bEARER  abc "], Ok("abc")),
            (&[], Err(Denied::NoToken)),
            (&["Bearer abc", "Bearer abc"], Err(Denied::NotBearer)),
            (&[""], Err(Denied::NotBearer)),
            (&["Bearer"], Err(Denied::NotBearer)),
            (&["Bearer "], Err(Denied::NotBearer)),
            (&["Bearer a b"], Err(Denied::NotBearer)),
            (&["Basic dTpw"], Err(Denied::NotBearer)),
            (&["abc"], Err(Denied::NotBearer)),
        ];
        for (values, expected) in table {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, value.parse().unwrap());
            }
            assert_eq!(bearer(&headers), expected, "{values:?}");
        }
    }
}
