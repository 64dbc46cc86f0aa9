//! What the data platforms are told.

use std::sync::Arc;

use crate::id::EventId;
use crate::order::Order;
use crate::time::Timestamp;

/// What happened to an order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum EventKind {
    /// It was placed and paid.
    OrderPaid,
    /// It was cancelled and refunded.
    OrderCancelled,
}

/// One event, written in the transaction of the order it speaks of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// Minted by the engine; unchanged over every delivery.
    pub id: EventId,
    /// What happened.
    pub kind: EventKind,
    /// The order as it was then.
    pub order: Arc<Order>,
    /// When it happened.
    pub time: Timestamp,
}
