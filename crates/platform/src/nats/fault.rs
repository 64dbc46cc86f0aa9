//! What the errors of the NATS library mean for a message.

use std::error::Error;
use std::io;
use std::time::Duration;

use async_nats::ConnectErrorKind;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};

use super::link::Link;
use crate::excerpt::{causes, excerpt_of};
use crate::outcome::{Failure, FailureKind};

/// Why there is no connection to `server`.
pub(super) fn not_connected(error: &async_nats::ConnectError, server: &str) -> Failure {
    let said = excerpt_of(error);
    let (kind, remedy) = match error.kind() {
        ConnectErrorKind::Dns => (
            FailureKind::Connect,
            "check the host in its URL and this machine's DNS",
        ),
        ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => (
            FailureKind::Connect,
            "check user and password, or the token, in its URL",
        ),
        ConnectErrorKind::TimedOut => (
            FailureKind::Timeout,
            "check host, port and firewall, and that a NATS server listens there",
        ),
        ConnectErrorKind::Tls => (FailureKind::Tls, TLS_REMEDY),
        ConnectErrorKind::Io if is_of_tls(error) => (FailureKind::Tls, TLS_REMEDY),
        _ => (
            FailureKind::Connect,
            "check host, port and firewall, and that a NATS server listens there",
        ),
    };
    Failure::new(
        kind,
        format!("{server} cannot be reached ({said}); {remedy}"),
    )
}

const TLS_REMEDY: &str =
    "check its certificate and host, or name who vouches for it as its root certificates";

/// Why a message was not acknowledged.
pub(super) fn not_published(error: &PublishError, subject: &str, link: &Link) -> Failure {
    let kind = match error.kind() {
        PublishErrorKind::TimedOut => FailureKind::Timeout,
        PublishErrorKind::BrokenPipe => FailureKind::Reset,
        _ => FailureKind::Other,
    };
    let text = match error.kind() {
        PublishErrorKind::StreamNotFound => format!(
            "no stream takes the subject {subject}; create one, as with: nats stream add ORDERS --subjects {subject}; or set create_stream = true in its [[platform]] table; or turn JetStream on in the server"
        ),
        PublishErrorKind::MaxPayloadExceeded => format!(
            "the server refuses a message of this size ({}); raise max_payload there",
            excerpt_of(error)
        ),
        PublishErrorKind::TimedOut => silent(link.last_error().as_deref()),
        _ => format!("the stream did not take it ({})", excerpt_of(error)),
    };
    Failure::new(kind, text)
}

/// No acknowledgement within the platform's timeout; there is no link while
/// the first connection is made.
pub(super) fn late(timeout: Duration, link: Option<&Link>) -> Failure {
    match link {
        None => Failure::timeout(timeout),
        Some(link) => {
            let text = silent(link.last_error().as_deref());
            Failure::new(FailureKind::Timeout, text)
        }
    }
}

fn silent(last_error: Option<&str>) -> String {
    match last_error {
        Some(error) => format!("no acknowledgement in time; the server says: {error}"),
        None => "no acknowledgement in time; check that a stream takes its subject".to_owned(),
    }
}

/// Whether TLS failed: to the library that is one more error of reading.
fn is_of_tls(error: &(dyn Error + 'static)) -> bool {
    causes(error)
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .filter_map(io::Error::get_ref)
        .any(|inner| inner.is::<rustls::Error>())
}
