//! What a platform has received, asked of the process that notes it.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::ensure;
use uuid::Uuid;

use crate::receiver::PAGE;
use crate::receiver::receipt::{RECEIPT_BYTES, Receipt};
use crate::shared::question;

/// How often to ask while events come: seldom enough to cost nothing.
const PAUSE: Duration = Duration::from_millis(50);
/// What is waited for in any case.
const LEAST_WAIT: Duration = Duration::from_secs(60);
/// What is waited for each event: a platform that is told of fewer than a
/// thousand a second is not worth waiting for.
const WAIT_PER_EVENT: Duration = Duration::from_millis(1);

/// What was received so far.
pub(crate) struct Inbox {
    address: SocketAddr,
    /// In the order in which it came.
    pub(crate) receipts: Vec<Receipt>,
    events: HashSet<Uuid>,
}

impl Inbox {
    /// Nothing so far, of the receiver at this address.
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            receipts: Vec::new(),
            events: HashSet::new(),
        }
    }

    /// Waits until so many different events have come.
    ///
    /// # Errors
    ///
    /// When they have not within a generous time, or the receiver cannot read one.
    pub(crate) fn wait_for(&mut self, events: usize) -> anyhow::Result<()> {
        let more = u32::try_from(events).unwrap_or(u32::MAX);
        let deadline = Instant::now() + LEAST_WAIT + WAIT_PER_EVENT.saturating_mul(more);
        while self.events.len() < events {
            ensure!(
                Instant::now() < deadline,
                "of {events} events {} have come; the others are lost or very late",
                self.events.len()
            );
            let is_all = self.fetch()? < PAGE;
            if is_all && self.events.len() < events {
                std::thread::sleep(PAUSE);
            }
        }
        Ok(())
    }

    /// Asks for what has come since; how much that is.
    fn fetch(&mut self) -> anyhow::Result<usize> {
        let from = self.receipts.len();
        let new = page(self.address, from)?;
        self.events.extend(new.iter().map(|receipt| receipt.event));
        let count = new.len();
        self.receipts.extend(new);
        Ok(count)
    }
}

fn page(address: SocketAddr, from: usize) -> anyhow::Result<Vec<Receipt>> {
    let answer = question::get(address, &format!("/{from}"))?;
    let (receipts, rest) = answer.as_chunks::<RECEIPT_BYTES>();
    ensure!(rest.is_empty(), "a receiver tells half of a receipt");
    Ok(receipts.iter().map(Receipt::unpack).collect())
}
