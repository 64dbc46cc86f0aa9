//! What the head of a request says against it, whatever it asks for.

use axum::extract::Request;
use http::header::{ACCEPT, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, Version};

use crate::access::bearer;
use crate::browser;
use crate::config::{AuthMode, Config};
use crate::console;
use crate::problem::{Denied, Detail, FieldError, Issue, Problem, quoted, weighted};
use crate::transport::Monitoring;

/// A request that goes no further.
pub(crate) struct Refusal {
    pub(crate) problem: Problem,
    /// Whether the connection ends with the answer: who disagrees with us about
    /// where a request ends must not send another on it (RFC 9112, section 11.2).
    pub(crate) closes: bool,
}

/// Why a request goes no further; `expects_json` says whether its answer is
/// JSON and nothing else.
pub(crate) fn refused(
    request: &Request,
    config: &Config,
    expects_json: impl FnOnce() -> bool,
) -> Option<Refusal> {
    let closing = malformed(request).map(|problem| Refusal {
        problem,
        closes: true,
    });
    closing.or_else(|| {
        let problem = unwanted(request, config, expects_json)?;
        Some(Refusal {
            problem,
            closes: false,
        })
    })
}

/// A head of which two readers could make two things.
fn malformed(request: &Request) -> Option<Problem> {
    let wrong = |name, issue| Some(Problem::invalid(vec![FieldError::parameter(name, issue)]));
    let headers = request.headers();
    // RFC 9112, section 3.2; later and earlier versions name the host otherwise.
    if request.version() == Version::HTTP_11 {
        match headers.get_all(HOST).iter().count() {
            0 => return wrong("Host", Issue::Required),
            1 => {}
            _ => return wrong("Host", Issue::Duplicate),
        }
    }
    // Section 6.1: one coding, once. A length beside it is gone by now, and ends
    // the connection.
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => None,
        (Some(coding), None) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => None,
        _ => wrong(
            "Transfer-Encoding",
            Issue::NotOneOf(vec!["chunked".to_owned()]),
        ),
    }
}

/// What the rest of the head says against it.
fn unwanted(
    request: &Request,
    config: &Config,
    expects_json: impl FnOnce() -> bool,
) -> Option<Problem> {
    let headers = request.headers();
    // Programs send nothing of what browsers do, and need no second look.
    if browser::may_be_a_browsers(headers)
        && let Some(denied) = led_here(request, config)
    {
        return Some(Problem::denied(denied));
    }
    let unread = !accepts_json(headers) && expects_json();
    unread.then(|| Problem::new(Detail::NotAcceptable))
}

/// Whether a browser was led here by a page that is not ours.
fn led_here(request: &Request, config: &Config) -> Option<Denied> {
    let headers = request.headers();
    // Tokens are no page's to send; and figures are read by whatever name finds them.
    let any_host =
        config.auth == AuthMode::Token || request.extensions().get::<Monitoring>().is_some();
    if !any_host
        && let Some(host) = browser::foreign_host(request.uri(), headers, &config.allowed_hosts)
    {
        return Some(Denied::ForeignHost(quoted(&host)));
    }
    let is_meant = config.auth == AuthMode::Token && is_meant(request);
    let is_led = !is_meant && browser::is_cross_site(request.method(), headers);
    is_led.then_some(Denied::CrossSite)
}

/// Whether a program sends it and no page by way of a browser: a bearer token is
/// nothing that a browser adds by itself, as it does a password or a cookie. The
/// console goes by its cookie, whatever else is there.
fn is_meant(request: &Request) -> bool {
    bearer(request.headers()).is_ok() && !console::is_of_console(request.uri().path())
}

/// Whether `Accept` takes JSON or a problem; where it is missing, everything is taken.
fn accepts_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(ACCEPT).iter().peekable();
    if values.peek().is_none() {
        return true;
    }
    // What cannot be read is no reason to refuse.
    let ranges = values.flat_map(|value| value.to_str().unwrap_or("*/*").split(','));
    let mut named = false;
    for range in ranges {
        let (range, weight) = weighted(range);
        named |= !range.is_empty();
        let json = [
            "*/*",
            "application/*",
            "application/json",
            "application/problem+json",
        ]
        .iter()
        .any(|taken| range.eq_ignore_ascii_case(taken));
        if json && weight > 0 {
            return true;
        }
    }
    !named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_in_json_is_refused_only_to_who_takes_none() {
        let table = [
            ("*/*", true),
            ("application/json", true),
            ("application/problem+json", true),
            ("APPLICATION/*;q=0.1", true),
            ("text/html, */*;q=0.8", true),
            ("application/json;charset=utf-8", true),
            ("", true),
            ("text/html", false),
            ("application/json;q=0", false),
            ("application/xml, text/*", false),
        ];
        for (value, accepted) in table {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, value.parse().unwrap());
            assert_eq!(accepts_json(&headers), accepted, "{value:?}");
        }
        assert!(accepts_json(&HeaderMap::new()));
    }
}
