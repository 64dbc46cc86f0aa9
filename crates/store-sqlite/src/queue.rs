//! The bounded queue before the writer.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jumun_domain::{Decision, Request};
use jumun_store::{Fault, Reply};
use tokio::sync::oneshot;

use crate::change::Change;
use crate::options::PATIENCE;

/// What the writer is asked for.
pub(crate) enum Job {
    /// Decide this and answer.
    Execute {
        request: Request,
        reply: Reply<Result<Decision, Fault>>,
    },
    /// Write this beside the requests and answer.
    Change(Box<dyn Change>),
    /// Show that a commit goes through.
    Probe {
        reply: oneshot::Sender<Result<(), Fault>>,
    },
}

impl Job {
    /// Whether a shopper or a probe waits for it.
    fn is_urgent(&self) -> bool {
        !matches!(self, Self::Change(_))
    }
}

/// Requests in the order in which they came.
pub(crate) struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
    capacity: usize,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    /// How many of them somebody waits for: all but changes.
    urgent: usize,
    closed: bool,
    /// The writer waits: only then is a wake-up, a system call, worth it.
    waiting: bool,
}

/// Why a job was not taken; nothing will be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refused {
    Full,
    Closed,
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Full => Self::Overloaded,
            Refused::Closed => Self::determinate("the database is closed; the server is stopping"),
        }
    }
}

impl Queue {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            state: Mutex::default(),
            arrived: Condvar::new(),
            capacity,
        }
    }

    /// Puts a job at the end, at once or not at all. A change finds room in a
    /// full queue, too: its few senders each wait for one before the next, and a
    /// dispatcher that could not record would repeat what it has sent.
    pub(crate) fn push(&self, job: Job) -> Result<(), Refused> {
        let mut state = self.lock();
        if state.closed {
            return Err(Refused::Closed);
        }
        if state.jobs.len() >= self.capacity && !matches!(job, Job::Change(_)) {
            return Err(Refused::Full);
        }
        state.urgent += usize::from(job.is_urgent());
        let first = state.jobs.is_empty();
        state.jobs.push_back(job);
        // A change alone only sets the writer's alarm clock.
        let wake = (first || state.urgent == 1) && std::mem::take(&mut state.waiting);
        drop(state);
        if wake {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Waits for a job, then moves everything waiting, up to `most`, into
    /// `batch`. `false` once the queue is closed and empty.
    ///
    /// Changes alone wait a moment for a request to go with: a sync for a
    /// record alone would hold up the requests that come meanwhile.
    pub(crate) fn take(&self, batch: &mut Vec<Job>, most: usize) -> bool {
        let mut state = self.lock();
        let mut patience_ends = None;
        while state.urgent == 0 {
            if state.closed && state.jobs.is_empty() {
                return false;
            }
            let patience = if state.jobs.is_empty() {
                None
            } else {
                let end = *patience_ends.get_or_insert_with(|| Instant::now() + PATIENCE);
                let left = end.saturating_duration_since(Instant::now());
                if left.is_zero() || state.closed {
                    break;
                }
                Some(left)
            };
            state.waiting = true;
            state = self.wait(state, patience);
        }
        state.waiting = false;
        let count = state.jobs.len().min(most);
        let (before, mut urgent) = (batch.len(), state.urgent);
        batch.extend(state.jobs.drain(..count));
        urgent -= batch
            .iter()
            .skip(before)
            .filter(|it| it.is_urgent())
            .count();
        state.urgent = urgent;
        true
    }

    fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        patience: Option<Duration>,
    ) -> MutexGuard<'a, State> {
        match patience {
            None => self
                .arrived
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner),
            Some(patience) => {
                self.arrived
                    .wait_timeout(state, patience)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
        }
    }

    /// How many wait.
    pub(crate) fn depth(&self) -> usize {
        self.lock().jobs.len()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Refuses what comes from now on; what waits is still done.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    /// Refuses what comes and gives up what waits.
    pub(crate) fn abandon(&self) {
        let waiting = {
            let mut state = self.lock();
            state.closed = true;
            state.urgent = 0;
            std::mem::take(&mut state.jobs)
        };
        for job in waiting {
            let fault = || Fault::determinate("the writer stopped; restart the server");
            match job {
                Job::Execute { reply, .. } => reply.send(Err(fault())),
                Job::Change(change) => change.answer(Err(fault())),
                Job::Probe { reply } => drop(reply.send(Err(fault()))),
            }
        }
    }

    // The state is whole between any two statements, so a panic elsewhere
    // cannot have left it half changed.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe() -> Job {
        Job::Probe {
            reply: oneshot::channel().0,
        }
    }

    #[test]
    fn a_full_queue_refuses_at_once_and_takes_again_when_there_is_room() {
        let queue = Queue::new(2);
        assert_eq!(queue.push(probe()), Ok(()));
        assert_eq!(queue.push(probe()), Ok(()));
        assert_eq!(queue.push(probe()), Err(Refused::Full));
        let mut batch = Vec::new();
        assert!(queue.take(&mut batch, 1));
        assert_eq!((batch.len(), queue.depth()), (1, 1));
        assert_eq!(queue.push(probe()), Ok(()));
    }

    struct Nothing;

    impl Change for Nothing {
        fn write(&mut self, _: &rusqlite::Connection) -> Result<(), crate::storage::StorageError> {
            Ok(())
        }

        fn answer(self: Box<Self>, _: Result<(), Fault>) {}
    }

    #[test]
    fn what_a_dispatcher_records_finds_room_in_a_full_queue() {
        let queue = Queue::new(1);
        assert_eq!(queue.push(probe()), Ok(()));
        assert_eq!(queue.push(Job::Change(Box::new(Nothing))), Ok(()));
        assert_eq!(queue.push(probe()), Err(Refused::Full));
    }

    #[test]
    fn a_change_alone_waits_a_moment_for_a_request_to_go_with() {
        let queue = Queue::new(10);
        let change = || queue.push(Job::Change(Box::new(Nothing)));
        assert_eq!(change(), Ok(()));
        let begun = Instant::now();
        let mut batch = Vec::new();
        assert!(queue.take(&mut batch, 10));
        assert!(begun.elapsed() >= PATIENCE);
        assert_eq!(batch.len(), 1);
        // With a request it need not wait.
        assert_eq!(change(), Ok(()));
        assert_eq!(queue.push(probe()), Ok(()));
        assert!(queue.take(&mut batch, 10));
        assert_eq!(batch.len(), 3);
        // Nor when the queue is closed.
        assert_eq!(change(), Ok(()));
        queue.close();
        assert!(queue.take(&mut batch, 10));
        assert!(!queue.take(&mut batch, 10));
    }

    #[test]
    fn a_waiting_writer_is_woken_by_every_first_job() {
        const ROUNDS: usize = 1_000;
        let queue = Queue::new(ROUNDS);
        let taken = std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let mut batch = Vec::new();
                while queue.take(&mut batch, ROUNDS) {}
                batch.len()
            });
            for _ in 0..ROUNDS {
                assert_eq!(queue.push(probe()), Ok(()));
                while queue.depth() > 0 {
                    std::thread::yield_now();
                }
            }
            queue.close();
            writer.join().unwrap()
        });
        assert_eq!(taken, ROUNDS);
    }

    #[test]
    fn a_closed_queue_still_hands_out_what_waits() {
        let queue = Queue::new(2);
        assert_eq!(queue.push(probe()), Ok(()));
        queue.close();
        assert_eq!(queue.push(probe()), Err(Refused::Closed));
        let mut batch = Vec::new();
        assert!(queue.take(&mut batch, 10));
        assert!(!queue.take(&mut batch, 10));
    }

    #[test]
    fn an_abandoned_queue_answers_everyone_who_waits() {
        let queue = Queue::new(2);
        let (reply, mut answer) = oneshot::channel();
        assert_eq!(queue.push(Job::Probe { reply }), Ok(()));
        queue.abandon();
        assert!(matches!(answer.try_recv(), Ok(Err(Fault::Determinate(_)))));
    }
}
