//! What an answer means for a message.

use std::time::{Duration, SystemTime};

use http::header::{LOCATION, RETRY_AFTER};
use http::{HeaderMap, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

use crate::backoff::MAX_RETRY_AFTER;
use crate::excerpt::Redaction;
use crate::outcome::{Failure, FailureKind, Outcome};

/// How long an answer's body may take after its head: the status has said all
/// that matters, and the body is only read for the excerpt, and so that the
/// connection can be used again.
const BODY_GRACE: Duration = Duration::from_secs(1);

/// Judges by the status alone; the body, as far as it comes before the
/// deadline, explains. Neither it nor where a redirect leads is kept with what
/// `redaction` knows to be secret.
pub(super) async fn judge(
    answer: Response<Incoming>,
    deadline: Instant,
    redaction: &Redaction,
) -> Outcome {
    let (head, body) = answer.into_parts();
    let until = deadline.min(Instant::now() + BODY_GRACE);
    let body = beginning(body, until, redaction.readable_bytes()).await;
    let status = head.status;
    if status.is_success() {
        return Outcome::Delivered {
            status: Some(status.as_u16()),
        };
    }
    let mut text = Vec::new();
    if status.is_redirection()
        && let Some(location) = head.headers.get(LOCATION)
    {
        // Few bodies say where it leads.
        text.extend_from_slice(b"Location: ");
        text.extend_from_slice(location.as_bytes());
        text.push(b'\n');
    }
    text.extend_from_slice(&body);
    let excerpt = redaction.excerpt(&text);
    if status == StatusCode::GONE {
        return Outcome::Gone { excerpt };
    }
    let kind = if status.is_redirection() {
        FailureKind::Redirect(status.as_u16())
    } else {
        FailureKind::Status(status.as_u16())
    };
    Outcome::Failed(Failure {
        kind,
        retry_after: retry_after(&head.headers, SystemTime::now()),
        excerpt,
    })
}

/// As much of the body as an excerpt is made of. A longer one is not read to its
/// end, which costs its connection.
async fn beginning(mut body: Incoming, until: Instant, most_bytes: usize) -> Vec<u8> {
    let mut beginning = Vec::new();
    let read = async {
        while let Some(Ok(frame)) = body.frame().await {
            if let Some(data) = frame.data_ref() {
                let room = most_bytes - beginning.len();
                beginning.extend_from_slice(&data[..data.len().min(room)]);
                if data.len() > room {
                    break;
                }
            }
        }
    };
    // Whether it came to its end or not, there is no more of it.
    let _ = timeout_at(until, read).await;
    beginning
}

/// Seconds or a date; none where it is neither, or has passed.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let asked = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that is too large for any type is a long time, too.
        text.parse().map_or(MAX_RETRY_AFTER, Duration::from_secs)
    } else {
        httpdate::parse_http_date(text)
            .ok()?
            .duration_since(now)
            .ok()?
    };
    Some(asked.min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn a_retry_after_is_seconds_or_a_date_and_bounded() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let check = |text: &[u8], expected_s: Option<u64>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_bytes(text).unwrap());
            let expected = expected_s.map(Duration::from_secs);
            assert_eq!(
                retry_after(&headers, now),
                expected,
                "{}",
                text.escape_ascii()
            );
        };
        check(b"0", Some(0));
        check(b"120", Some(120));
        check(b" 120 ", Some(120));
        check(b"3600", Some(3600));
        check(b"3601", Some(3600));
        check(b"99999999999999999999999", Some(3600));
        check(b"Sun, 06 Nov 1994 08:51:37 GMT", Some(120));
        check(b"Sunday, 06-Nov-94 08:51:37 GMT", Some(120));
        check(b"Sun Nov  6 08:51:37 1994", Some(120));
        check(b"Sat, 06 Nov 2094 08:51:37 GMT", Some(3600));
        check(b"Sun, 06 Nov 1994 08:49:37 GMT", Some(0));
        check(b"Sun, 06 Nov 1994 08:49:36 GMT", None);
        for neither in ["", "-1", "+1", "1.5", "1s", "soon", "Sun, 31 Feb 1994"] {
            check(neither.as_bytes(), None);
        }
        check(b"\xff", None);
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
