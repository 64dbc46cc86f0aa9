//! What is sent.

use bytes::Bytes;
use jumun_domain::UserId;
use uuid::Uuid;

/// The media type of [`Message::body`]: one CloudEvents 1.0 event as JSON, with
/// its attributes inside (the structured mode).
pub const CONTENT_TYPE: &str = "application/cloudevents+json";

/// One event as every platform gets it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// Its place in the order that every reader of events sees.
    pub sequence: u64,
    /// The event's id: unchanged over retries, so that a platform can tell a repeat.
    pub id: Uuid,
    /// Whose order it speaks of. One user's events are delivered in order.
    pub user_id: UserId,
    /// The event, as [`CONTENT_TYPE`].
    pub body: Bytes,
}
