//! Attempts to deliver an event.

use jumun_store::delivery::{Attempt, AttemptResult};
use serde::Serialize;
use utoipa::ToSchema;

use super::Time;

/// One attempt to deliver an event.
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryAttempt)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AttemptView {
    /// When it ended.
    at: Time,
    #[schema(inline)]
    outcome: Outcome,
    /// The status of the answer, where the protocol has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 65535, example = 503)]
    status: Option<u16>,
    /// How long it took, to the microsecond.
    #[schema(minimum = 0, example = 12.345)]
    latency_ms: f64,
    /// The beginning of the answer or of the error; absent after a success.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "upstream is down")]
    excerpt: Option<String>,
}

/// How an attempt ended; the label `outcome` of the metrics has the same values.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
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
    /// Anything else; `excerpt` says what.
    Other,
    /// The platform wants no more (410).
    Gone,
}

impl From<AttemptResult> for Outcome {
    fn from(result: AttemptResult) -> Self {
        match result {
            AttemptResult::Delivered => Self::Delivered,
            AttemptResult::Status => Self::Status,
            AttemptResult::Redirect => Self::Redirect,
            AttemptResult::Timeout => Self::Timeout,
            AttemptResult::Connect => Self::Connect,
            AttemptResult::Reset => Self::Reset,
            AttemptResult::Tls => Self::Tls,
            AttemptResult::Refused => Self::Refused,
            AttemptResult::Other => Self::Other,
            AttemptResult::Gone => Self::Gone,
        }
    }
}

impl AttemptView {
    pub(crate) fn of(attempt: &Attempt) -> Self {
        let excerpt = Some(&attempt.excerpt).filter(|text| !text.is_empty());
        Self {
            at: Time(attempt.at),
            outcome: attempt.result.into(),
            status: attempt.status,
            latency_ms: attempt.latency.as_micros() as f64 / 1_000.0,
            excerpt: excerpt.cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_called_as_the_label_of_the_metrics_is() {
        for result in AttemptResult::ALL {
            let shown = serde_json::to_value(Outcome::from(result)).unwrap();
            assert_eq!(shown, result.label());
        }
    }
}
