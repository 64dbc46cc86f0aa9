//! A running load, from outside.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

/// Stops a load, and tells how it goes. Shared by whoever watches.
#[derive(Debug)]
pub struct Control {
    stop: watch::Sender<bool>,
    orders: AtomicU64,
    answers: AtomicU64,
    lost: AtomicU64,
}

/// How a load goes: everything since its begin, the warm-up as well.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    /// Orders that were acknowledged.
    pub orders: u64,
    /// Answers of any kind and status.
    pub answers: u64,
    /// Requests without an answer.
    pub lost: u64,
}

impl Default for Control {
    fn default() -> Self {
        Self {
            stop: watch::Sender::new(false),
            orders: AtomicU64::new(0),
            answers: AtomicU64::new(0),
            lost: AtomicU64::new(0),
        }
    }
}

impl Control {
    /// Ends the load: no request is sent any more, and those in flight are
    /// waited for.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Whether it was stopped.
    pub fn is_stopped(&self) -> bool {
        *self.stop.borrow()
    }

    /// How it goes.
    pub fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            orders: read(&self.orders),
            answers: read(&self.answers),
            lost: read(&self.lost),
        }
    }

    /// Waits until it is stopped.
    pub(crate) async fn stopped(&self) {
        let mut stop = self.stop.subscribe();
        // The sender lives as long as this.
        let _ = stop.wait_for(|it| *it).await;
    }

    pub(super) fn count(&self, is_order: bool, is_answered: bool) {
        let add = |counter: &AtomicU64, one: bool| {
            if one {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        };
        add(&self.orders, is_order);
        add(&self.answers, is_answered);
        add(&self.lost, !is_answered);
    }
}
