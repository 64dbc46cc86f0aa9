//! One run of one case: the open store, and what the case has put into it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use jumun_domain::{Answer, Command, Decision, IdempotencyKey, Rejection, Request, UserId};

use super::harness::Harness;
use super::laws;
use super::snapshot::Snapshot;
use crate::{Fault, Store};

/// How long one case may take before it counts as hung. Cases take a second or
/// two; a build server under load gets a wide margin.
const HUNG_AFTER: Duration = Duration::from_secs(120);

/// Runs a case on a fresh database, then checks that every law holds.
pub(super) async fn run(harness: impl Harness, case: impl AsyncFnOnce(&Trial)) {
    in_time(async {
        let trial = Trial::open(harness).await;
        case(&trial).await;
        trial.finish().await;
    })
    .await;
}

/// Panics when the work seems to have no end.
pub(super) async fn in_time(work: impl Future<Output = ()>) {
    if tokio::time::timeout(HUNG_AFTER, work).await.is_err() {
        panic!("hung: no answer within {HUNG_AFTER:?}; look for a lost reply or a deadlock");
    }
}

/// An open store under test. Clones share it, so that tasks can.
#[derive(Clone)]
pub(super) struct Trial(Arc<Inner>);

struct Inner {
    harness: Box<dyn Harness>,
    store: RwLock<Arc<dyn Store>>,
    /// Every user a case has tried to register: there is no list of users to read.
    users: Mutex<BTreeSet<UserId>>,
    last_id: AtomicI64,
}

impl Trial {
    pub(super) async fn open(harness: impl Harness) -> Self {
        let store = harness.open().await;
        Self(Arc::new(Inner {
            harness: Box::new(harness),
            store: RwLock::new(store),
            users: Mutex::default(),
            last_id: AtomicI64::new(0),
        }))
    }

    /// Checks every law from the reads, then asks the engine's own audit.
    pub(super) async fn finish(&self) {
        self.check_laws().await;
        let report = self.0.harness.audit().await;
        assert!(
            report.is_clean(),
            "the engine's audit finds what the reads do not: {report:#?}"
        );
        self.store().close().await;
    }

    /// Computes every sum anew from everything that can be read.
    pub(super) async fn check_laws(&self) -> Snapshot {
        let snapshot = self.snapshot().await;
        laws::check(&snapshot);
        snapshot
    }

    /// Everything that can be read now. The store must be at rest.
    pub(super) async fn snapshot(&self) -> Snapshot {
        let users = self.0.users.lock().unwrap().clone();
        Snapshot::read(self.store().as_ref(), &users).await
    }

    /// The store as it is open now.
    pub(super) fn store(&self) -> Arc<dyn Store> {
        self.0.store.read().unwrap().clone()
    }

    /// Closes the store and opens it again.
    pub(super) async fn restart(&self) {
        self.store().close().await;
        self.reopen().await;
    }

    /// Opens the database again after a case has closed the store.
    pub(super) async fn reopen(&self) {
        let store = self.0.harness.open().await;
        *self.0.store.write().unwrap() = store;
    }

    /// A number that no user or product of this case has yet.
    pub(super) fn fresh_id(&self) -> i64 {
        self.0.last_id.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Decides a request. A full queue is no answer: nothing was done, so it is
    /// asked again.
    pub(super) async fn decide(&self, request: Request) -> Decision {
        self.note(&request);
        let store = self.store();
        loop {
            match store.execute(request.clone()).await {
                Ok(decision) => return decision,
                Err(Fault::Overloaded) => tokio::task::yield_now().await,
                Err(fault) => panic!("{fault}, on {:?}", request.command),
            }
        }
    }

    /// Remembers the user that a request registers, so that snapshots show it.
    pub(super) fn note(&self, request: &Request) {
        if let Command::RegisterUser(it) = &request.command {
            self.0.users.lock().unwrap().insert(it.user_id);
        }
    }

    /// Decides many requests at once, each from a task of its own; the
    /// decisions in the order of the requests.
    pub(super) async fn at_once(&self, requests: Vec<Request>) -> Vec<Decision> {
        let tasks: Vec<_> = requests
            .into_iter()
            .map(|request| {
                let trial = self.clone();
                tokio::spawn(async move { trial.decide(request).await })
            })
            .collect();
        let mut decisions = Vec::with_capacity(tasks.len());
        for task in tasks {
            decisions.push(task.await.unwrap());
        }
        decisions
    }

    /// The answer to a command that nothing may stand in the way of.
    pub(super) async fn done(&self, command: Command) -> Answer {
        self.done_with(command, None).await
    }

    /// The same, protected by a key that is used for the first time.
    pub(super) async fn done_with(&self, command: Command, key: Option<&IdempotencyKey>) -> Answer {
        let request = Request::new(command, key.cloned());
        match self.decide(request.clone()).await {
            Decision::Done(answer) => answer,
            other => panic!("{:?} should be done, but: {other:?}", request.command),
        }
    }

    /// Why a command that cannot be done was not.
    pub(super) async fn rejected(&self, command: Command) -> Vec<Rejection> {
        match self.decide(Request::new(command.clone(), None)).await {
            Decision::Rejected(rejections) => rejections,
            other => panic!("{command:?} should be rejected, but: {other:?}"),
        }
    }
}
