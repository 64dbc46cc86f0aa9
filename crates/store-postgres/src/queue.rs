//! The bounded queue before the batches.
//!
//! A batch is what waits when a worker is free, but for what would have to wait
//! in the database for a batch that is in flight already: a request that names a
//! user, product, campaign or coupon of one of those stays in the queue until it
//! has ended. So batches in flight run side by side, and the buyers of one hot
//! product gather in one batch instead of queueing up behind its row in several.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;
use jumun_domain::{Decision, Request};
use jumun_store::{Fault, Reply};
use tokio::sync::Notify;

use crate::claims::{Claim, claims};

/// A request and where its answer goes.
pub(crate) struct Job {
    pub(crate) request: Request,
    pub(crate) reply: Reply<Result<Decision, Fault>>,
}

/// Requests in the order in which they came.
pub(crate) struct Queue {
    state: Mutex<State>,
    arrived: Notify,
    capacity: usize,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Waiting>,
    /// What the batches in flight change.
    claimed: Claims,
    closed: bool,
    /// Workers that wait: only then is a wake-up worth it.
    idle: usize,
}

struct Waiting {
    job: Job,
    claims: Vec<Claim>,
}

type Claims = HashSet<Claim, RandomState>;

/// Requests looked through for one batch, as a multiple of what it can hold: a
/// long queue for one hot product must not be searched to its end each time.
const SEARCHED_PER_TAKEN: usize = 4;

/// Why a job was not taken; nothing will be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refused {
    Full,
    Closed,
}

/// The jobs of a batch. What they claim is free again when this is dropped.
pub(crate) struct Taken {
    pub(crate) jobs: Vec<Job>,
    claims: Vec<Claim>,
    queue: Arc<Queue>,
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
        let claims = claims(&job.request);
        let mut state = self.lock();
        if state.closed {
            return Err(Refused::Closed);
        }
        if state.waiting.len() >= self.capacity {
            return Err(Refused::Full);
        }
        // One that has to wait for a batch in flight is looked at when that ends.
        let free = |claim| !state.claimed.contains(claim);
        let wake = state.idle > 0 && claims.iter().all(free);
        state.waiting.push_back(Waiting { job, claims });
        drop(state);
        if wake {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Waits for jobs that can be done beside the batches in flight, and takes
    /// up to `most`. `None` once the queue is closed and empty.
    pub(crate) async fn take(self: &Arc<Self>, most: usize) -> Option<Taken> {
        loop {
            // Made before looking, so that no arrival between is missed.
            let arrived = self.arrived.notified();
            {
                let mut state = self.lock();
                let (jobs, claims) = state.choose(most);
                if !jobs.is_empty() {
                    if !state.waiting.is_empty() && state.idle > 0 {
                        self.arrived.notify_one();
                    }
                    return Some(Taken {
                        jobs,
                        claims,
                        queue: self.clone(),
                    });
                }
                if state.closed && state.waiting.is_empty() {
                    return None;
                }
                state.idle += 1;
            }
            let _idle = Idle(self);
            arrived.await;
        }
    }

    /// How many wait.
    pub(crate) fn depth(&self) -> usize {
        self.lock().waiting.len()
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

impl State {
    /// Takes the first jobs that touch nothing of the batches in flight, and
    /// nothing of a job that waits before them: who comes first for something
    /// is first.
    fn choose(&mut self, most: usize) -> (Vec<Job>, Vec<Claim>) {
        let search = self.waiting.len().min(most * SEARCHED_PER_TAKEN);
        let mut chosen = Vec::new();
        let mut claims = Vec::new();
        let mut passed_over = Vec::new();
        let mut reserved = Claims::default();
        for waiting in self.waiting.drain(..search) {
            let free = |claim| !self.claimed.contains(claim) && !reserved.contains(claim);
            if chosen.len() < most && waiting.claims.iter().all(free) {
                claims.extend(waiting.claims);
                chosen.push(waiting.job);
            } else {
                reserved.extend(waiting.claims.iter().copied());
                passed_over.push(waiting);
            }
        }
        for waiting in passed_over.into_iter().rev() {
            self.waiting.push_front(waiting);
        }
        self.claimed.extend(claims.iter().copied());
        (chosen, claims)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        {
            let mut state = self.queue.lock();
            for claim in &self.claims {
                state.claimed.remove(claim);
            }
        }
        self.queue.arrived.notify_waiters();
    }
}

/// Counts one worker that waits.
struct Idle<'a>(&'a Queue);

impl Drop for Idle<'_> {
    fn drop(&mut self) {
        self.0.lock().idle -= 1;
    }
}

#[cfg(test)]
mod tests {
    use jumun_domain::{Charge, Command, PlaceOrder, UserId};

    use super::*;

    fn job() -> Job {
        job_of(fastrand::i64(1..1 << 50))
    }

    fn job_of(user: i64) -> Job {
        let charge = Charge::new(UserId::new(user).unwrap(), 1, None).unwrap();
        Job {
            request: Request::new(Command::Charge(charge), None),
            reply: Reply::expected().0,
        }
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once_and_takes_again_when_there_is_room() {
        let queue = Arc::new(Queue::new(2));
        assert_eq!(queue.push(job()), Ok(()));
        assert_eq!(queue.push(job()), Ok(()));
        assert_eq!(queue.push(job()), Err(Refused::Full));
        assert_eq!(queue.take(1).await.unwrap().jobs.len(), 1);
        assert_eq!(queue.depth(), 1);
        assert_eq!(queue.push(job()), Ok(()));
    }

    #[tokio::test]
    async fn a_closed_queue_still_hands_out_what_waits() {
        let queue = Arc::new(Queue::new(2));
        assert_eq!(queue.push(job()), Ok(()));
        queue.close();
        assert_eq!(queue.push(job()), Err(Refused::Closed));
        assert_eq!(queue.take(10).await.unwrap().jobs.len(), 1);
        assert!(queue.take(10).await.is_none());
    }

    /// The users of the jobs taken.
    fn users(taken: &Taken) -> Vec<i64> {
        let user = |job: &Job| match &job.request.command {
            Command::Charge(charge) => charge.user_id.get(),
            other => panic!("{other:?}"),
        };
        taken.jobs.iter().map(user).collect()
    }

    #[tokio::test]
    async fn what_a_batch_in_flight_touches_waits_for_its_end_and_lets_others_pass() {
        let queue = Arc::new(Queue::new(100));
        for user in [1, 2, 1] {
            assert_eq!(queue.push(job_of(user)), Ok(()));
        }
        let first = queue.take(10).await.unwrap();
        assert_eq!(users(&first), [1, 2, 1], "one batch takes all that waits");
        for user in [1, 3, 2, 4, 1] {
            assert_eq!(queue.push(job_of(user)), Ok(()));
        }
        let second = queue.take(10).await.unwrap();
        assert_eq!(users(&second), [3, 4]);
        let waiting = tokio::spawn({
            let queue = queue.clone();
            async move { users(&queue.take(10).await.unwrap()) }
        });
        while queue.lock().idle == 0 {
            tokio::task::yield_now().await;
        }
        drop(first);
        assert_eq!(
            waiting.await.unwrap(),
            [1, 2, 1],
            "in the order in which they came"
        );
        drop(second);
        assert!(queue.lock().claimed.is_empty());
    }

    #[tokio::test]
    async fn nobody_passes_one_who_waits_for_the_same_thing() {
        let order = |user, product| {
            let items = [(product, 1)].into_iter();
            let order = PlaceOrder::new(UserId::new(user).unwrap(), items, None, None);
            Job {
                request: Request::new(Command::PlaceOrder(order.unwrap()), None),
                reply: Reply::expected().0,
            }
        };
        let queue = Arc::new(Queue::new(100));
        assert_eq!(queue.push(job_of(1)), Ok(()));
        let first = queue.take(1).await.unwrap();
        // User 1 waits, and wants product 7; user 2 came later for the same product.
        for (user, product) in [(1, 7), (2, 7), (3, 8)] {
            assert_eq!(queue.push(order(user, product)), Ok(()));
        }
        assert_eq!(queue.take(10).await.unwrap().jobs.len(), 1, "only user 3");
        drop(first);
        assert_eq!(queue.take(10).await.unwrap().jobs.len(), 2);
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
                    while let Some(batch) = queue.take(7).await {
                        taken += batch.jobs.len();
                        tokio::task::yield_now().await;
                    }
                    taken
                })
            })
            .collect();
        for index in 0..JOBS {
            assert_eq!(queue.push(job_of(fastrand::i64(1..=40))), Ok(()));
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
