//! Pages for people: plain HTML without scripts, readable on a phone and offline.

mod curl;
mod markdown;
mod problems;
mod reference;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::HeaderValue;
use http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY,
    X_FRAME_OPTIONS,
};

use crate::problem::Language;
pub(crate) use problems::{Reader, problem, problems};
pub(crate) use reference::{at_host, reference};

/// The style of every page.
pub(crate) const STYLESHEET: &str = include_str!("jumun.css");

/// Nothing but our own stylesheet: no script, no frame, no other host.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// A page as an answer.
pub(crate) fn answer(page: Bytes, language: Language) -> Response {
    let mut response = Response::new(Body::from(page));
    let headers = response.headers_mut();
    let values = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_LANGUAGE, language.tag()),
        (VARY, "Accept-Language"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-cache"),
    ];
    for (name, value) in values {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The frame of a page; `body` is HTML, `title` is text.
fn shell(title: &str, language: Language, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{} · Jumun</title>\n<link rel=\"stylesheet\" href=\"/assets/jumun.css\">\n\
         </head>\n<body>\n{body}\n</body>\n</html>\n",
        language.tag(),
        escape(title),
    )
}

/// Text as HTML, also within an attribute in double quotes.
fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
    html
}
