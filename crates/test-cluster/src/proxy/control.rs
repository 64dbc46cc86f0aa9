//! What tests tell a proxy, and its connections heed.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::point::Points;

/// Shared by a proxy and its connections.
pub(super) struct Control {
    is_refusing: watch::Sender<bool>,
    is_blocked: watch::Sender<bool>,
    /// Each connection holds a receiver. All are told at once to end, and those
    /// of later connections are another channel's.
    connections: Mutex<watch::Sender<bool>>,
    points: Mutex<Points>,
}

impl Default for Control {
    fn default() -> Self {
        Self {
            is_refusing: watch::Sender::new(false),
            is_blocked: watch::Sender::new(false),
            connections: Mutex::new(watch::Sender::new(false)),
            points: Mutex::default(),
        }
    }
}

impl Control {
    /// Tells all connections to end. They have when nothing receives from what
    /// this returns.
    pub(super) fn cut_all(&self) -> watch::Sender<bool> {
        let old = std::mem::replace(&mut *lock(&self.connections), watch::Sender::new(false));
        old.send_replace(true);
        old
    }

    pub(super) fn refuse(&self, refuse: bool) {
        self.is_refusing.send_replace(refuse);
    }

    pub(super) fn is_refusing(&self) -> bool {
        *self.is_refusing.borrow()
    }

    pub(super) fn block(&self, block: bool) {
        self.is_blocked.send_replace(block);
    }

    /// Returns when nothing is held back.
    pub(super) async fn unblocked(&self) {
        // The sender is in `self`, so there is always one.
        let _ = self
            .is_blocked
            .subscribe()
            .wait_for(|blocked| !blocked)
            .await;
    }

    /// What a new connection holds; it ends when this turns true.
    pub(super) fn enter(&self) -> watch::Receiver<bool> {
        lock(&self.connections).subscribe()
    }

    pub(super) fn points(&self) -> MutexGuard<'_, Points> {
        lock(&self.points)
    }
}

/// A test that has failed leaves what is shared as good as before.
fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
