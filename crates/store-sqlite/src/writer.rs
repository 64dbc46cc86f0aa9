//! The one writer thread.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use jumun_domain::{Answer, Decision, Request};
use jumun_store::{Fault, answer_all, count_orders};
use rusqlite::Connection;
use tokio::sync::watch;

use crate::batch::{self, BatchError, Outcomes};
use crate::change::{Change, Changed};
use crate::checkpoint::{self, CheckpointSignal};
use crate::connection::{self, Role};
use crate::delivery;
use crate::error::OpenError;
use crate::memory::Memory;
use crate::options::{MAX_BATCH, PROBE_BYTES};
use crate::queue::{Job, Queue};
use crate::storage::StorageError;

/// Why the writer cannot write now, in words; `None` while it can.
pub(crate) type Trouble = Mutex<Option<String>>;

/// What the writer shares with the store.
pub(crate) struct Shared {
    pub(crate) queue: Queue,
    pub(crate) trouble: Trouble,
    pub(crate) checkpoints: Arc<CheckpointSignal>,
    /// As in [`Options`](crate::Options).
    pub(crate) fold_after: usize,
    /// Changed after each commit that wrote an event.
    pub(crate) news: watch::Sender<()>,
}

impl Shared {
    pub(crate) fn trouble(&self) -> Option<String> {
        self.trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set_trouble(&self, trouble: Option<String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}

/// Starts the thread. It ends when the queue is closed and empty.
pub(crate) fn start(path: &Path, shared: Arc<Shared>) -> Result<JoinHandle<()>, OpenError> {
    let connection = open(path, &shared)?;
    delivery::end_leases_left_behind(&connection);
    let mut writer = Writer {
        path: path.to_owned(),
        open: Some(Opened::new(connection, shared.fold_after)),
        shared,
    };
    std::thread::Builder::new()
        .name("writer".to_owned())
        .spawn(move || {
            let abandon = AbandonOnExit(writer.shared.clone());
            writer.run();
            drop(abandon);
        })
        .map_err(|error| OpenError::Unusable {
            path: path.to_owned(),
            reason: error.to_string(),
            remedy: "raise the limit on threads for this user",
        })
}

/// Whatever ends the thread, a panic too, nobody waits for it for ever.
struct AbandonOnExit(Arc<Shared>);

impl Drop for AbandonOnExit {
    fn drop(&mut self) {
        self.0.queue.abandon();
    }
}

fn open(path: &Path, shared: &Arc<Shared>) -> Result<Connection, OpenError> {
    let mut connection = connection::open(path, Role::Writer)?;
    let signal = shared.checkpoints.clone();
    connection
        .wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages: i32| {
            signal.committed(u32::try_from(pages).unwrap_or(0));
            Ok(())
        }))
        .map_err(|error| connection::explain(path, &error))?;
    Ok(connection)
}

/// A connection, and what it remembers of what it has read and written.
struct Opened {
    connection: Connection,
    memory: Memory,
}

impl Opened {
    fn new(connection: Connection, fold_after: usize) -> Self {
        Self {
            connection,
            memory: Memory::folding_after(fold_after),
        }
    }
}

struct Writer {
    path: PathBuf,
    /// `None` after storage failed to make a commit durable: nothing is
    /// written until it is open again.
    open: Option<Opened>,
    shared: Arc<Shared>,
}

impl Writer {
    fn run(&mut self) {
        let mut jobs = Vec::with_capacity(MAX_BATCH);
        while self.shared.queue.take(&mut jobs, MAX_BATCH) {
            metrics::gauge!("jumun_queue_depth").set(self.shared.queue.depth() as f64);
            let mut requests = Vec::with_capacity(jobs.len());
            let mut replies = Vec::with_capacity(jobs.len());
            let mut changes = Vec::new();
            let mut probes = Vec::new();
            for job in jobs.drain(..) {
                match job {
                    Job::Execute { request, reply } => {
                        requests.push(request);
                        replies.push(reply);
                    }
                    Job::Change(change) => changes.push(change),
                    Job::Probe { reply } => probes.push(reply),
                }
            }
            if !requests.is_empty() || !changes.is_empty() {
                let (outcomes, changed) = self.write(&requests, &mut changes);
                self.tell_news(&outcomes);
                answer_all(replies.into_iter().zip(outcomes));
                self.answer_changes(changes, changed);
            }
            if !probes.is_empty() {
                let outcome = self.probe();
                for reply in probes {
                    // Nobody may be waiting any more.
                    let _ = reply.send(outcome.clone());
                }
            }
            if let Some(open) = &self.open {
                self.shared.checkpoints.finish_if_asked(&open.connection);
            }
        }
    }

    /// Runs a batch; whatever happens, there is one outcome for each request
    /// and each change.
    fn write(
        &mut self,
        requests: &[Request],
        changes: &mut [Box<dyn Change>],
    ) -> (Outcomes, Changed) {
        let started = Instant::now();
        let count = requests.len() + changes.len();
        let outcomes = match self.run_batch(requests, changes) {
            Ok(outcomes) => outcomes,
            // One request may be at fault: its neighbours must not suffer.
            Err(BatchError::NotDone(error)) if count > 1 && !error.concerns_everyone() => {
                tracing::error!(%error, "a batch failed and is tried request by request");
                self.write_singly(requests, changes)
            }
            Err(error) => all_failed(&error, requests, changes),
        };
        count_orders(outcomes.0.iter().flatten());
        if !requests.is_empty() {
            metrics::histogram!("jumun_batch_size").record(requests.len() as f64);
            metrics::histogram!("jumun_commit_duration_seconds").record(started.elapsed());
        }
        metrics::gauge!("jumun_wal_pages").set(f64::from(self.shared.checkpoints.log_pages()));
        outcomes
    }

    fn write_singly(
        &mut self,
        requests: &[Request],
        changes: &mut [Box<dyn Change>],
    ) -> (Outcomes, Changed) {
        let mut outcomes = Outcomes::with_capacity(requests.len());
        for request in requests {
            let one = std::slice::from_ref(request);
            match self.run_batch(one, &mut []) {
                Ok((outcome, _)) => outcomes.extend(outcome),
                Err(error) => outcomes.push(Err(error.fault())),
            }
        }
        // These do not spoil one another within a batch.
        let changed = match self.run_batch(&[], changes) {
            Ok((_, changed)) => changed,
            Err(error) => all_failed(&error, &[], changes).1,
        };
        (outcomes, changed)
    }

    fn run_batch(
        &mut self,
        requests: &[Request],
        changes: &mut [Box<dyn Change>],
    ) -> Result<(Outcomes, Changed), BatchError> {
        self.with_open(|Opened { connection, memory }| {
            batch::run(connection, requests, changes, memory)
        })
    }

    /// A commit of as many pages as a batch writes, which changes nothing
    /// anyone sees: a smaller one could succeed where orders still fail.
    fn probe(&mut self) -> Result<(), Fault> {
        let result = self.with_open(|Opened { connection, memory }| {
            // What every batch reads has to be readable, too.
            memory.refresh(connection)?;
            let written = connection.execute(
                "INSERT INTO probe (singleton, filler) VALUES (1, zeroblob(?1))
                 ON CONFLICT DO UPDATE SET filler = excluded.filler",
                [PROBE_BYTES],
            );
            match written {
                Ok(_) => Ok(()),
                // It commits by itself, so its failure is that of a commit.
                Err(error) => Err(batch::commit_failed(error)),
            }
        });
        result.map_err(|error| error.fault())
    }

    /// Runs `work` on the connection, opened again first where it was given
    /// up, and keeps account of whether the storage works.
    fn with_open<T>(
        &mut self,
        work: impl FnOnce(&mut Opened) -> Result<T, BatchError>,
    ) -> Result<T, BatchError> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => Opened::new(self.reopen()?, self.shared.fold_after),
        };
        let result = work(&mut open);
        match &result {
            Ok(_) => {
                if self.shared.trouble().is_some() {
                    tracing::info!("the database can be written again");
                    self.shared.set_trouble(None);
                }
                self.open = Some(open);
            }
            Err(BatchError::NotDone(error)) => {
                if error.concerns_everyone() {
                    tracing::error!(cause = error.explain(), "a batch was not written");
                    self.shared.set_trouble(Some(error.explain()));
                }
                self.open = Some(open);
            }
            Err(BatchError::Unknown(error)) => {
                tracing::error!(
                    cause = error.explain(),
                    "a commit failed; the database is reopened"
                );
                self.shared.set_trouble(Some(error.explain()));
            }
        }
        result
    }

    /// Opens the database again after a failed commit. The log may then hold
    /// records whose sync failed and would not be tried again by the system;
    /// so all of it is brought into the database file, and that is synced,
    /// before anything is built on it.
    fn reopen(&mut self) -> Result<Connection, BatchError> {
        let attempt = open(&self.path, &self.shared).map_err(|error| error.to_string());
        let attempt = attempt.and_then(|connection| {
            checkpoint::truncate(&connection).map_err(|error| error.to_string())?;
            Ok(connection)
        });
        attempt.map_err(|reason| {
            let error = StorageError::NotReopened(reason);
            self.shared.set_trouble(Some(error.explain()));
            BatchError::NotDone(error)
        })
    }

    /// Wakes who waits for events, if the batch wrote one. Without a listener
    /// this is a look at a counter.
    fn tell_news(&self, outcomes: &Outcomes) {
        let wrote_event = |decision: &Decision| {
            matches!(
                decision,
                Decision::Done(Answer::OrderPlaced(_) | Answer::OrderCancelled(_))
            )
        };
        if outcomes.iter().flatten().any(wrote_event) {
            // Nobody may be listening.
            let _ = self.shared.news.send(());
        }
    }

    fn answer_changes(&self, changes: Vec<Box<dyn Change>>, changed: Changed) {
        for (change, outcome) in changes.into_iter().zip(changed) {
            change.answer(outcome);
        }
    }
}

fn all_failed(
    error: &BatchError,
    requests: &[Request],
    changes: &[Box<dyn Change>],
) -> (Outcomes, Changed) {
    let fault = error.fault();
    (
        requests.iter().map(|_| Err(fault.clone())).collect(),
        changes.iter().map(|_| Err(fault.clone())).collect(),
    )
}

#[cfg(test)]
mod tests;
