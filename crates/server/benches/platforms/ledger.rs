//! What the load generator was told.

use std::cell::RefCell;
use std::rc::Rc;

use jumun_domain::Timestamp;
use uuid::Uuid;

use crate::shared::connection::Answer;
use crate::shared::demand::now;
use crate::shared::load::Witness;

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

/// All orders of a run.
#[derive(Clone, Default)]
pub(crate) struct Ledger(Rc<RefCell<Noted>>);

/// What a run was told.
#[derive(Default)]
pub(crate) struct Noted {
    /// In the order of the answers.
    pub(crate) placed: Vec<Placed>,
    /// The beginning of what is counted.
    pub(crate) counted_from: Option<Timestamp>,
    /// Answers without an order's id where one has to be.
    pub(crate) unreadable: u64,
}

impl Ledger {
    /// What was noted, once the load has ended.
    pub(crate) fn take(&self) -> Noted {
        self.0.take()
    }
}

impl Witness for Ledger {
    fn begins(&self, counted_from: Timestamp) {
        self.0.borrow_mut().counted_from = Some(counted_from);
    }

    fn answered(&self, answer: &Answer<'_>) {
        if answer.status != CREATED {
            return;
        }
        let mut noted = self.0.borrow_mut();
        match order_id(answer.body) {
            Some(order) => noted.placed.push(Placed { order, at: now() }),
            None => noted.unreadable += 1,
        }
    }
}

fn order_id(body: &[u8]) -> Option<Uuid> {
    let place = body
        .windows(ORDER_ID.len())
        .position(|bytes| bytes == ORDER_ID)?;
    let from = place + ORDER_ID.len();
    Uuid::try_parse_ascii(body.get(from..from + ID_BYTES)?).ok()
}
