//! The connections that are open, so that they can be told to close.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
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
    connections: HashMap<u64, Connection>,
    last_number: u64,
}

/// An open connection, as others see it.
struct Connection {
    phase: Phase,
    /// `None` once it has been told to close.
    tell: Option<oneshot::Sender<()>>,
}

/// The entry of a connection in the register, which goes with this.
pub(crate) struct Entry {
    register: Register,
    number: u64,
    told: oneshot::Receiver<()>,
    is_told: bool,
}

impl Register {
    /// Enters a connection that was just accepted.
    pub(crate) fn enter(&self, phase: Phase) -> Entry {
        let (tell, told) = oneshot::channel();
        let tell = Some(tell);
        let mut open = self.open();
        open.last_number += 1;
        let number = open.last_number;
        open.connections.insert(number, Connection { phase, tell });
        Entry {
            register: self.clone(),
            number,
            told,
            is_told: false,
        }
    }

    /// Tells the connection that has waited longest for a request to close;
    /// whether there was one that has waited for long enough. It looks at all
    /// of them: at the cap that is cheaper than an order kept by every request.
    pub(crate) fn close_longest_waiting(&self, now: Instant) -> bool {
        let mut open = self.open();
        let waiting = open.connections.values_mut().filter_map(|connection| {
            let since = connection.phase.waiting_since()?;
            let is_told = connection.tell.is_none();
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
        self.open()
            .connections
            .values_mut()
            .for_each(Connection::tell);
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    fn tell(&mut self) {
        if let Some(tell) = self.tell.take() {
            // For an answer that is made before the connection hears of it.
            self.phase.tell_to_close();
            // It may be at its end already.
            let _ = tell.send(());
        }
    }
}

impl Entry {
    /// Waits until the connection shall close: when it has answered what it was
    /// asked. Once that is so, it is at once so again.
    pub(crate) async fn told(&mut self) {
        if !self.is_told {
            // The register keeps the sender for as long as there is this entry.
            let _ = (&mut self.told).await;
            self.is_told = true;
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
        let open = entry.register.open();
        open.connections[&entry.number].tell.is_none()
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
        phases[1].sent();
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
        let mut entry = register.enter(Phase::new(Instant::now()));
        register.close_all();
        entry.told().await;
        entry.told().await;
    }
}
