//! The connections that are open, so that they can be told to close.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::deadline::Phase;

/// How long a connection has to have waited before it can be closed to make
/// room: one that sends a request each second is in use.
const MIN_WAIT: Duration = Duration::from_secs(1);

/// All connections of one listener; cloning shares it.
#[derive(Clone, Default)]
pub(crate) struct Register(Arc<Mutex<Open>>);

#[derive(Default)]
struct Open {
    connections: HashMap<u64, Arc<Connection>>,
    last_number: u64,
}

/// An open connection, as others see it.
struct Connection {
    phase: Phase,
    is_told: AtomicBool,
    told: Notify,
}

/// The entry of a connection in the register, which goes with this.
pub(crate) struct Entry {
    register: Register,
    number: u64,
    connection: Arc<Connection>,
}

impl Register {
    /// Enters a connection that was just accepted.
    pub(crate) fn enter(&self, phase: Phase) -> Entry {
        let connection = Arc::new(Connection {
            phase,
            is_told: AtomicBool::new(false),
            told: Notify::new(),
        });
        let mut open = self.open();
        open.last_number += 1;
        let number = open.last_number;
        open.connections.insert(number, connection.clone());
        Entry {
            register: self.clone(),
            number,
            connection,
        }
    }

    /// Tells the connection that has waited longest for a request to close;
    /// whether there was one that has waited for long enough. It looks at all
    /// of them: at the cap that is cheaper than an order kept by every request.
    pub(crate) fn close_longest_waiting(&self, now: Instant) -> bool {
        let open = self.open();
        let waiting = open.connections.values().filter_map(|connection| {
            let since = connection.phase.waiting_since()?;
            let is_told = connection.is_told.load(Ordering::Relaxed);
            (!is_told && now.duration_since(since) >= MIN_WAIT).then_some((since, connection))
        });
        match waiting.min_by_key(|(since, _)| *since) {
            Some((_, connection)) => {
                connection.tell();
                true
            }
            None => false,
        }
    }

    /// Tells every connection to close.
    pub(crate) fn close_all(&self) {
        self.open().connections.values().for_each(|it| it.tell());
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    fn tell(&self) {
        self.is_told.store(true, Ordering::Release);
        self.told.notify_one();
    }
}

impl Entry {
    /// Waits until the connection shall close: when it has answered what it was
    /// asked. Once that is so, it is at once so again.
    pub(crate) async fn told(&self) {
        while !self.connection.is_told.load(Ordering::Acquire) {
            self.connection.told.notified().await;
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.register.open().connections.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_told(entry: &Entry) -> bool {
        entry.connection.is_told.load(Ordering::Relaxed)
    }

    #[test]
    fn the_longest_waiting_is_told_first_and_only_one_that_waits_for_a_request() {
        let register = Register::default();
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        let phases = [2, 0, 1].map(|seconds| Phase::new(at(seconds)));
        let [youngest, busy, oldest] = phases.clone().map(|phase| register.enter(phase));
        phases[1].begin_request();
        let told = || [&youngest, &busy, &oldest].map(is_told);
        let table = [
            // After so many seconds; whether one could be told; who has been told by then.
            (1, false, [false, false, false]),
            (2, true, [false, false, true]),
            (2, false, [false, false, true]),
            (3, true, [true, false, true]),
            (60, false, [true, false, true]),
        ];
        for (seconds, found, expected) in table {
            assert_eq!(
                register.close_longest_waiting(at(seconds)),
                found,
                "{seconds}"
            );
            assert_eq!(told(), expected, "after {seconds} s");
        }
        phases[1].end_request();
        let later = Instant::now() + MIN_WAIT;
        assert!(register.close_longest_waiting(later));
        assert!(is_told(&busy));
    }

    #[test]
    fn a_connection_that_ended_is_forgotten() {
        let register = Register::default();
        drop(register.enter(Phase::new(Instant::now())));
        assert!(register.open().connections.is_empty());
    }

    #[tokio::test]
    async fn who_is_told_before_it_listens_hears_it_and_again() {
        let register = Register::default();
        let entry = register.enter(Phase::new(Instant::now()));
        register.close_all();
        entry.told().await;
        entry.told().await;
    }
}
