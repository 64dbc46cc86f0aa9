//! What is counted of connections.

use metrics::{Counter, counter, describe_counter};

/// Handles, so that nobody who connects costs a look-up by name.
#[derive(Clone)]
pub(crate) struct Figures {
    /// Closed at once, since their address had as many as it may have.
    pub(crate) refused: Counter,
    /// Closed to make room for others.
    pub(crate) evicted: Counter,
}

impl Figures {
    pub(crate) fn new() -> Self {
        let [refused, evicted] = [
            "jumun_http_connections_refused_total",
            "jumun_http_connections_evicted_total",
        ];
        describe_counter!(
            refused,
            "Connections closed at once: their address had as many as it may have."
        );
        describe_counter!(
            evicted,
            "Connections that waited for a request and were closed to make room for others."
        );
        let figures = Self {
            refused: counter!(refused),
            evicted: counter!(evicted),
        };
        // So that both are there from the start: a rate needs a first value.
        figures.refused.increment(0);
        figures.evicted.increment(0);
        figures
    }
}
