//! A reader of events that only goes forward.

use std::collections::{HashMap, HashSet};

use jumun_domain::{OrderId, UserId};
use jumun_store::{NumberedEvent, Reads as _};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::shop::{Instance, Shop};
use super::wait::{PAUSE, in_time};

/// Events in one read: few, so that reads begin and end in the middle of batches.
const PAGE: usize = 7;

/// Reads events from the first on, while others order, until it has seen as
/// many as it is told there are.
pub(crate) struct Follower {
    total: watch::Sender<Option<usize>>,
    task: JoinHandle<Vec<NumberedEvent>>,
}

impl Follower {
    /// Begins to read from `instance`.
    pub(crate) fn start(instance: Instance) -> Self {
        let (total, told) = watch::channel(None);
        let task = tokio::spawn(follow(instance, told));
        Self { total, task }
    }

    /// Waits until it has seen an event for each order, when no more orders are
    /// placed. Each has come once, in its user's order.
    pub(crate) async fn has_seen_all(self, shop: &Shop) -> Vec<NumberedEvent> {
        let orders = shop.sql("SELECT order_id FROM orders ORDER BY 1");
        self.total.send_replace(Some(orders.lines().count()));
        let seen = in_time("all events", self.task).await.expect("no panic");
        check(&seen);
        let ids = seen.iter().map(|it| it.event.order.id.to_string());
        let mut ids: Vec<String> = ids.collect();
        ids.sort_unstable();
        assert_eq!(ids.join("\n"), orders, "each order has one event");
        seen
    }
}

async fn follow(instance: Instance, total: watch::Receiver<Option<usize>>) -> Vec<NumberedEvent> {
    let mut seen: Vec<NumberedEvent> = Vec::new();
    loop {
        let total = *total.borrow();
        let after = seen.last().map_or(0, |it| it.sequence);
        // Where the server is away it asks again.
        let page = instance.events(after, PAGE).await.unwrap_or_default();
        if page.is_empty() && total.is_some_and(|total| seen.len() >= total) {
            return seen;
        }
        if page.is_empty() {
            tokio::time::sleep(PAUSE).await;
        }
        seen.extend(page);
    }
}

/// Numbers go up by one, no event comes twice, and those of one user come in
/// the order of commits, which is that of the order's ids.
fn check(seen: &[NumberedEvent]) {
    let mut ids = HashSet::new();
    let mut newest: HashMap<UserId, OrderId> = HashMap::new();
    for (place, numbered) in seen.iter().enumerate() {
        assert_eq!(numbered.sequence, place as u64 + 1);
        let order = &numbered.event.order;
        assert!(ids.insert(numbered.event.id), "{} comes twice", order.id);
        let before = newest.insert(order.user_id, order.id);
        assert!(
            before < Some(order.id),
            "{} of user {} comes after {before:?}",
            order.id,
            order.user_id
        );
    }
}
