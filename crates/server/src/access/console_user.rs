//! Who is at the console: an operator, by the session that a cookie names.
//!
//! A session is a token of ours that opens nothing else, begun with one that has
//! the scope `admin`. Its cookie is looked at here alone, so that no other route
//! believes it.

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::COOKIE;
use http::request::Parts;
use jumun_store::access::{Scope, TokenId, TokenText};

use super::callers::Granted;
use super::gate::Gate;
use super::principal::Principal;
use crate::app::App;
use crate::config::{AuthMode, Config};
use crate::problem::Problem;
use crate::transport::is_encrypted;

/// The cookie of a session where requests may be read on their way.
const PLAIN_COOKIE: &str = "jumun_console";

/// The same over TLS: browsers keep it only when it comes over TLS. The other
/// prefix, `__Host-`, would have the cookie sent to every path.
const SECURE_COOKIE: &str = "__Secure-jumun_console";

/// The name of the cookie of a session, over this connection.
pub(crate) fn cookie_name(is_secure: bool) -> &'static str {
    match is_secure {
        true => SECURE_COOKIE,
        false => PLAIN_COOKIE,
    }
}

/// Whether a request came over TLS: to us, or to the operator's proxy.
pub(crate) fn is_secure(parts: &Parts, config: &Config) -> bool {
    is_encrypted(&parts.extensions) || config.behind_proxy && was_encrypted(&parts.headers)
}

/// An operator with a session, or anyone on a server that asks nobody.
pub(crate) struct ConsoleUser {
    pub(crate) granted: Granted,
    /// The token of the session, where there is one.
    pub(crate) session: Option<TokenId>,
}

impl FromRequestParts<Gate> for ConsoleUser {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Problem> {
        let name = cookie_name(is_secure(parts, gate.config()));
        let text = cookie(&parts.headers, name);
        let granted = admit(gate.let_in_again(parts, text).await?)?;
        let session = match gate.config().auth {
            AuthMode::None => None,
            AuthMode::Token => text
                .and_then(|it| TokenText::parse(it).ok())
                .map(|it| it.id()),
        };
        Ok(Self { granted, session })
    }
}

/// Who stands before the console. It gives nothing until
/// [`ConsoleVisitor::with_token`] has seen a token with the scope `admin`.
pub(crate) struct ConsoleVisitor {
    parts: Parts,
    gate: Gate,
}

impl FromRequestParts<Gate> for ConsoleVisitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Problem> {
        gate.let_in_anyone(parts)?;
        Ok(Self {
            parts: parts.clone(),
            gate: gate.clone(),
        })
    }
}

impl ConsoleVisitor {
    /// The shop, for who has this token.
    ///
    /// # Errors
    ///
    /// `401 unauthenticated` for a token that is worth nothing; `403 forbidden`
    /// for one without the scope `admin`; `429 too-many-requests` for who guesses.
    pub(crate) async fn with_token(&self, text: &str) -> Result<Granted, Problem> {
        admit(self.gate.let_in_with(&self.parts, text).await?)
    }
}

fn admit((app, principal): (App, Principal)) -> Result<Granted, Problem> {
    principal.must_hold(Scope::Admin)?;
    Ok(Granted::new(app, principal))
}

/// The value of a cookie; of several with this name the first, as browsers send
/// the one with the longest path first.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let values = headers.get_all(COOKIE).iter();
    let pairs = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    pairs
        .filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// What the operator's proxy says of its own client: the last word is the proxy's.
fn was_encrypted(headers: &HeaderMap) -> bool {
    let last = headers.get_all("x-forwarded-proto").iter().next_back();
    last.and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next())
        .is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let table: [(&[&str], Option<&str>); 9] = [
            (&["jumun_console=a"], Some("a")),
            (&["x=1; jumun_console=a; y=2"], Some("a")),
            (&["x=1", "jumun_console=a"], Some("a")),
            (&["jumun_console=a; jumun_console=b"], Some("a")),
            (&["jumun_console="], Some("")),
            (&["__Secure-jumun_console=a"], None),
            (&["xjumun_console=a"], None),
            (&["jumun_console"], None),
            (&[], None),
        ];
        for (values, expected) in table {
            let headers = headers("cookie", values);
            assert_eq!(cookie(&headers, PLAIN_COOKIE), expected, "{values:?}");
        }
    }

    #[test]
    fn the_proxys_word_on_the_scheme_is_the_last() {
        let table: [(&[&str], bool); 7] = [
            (&["https"], true),
            (&["HTTPS"], true),
            (&["http, https"], true),
            (&["http", "https"], true),
            (&["https, http"], false),
            (&["http"], false),
            (&[], false),
        ];
        for (values, expected) in table {
            let headers = headers("x-forwarded-proto", values);
            assert_eq!(was_encrypted(&headers), expected, "{values:?}");
        }
    }
}
