//! What a platform is to whoever sends.

use std::time::{Duration, Instant};

use async_trait::async_trait;

use crate::message::Message;
use crate::outcome::Outcome;

/// One data platform that takes messages. Many sends share it at a time.
#[async_trait]
pub trait Client: Send + Sync + 'static {
    /// Sends one message and waits until the platform has it for good, or until
    /// the platform's timeout.
    ///
    /// Guarantees [`Outcome::Delivered`] only for what the platform has
    /// acknowledged. Everything else leaves open whether it has the message, so
    /// the caller sends it again, unchanged. Nothing is tried twice in here, and
    /// nothing is kept for later: a send that failed, or that was dropped, is
    /// not made up for behind the caller's back, except that what was already on
    /// its way may still arrive.
    ///
    /// Sends that are under way together arrive in no particular order.
    async fn send(&self, message: &Message) -> Delivery;
}

/// How one attempt to send a message ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// Whether the platform has it.
    pub outcome: Outcome,
    /// How long the attempt took.
    pub latency: Duration,
}

impl Delivery {
    /// The end, just now, of an attempt that began at `begun`.
    pub(crate) fn ended(begun: Instant, outcome: Outcome) -> Self {
        Self {
            outcome,
            latency: begun.elapsed(),
        }
    }
}
