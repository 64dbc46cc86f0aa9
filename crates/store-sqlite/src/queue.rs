//! The bounded queue before the writer.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use jumun_domain::{Decision, Request};
use jumun_store::Fault;
use tokio::sync::oneshot;

use crate::change::Change;

/// What the writer is asked for.
pub(crate) enum Job {
    /// Decide this and answer.
    Execute {
        request: Request,
        reply: oneshot::Sender<Result<Decision, Fault>>,
    },
    /// Write this beside the requests and answer.
    Change(Box<dyn Change>),
    /// Show that a commit goes through.
    Probe {
        reply: oneshot::Sender<Result<(), Fault>>,
    },
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
        state.jobs.push_back(job);
        let wake = std::mem::take(&mut state.waiting);
        drop(state);
        if wake {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Waits for a job, then moves everything waiting, up to `most`, into
    /// `batch`. `false` once the queue is closed and empty.
    pub(crate) fn take(&self, batch: &mut Vec<Job>, most: usize) -> bool {
        let mut state = self.lock();
        while state.jobs.is_empty() {
            if state.closed {
                return false;
            }
            state.waiting = true;
            state = self
                .arrived
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting = false;
        let count = state.jobs.len().min(most);
        batch.extend(state.jobs.drain(..count));
        true
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
            std::mem::take(&mut state.jobs)
        };
        for job in waiting {
            let fault = || Fault::determinate("the writer stopped; restart the server");
            match job {
                Job::Execute { reply, .. } => drop(reply.send(Err(fault()))),
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
