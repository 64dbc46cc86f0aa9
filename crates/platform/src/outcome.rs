//! How an attempt ended.

use std::fmt;
use std::time::Duration;

use jumun_store::delivery::AttemptResult;

/// How one attempt to send a message ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The platform has it for good.
    Delivered {
        /// The status of its answer, where the protocol has one.
        status: Option<u16>,
    },
    /// Not delivered, or not known to be: to be sent again, unchanged.
    Failed(Failure),
    /// The platform wants no more messages (410): it is to be paused.
    Gone {
        /// The beginning of its answer.
        excerpt: String,
    },
}

/// Why an attempt failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// What went wrong.
    pub kind: FailureKind,
    /// How long the platform asks to be left alone, at most
    /// [`MAX_RETRY_AFTER`](crate::MAX_RETRY_AFTER).
    pub retry_after: Option<Duration>,
    /// The beginning of its answer, or of the error, on one line of at most
    /// [`MAX_EXCERPT_BYTES`](crate::MAX_EXCERPT_BYTES). It holds no secret.
    pub excerpt: String,
}

impl Failure {
    /// A failure of this kind, of which `excerpt` says more.
    pub(crate) fn new(kind: FailureKind, excerpt: impl AsRef<[u8]>) -> Self {
        Self {
            kind,
            retry_after: None,
            excerpt: crate::excerpt::excerpt(excerpt.as_ref()),
        }
    }

    /// No answer within the platform's timeout.
    pub(crate) fn timeout(timeout: Duration) -> Self {
        Self::new(
            FailureKind::Timeout,
            format!("no answer within {timeout:?}"),
        )
    }
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// What went wrong with an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FailureKind {
    /// An answer with a status that is no success.
    Status(u16),
    /// An answer that sends elsewhere, which is not followed: nobody has
    /// configured, nor checked, where it leads.
    Redirect(u16),
    /// No answer in time.
    Timeout,
    /// No connection: the name is unknown, nothing listens, there is no way
    /// there, or the platform does not let this client in.
    Connect,
    /// The connection ended before the answer.
    Reset,
    /// The way is not safe: the certificate is not trusted, or encryption
    /// cannot be agreed on.
    Tls,
    /// The name leads to an address that the settings do not allow.
    Refused,
    /// Anything else: the excerpt says what.
    Other,
}

impl FailureKind {
    /// What is recorded of it.
    pub fn result(self) -> AttemptResult {
        match self {
            Self::Status(_) => AttemptResult::Status,
            Self::Redirect(_) => AttemptResult::Redirect,
            Self::Timeout => AttemptResult::Timeout,
            Self::Connect => AttemptResult::Connect,
            Self::Reset => AttemptResult::Reset,
            Self::Tls => AttemptResult::Tls,
            Self::Refused => AttemptResult::Refused,
            Self::Other => AttemptResult::Other,
        }
    }

    /// The status of the answer, if there was one.
    pub fn status(self) -> Option<u16> {
        match self {
            Self::Status(status) | Self::Redirect(status) => Some(status),
            _ => None,
        }
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(formatter, "it answered {status}"),
            Self::Redirect(status) => write!(formatter, "it answered {status}, a redirect"),
            Self::Timeout => formatter.write_str("it did not answer in time"),
            Self::Connect => formatter.write_str("there is no connection to it"),
            Self::Reset => formatter.write_str("the connection ended before its answer"),
            Self::Tls => formatter.write_str("the way to it is not safe"),
            Self::Refused => formatter.write_str("its address is not allowed"),
            Self::Other => formatter.write_str("it did not take the message"),
        }
    }
}
