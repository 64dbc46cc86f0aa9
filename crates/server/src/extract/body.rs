//! JSON bodies.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body as _;
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::Object;
use super::shape;
use crate::access::Gate;
use crate::config::Config;
use crate::problem::{Detail, FieldError, Issue, Problem, quoted};

/// A body that has to be there.
pub(crate) struct Json<T>(pub(crate) T);

/// A body that may be left out.
pub(crate) struct OptionalJson<T>(pub(crate) Option<T>);

impl<T: DeserializeOwned + ToSchema> FromRequest<Gate> for Json<T> {
    type Rejection = Problem;

    fn from_request(
        request: Request,
        gate: &Gate,
    ) -> impl Future<Output = Result<Self, Problem>> + Send {
        let announced = announced(request, gate.config());
        async {
            let body = optional(announced).await?;
            body.map(Self).ok_or_else(|| at_body(Issue::Required))
        }
    }
}

impl<T: DeserializeOwned + ToSchema> FromRequest<Gate> for OptionalJson<T> {
    type Rejection = Problem;

    fn from_request(
        request: Request,
        gate: &Gate,
    ) -> impl Future<Output = Result<Self, Problem>> + Send {
        let announced = announced(request, gate.config());
        async { optional(announced).await.map(Self) }
    }
}

/// A body, and what its head says of it.
struct Announced<'a> {
    body: Body,
    is_json: Result<(), Problem>,
    config: &'a Config,
}

/// Looks at the head, and keeps the body alone: what waits for it shall not
/// carry the rest of the request. `None` where no body comes.
fn announced(request: Request, config: &Config) -> Result<Option<Announced<'_>>, Problem> {
    let (parts, body) = request.into_parts();
    // `Content-Length`, where there is one: told before a byte is read.
    let announced = body.size_hint();
    if announced.lower() > config.max_body_bytes as u64 {
        return Err(Problem::new(Detail::BodyTooLarge(config.max_body_bytes)));
    }
    if announced.exact() == Some(0) {
        return Ok(None);
    }
    let is_json = is_json(&parts.headers);
    if announced.lower() > 0 {
        is_json.clone()?;
    }
    Ok(Some(Announced {
        body,
        is_json,
        config,
    }))
}

/// Reads a body, if there is one.
async fn optional<T: DeserializeOwned + ToSchema>(
    announced: Result<Option<Announced<'_>>, Problem>,
) -> Result<Option<T>, Problem> {
    let Some(Announced {
        body,
        is_json,
        config,
    }) = announced?
    else {
        return Ok(None);
    };
    let bytes = read(body, config.max_body_bytes, config.body_deadline).await?;
    if bytes.is_empty() {
        return Ok(None);
    }
    is_json?;
    // `null` is the same as absent.
    if bytes.trim_ascii() == b"null" {
        return Ok(None);
    }
    parse(&bytes).map(Some)
}

fn at_body(issue: Issue) -> Problem {
    Problem::invalid(vec![FieldError::body("", issue)])
}

/// The bytes of a body, at most so many and by then.
pub(crate) async fn read(
    body: Body,
    max_bytes: usize,
    deadline: Duration,
) -> Result<Bytes, Problem> {
    let mut reading = pin!(Limited::new(body, max_bytes).collect());
    // Most have come with their head, and need no timer.
    let at_once = poll_fn(|context| Poll::Ready(reading.as_mut().poll(context)));
    let outcome = match at_once.await {
        Poll::Ready(outcome) => Ok(outcome),
        // In a box, so that the others do not carry a timer either.
        Poll::Pending => Box::pin(timeout(deadline, reading)).await,
    };
    match outcome {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(Problem::new(Detail::BodyTooLarge(max_bytes)))
        }
        Ok(Err(_)) => Err(at_body(Issue::Interrupted)),
        Err(_) => Err(at_body(Issue::TooSlow {
            seconds: deadline.as_secs(),
        })),
    }
}

/// JSON in UTF-8, and not encoded.
fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let refuse = |detail| Err(Problem::new(detail));
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    match (types.next(), types.next()) {
        (None, _) => return refuse(Detail::NotJson(None)),
        (Some(_), Some(_)) => return refuse(Detail::SeveralTypes),
        // What nearly everybody writes needs no closer look.
        (Some(value), None) if value == "application/json" => {}
        (Some(value), None) => is_type_of_json(&String::from_utf8_lossy(value.as_bytes()))?,
    }
    for encoding in headers.get_all(CONTENT_ENCODING) {
        if !encoding.as_bytes().eq_ignore_ascii_case(b"identity") {
            let given = String::from_utf8_lossy(encoding.as_bytes());
            return refuse(Detail::Encoded(quoted(&given)));
        }
    }
    Ok(())
}

/// `application/json` or a type with the suffix `+json`, in UTF-8.
fn is_type_of_json(text: &str) -> Result<(), Problem> {
    let refuse = |detail| Err(Problem::new(detail));
    let mut parts = text.split(';');
    let essence = parts.next().unwrap_or_default().trim();
    let (kind, subtype) = essence.split_once('/').unwrap_or_default();
    let json = kind.eq_ignore_ascii_case("application")
        && (subtype.eq_ignore_ascii_case("json")
            || subtype.to_ascii_lowercase().ends_with("+json"));
    if !json {
        return refuse(Detail::NotJson(Some(quoted(essence))));
    }
    let charsets = parts.filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let is_charset = name.trim().eq_ignore_ascii_case("charset");
        is_charset.then(|| value.trim().trim_matches('"'))
    });
    for charset in charsets {
        if !charset.eq_ignore_ascii_case("utf-8") {
            return refuse(Detail::ForeignCharset(quoted(charset)));
        }
    }
    Ok(())
}

fn parse<T: DeserializeOwned + ToSchema>(bytes: &[u8]) -> Result<T, Problem> {
    match serde_json::from_slice::<Object<T>>(bytes) {
        Ok(Object(body)) => Ok(body),
        // Read again, slowly, to say what is wrong and where.
        Err(_) => Err(shape::problem::<T>(bytes)),
    }
}
