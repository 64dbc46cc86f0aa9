//! One attempt to deliver one event.

use std::time::Duration;

use jumun_domain::Timestamp;

/// An attempt that is recorded by itself: of an event that has failed before,
/// that fails now, or that is sent again. First attempts that succeed are kept
/// together, in [`FirstTries`](super::FirstTries).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attempt {
    /// Of which event.
    pub sequence: u64,
    /// When it ended.
    pub at: Timestamp,
    /// How it ended.
    pub result: AttemptResult,
    /// The status of the answer, where the protocol has one.
    pub status: Option<u16>,
    /// How long it took; kept to the microsecond.
    pub latency: Duration,
    /// The beginning of the answer, or of the error, on one line; empty after a
    /// success. It holds no secret.
    pub excerpt: String,
}

/// How an attempt ended, in one word.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AttemptResult {
    /// The platform has the event.
    Delivered,
    /// An answer with a status that is no success.
    Status,
    /// An answer that sends elsewhere.
    Redirect,
    /// No answer in time.
    Timeout,
    /// No connection.
    Connect,
    /// The connection ended before the answer.
    Reset,
    /// No safe connection.
    Tls,
    /// An address that is not allowed.
    Refused,
    /// Anything else; the excerpt says what.
    Other,
    /// The platform wants no more (410).
    Gone,
}

/// The number stands for no [`AttemptResult`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0} is no result of an attempt")]
pub struct NotAResult(pub i64);

impl AttemptResult {
    /// All of them, in the order of their codes, which begin with 0.
    pub const ALL: [Self; 10] = [
        Self::Delivered,
        Self::Status,
        Self::Redirect,
        Self::Timeout,
        Self::Connect,
        Self::Reset,
        Self::Tls,
        Self::Refused,
        Self::Other,
        Self::Gone,
    ];

    /// The number it is stored as.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// What [`AttemptResult::code`] gave.
    ///
    /// # Errors
    ///
    /// [`NotAResult`] for any other number: the row was not written by this program.
    pub fn from_code(code: i64) -> Result<Self, NotAResult> {
        usize::try_from(code)
            .ok()
            .and_then(|place| Self::ALL.get(place).copied())
            .ok_or(NotAResult(code))
    }

    /// A name for labels and answers.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Status => "status",
            Self::Redirect => "redirect",
            Self::Timeout => "timeout",
            Self::Connect => "connect",
            Self::Reset => "reset",
            Self::Tls => "tls",
            Self::Refused => "refused",
            Self::Other => "other",
            Self::Gone => "gone",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_result_is_read_back_from_its_code_and_nothing_else_is() {
        for (place, result) in AttemptResult::ALL.into_iter().enumerate() {
            assert_eq!(usize::try_from(result.code()), Ok(place));
            assert_eq!(AttemptResult::from_code(result.code().into()), Ok(result));
        }
        for code in [-1, 10, i64::MAX, i64::MIN] {
            assert_eq!(AttemptResult::from_code(code), Err(NotAResult(code)));
        }
    }
}
