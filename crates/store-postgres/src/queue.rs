//! The bounded queue before the batches.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jumun_domain::{Decision, Request};
use jumun_store::Fault;
use tokio::sync::{Notify, oneshot};

/// A request and where its answer goes.
pub(crate) struct Job {
    pub(crate) request: Request,
    pub(crate) reply: oneshot::Sender<Result<Decision, Fault>>,
}

/// Requests in the order in which they came.
pub(crate) struct Queue {
    state: Mutex<State>,
    arrived: Notify,
    capacity: usize,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    closed: bool,
    /// Workers that wait: only then is a wake-up worth it.
    waiting: usize,
}

/// Why a job was not taken; nothing will be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refused {
    Full,
    Closed,
}

impl Queue {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            state: Mutex::default(),
            arrived: Notify::new(),
            capacity,
        }
    }

    /// Puts a job at the end, at once or not at all.
    pub(crate) fn push(&self, job: Job) -> Result<(), Refused> {
        let mut state = self.lock();
        if state.closed {
            return Err(Refused::Closed);
        }
        if state.jobs.len() >= self.capacity {
            return Err(Refused::Full);
        }
        state.jobs.push_back(job);
        let wake = state.waiting > 0;
        drop(state);
        if wake {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Waits for a job, then takes everything waiting, up to `most`. `None`
    /// once the queue is closed and empty.
    pub(crate) async fn take(&self, most: usize) -> Option<Vec<Job>> {
        loop {
            // Made before looking, so that no arrival between is missed.
            let arrived = self.arrived.notified();
            {
                let mut state = self.lock();
                if !state.jobs.is_empty() {
                    let count = state.jobs.len().min(most);
                    let jobs = state.jobs.drain(..count).collect();
                    if !state.jobs.is_empty() {
                        self.arrived.notify_one();
                    }
                    return Some(jobs);
                }
                if state.closed {
                    return None;
                }
                state.waiting += 1;
            }
            let _waiting = Waiting(self);
            arrived.await;
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
        self.arrived.notify_waiters();
    }

    // The state is whole between any two statements.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts one waiting worker.
struct Waiting<'a>(&'a Queue);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.lock().waiting -= 1;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jumun_domain::{Charge, Command, UserId};

    use super::*;

    fn job() -> Job {
        let charge = Charge::new(UserId::new(1).unwrap(), 1, None).unwrap();
        Job {
            request: Request::new(Command::Charge(charge), None),
            reply: oneshot::channel().0,
        }
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once_and_takes_again_when_there_is_room() {
        let queue = Queue::new(2);
        assert_eq!(queue.push(job()), Ok(()));
        assert_eq!(queue.push(job()), Ok(()));
        assert_eq!(queue.push(job()), Err(Refused::Full));
        assert_eq!(queue.take(1).await.unwrap().len(), 1);
        assert_eq!(queue.depth(), 1);
        assert_eq!(queue.push(job()), Ok(()));
    }

    #[tokio::test]
    async fn a_closed_queue_still_hands_out_what_waits() {
        let queue = Queue::new(2);
        assert_eq!(queue.push(job()), Ok(()));
        queue.close();
        assert_eq!(queue.push(job()), Err(Refused::Closed));
        assert_eq!(queue.take(10).await.unwrap().len(), 1);
        assert!(queue.take(10).await.is_none());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn several_takers_get_every_job_once_and_all_end_when_it_is_closed() {
        const JOBS: usize = 5_000;
        const TAKERS: usize = 3;
        let queue = Arc::new(Queue::new(JOBS));
        let takers: Vec<_> = (0..TAKERS)
            .map(|_| {
                let queue = queue.clone();
                tokio::spawn(async move {
                    let mut taken = 0;
                    while let Some(jobs) = queue.take(7).await {
                        taken += jobs.len();
                        tokio::task::yield_now().await;
                    }
                    taken
                })
            })
            .collect();
        for index in 0..JOBS {
            assert_eq!(queue.push(job()), Ok(()));
            if index % 50 == 0 {
                tokio::task::yield_now().await;
            }
        }
        queue.close();
        let mut taken = 0;
        for taker in takers {
            taken += taker.await.unwrap();
        }
        assert_eq!(taken, JOBS);
    }
}
