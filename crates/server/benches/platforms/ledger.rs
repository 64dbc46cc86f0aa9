//! What the load generator was told.

use jumun_domain::Timestamp;
use jumun_load::{Observer, OrderSent, Outcome, now};
use uuid::Uuid;

/// The status of an order that was placed.
const CREATED: u16 = 201;
/// Stands before the order's id in an answer.
const ORDER_ID: &[u8] = br#""orderId":""#;
/// The length of an id.
const ID_BYTES: usize = uuid::fmt::Hyphenated::LENGTH;

/// An order that was placed, as its shopper knows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    /// Its id.
    pub(crate) order: Uuid,
    /// When the answer had arrived.
    pub(crate) at: Timestamp,
}

/// What a run was told.
#[derive(Clone, Default)]
pub(crate) struct Ledger {
    /// In the order of the answers.
    pub(crate) placed: Vec<Placed>,
    /// The beginning of what is counted.
    pub(crate) counted_from: Option<Timestamp>,
    /// Answers without an order's id where one has to be.
    pub(crate) unreadable: u64,
}

impl Observer for Ledger {
    fn begins(&mut self, counted_from: Timestamp) {
        self.counted_from = Some(counted_from);
    }

    fn settled(&mut self, _order: &OrderSent<'_>, outcome: &Outcome<'_>) {
        let Ok(answer) = outcome else { return };
        if answer.status != CREATED {
            return;
        }
        match order_id(answer.body) {
            Some(order) => self.placed.push(Placed { order, at: now() }),
            None => self.unreadable += 1,
        }
    }

    fn merge(&mut self, other: Self) {
        self.placed.extend(other.placed);
        self.counted_from = self
            .counted_from
            .min(other.counted_from)
            .or(other.counted_from);
        self.unreadable += other.unreadable;
    }
}

fn order_id(body: &[u8]) -> Option<Uuid> {
    let place = body
        .windows(ORDER_ID.len())
        .position(|bytes| bytes == ORDER_ID)?;
    let from = place + ORDER_ID.len();
    Uuid::try_parse_ascii(body.get(from..from + ID_BYTES)?).ok()
}
