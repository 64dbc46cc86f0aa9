//! Moves the write-ahead log into the database while orders go on.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, ErrorCode, MAIN_DB};

use crate::connection::{self, Role};
use crate::error::OpenError;
use crate::options::{CHECKPOINT_PAGES, MAX_CHECKPOINT_PASSES, WAL_REST_PAGES};

/// What the writer and the checkpoint thread tell each other.
#[derive(Default)]
pub(crate) struct CheckpointSignal {
    /// Pages in the log after the writer's last commit.
    log_pages: AtomicU32,
    /// Pages in the log when it was last checkpointed.
    done_pages: AtomicU32,
    /// Nearly all of the log is checkpointed: the writer shall do the small rest
    /// between two batches, so that the log begins anew.
    finish: AtomicBool,
    request: Mutex<Request>,
    changed: Condvar,
}

#[derive(Default)]
struct Request {
    wanted: bool,
    stopped: bool,
}

impl CheckpointSignal {
    /// Told by SQLite after each commit of the writer.
    pub(crate) fn committed(&self, log_pages: u32) {
        let last = self.log_pages.swap(log_pages, Ordering::Relaxed);
        if log_pages < last {
            // The log has begun anew.
            self.done_pages.store(0, Ordering::Relaxed);
        }
        if self.grown() >= CHECKPOINT_PAGES {
            let mut request = self.lock();
            if !request.wanted {
                request.wanted = true;
                self.changed.notify_one();
            }
        }
    }

    /// Called by the writer between two batches.
    pub(crate) fn finish_if_asked(&self, connection: &Connection) {
        if self.finish.swap(false, Ordering::Relaxed)
            && let Err(error) = passive(connection)
            && error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy)
        {
            // Busy: another process checkpoints at this moment, an import or a backup.
            tracing::warn!(%error, "a checkpoint failed; the log is kept and it is tried again");
        }
    }

    pub(crate) fn log_pages(&self) -> u32 {
        self.log_pages.load(Ordering::Relaxed)
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_one();
    }

    /// Waits until a checkpoint is wanted; `false` to stop.
    fn wait(&self) -> bool {
        let mut request = self.lock();
        while !request.wanted && !request.stopped {
            request = self
                .changed
                .wait(request)
                .unwrap_or_else(PoisonError::into_inner);
        }
        request.wanted = false;
        !request.stopped
    }

    /// What was wanted while a checkpoint ran is done by it, for the most part. What it
    /// could not do is tried again after the next commit, and not for ever at once.
    fn done(&self) {
        let mut request = self.lock();
        request.wanted &= self.grown() >= CHECKPOINT_PAGES;
    }

    /// So many pages of the log are in the database.
    fn has_done(&self, pages: u32) {
        // With fewer it has begun anew meanwhile.
        let done = if self.log_pages() < pages { 0 } else { pages };
        self.done_pages.store(done, Ordering::Relaxed);
    }

    /// Pages that the log has got since it was last checkpointed.
    fn grown(&self) -> u32 {
        let done = self.done_pages.load(Ordering::Relaxed);
        self.log_pages().saturating_sub(done)
    }

    fn lock(&self) -> MutexGuard<'_, Request> {
        self.request.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread that checkpoints on a connection of its own: it copies pages and
/// syncs the database file without holding a lock that the writer needs.
pub(crate) struct Checkpointer {
    signal: Arc<CheckpointSignal>,
    thread: JoinHandle<()>,
}

impl Checkpointer {
    pub(crate) fn start(path: &Path, signal: Arc<CheckpointSignal>) -> Result<Self, OpenError> {
        let connection = connection::open(path, Role::Writer)?;
        let theirs = signal.clone();
        let thread = std::thread::Builder::new()
            .name("checkpoint".to_owned())
            .spawn(move || {
                while theirs.wait() {
                    checkpoint(&connection, &theirs);
                    theirs.done();
                }
            })
            .map_err(|error| OpenError::Unusable {
                path: path.to_owned(),
                reason: error.to_string(),
                remedy: "raise the limit on threads for this user",
            })?;
        Ok(Self { signal, thread })
    }

    /// Ends the thread; what is not checkpointed stays in the log, which is
    /// as safe.
    pub(crate) fn stop(self) {
        self.signal.stop();
        if self.thread.join().is_err() {
            tracing::error!("the checkpoint thread had panicked");
        }
    }
}

fn checkpoint(connection: &Connection, signal: &CheckpointSignal) {
    // What the writer adds while a pass runs is left to the next one, which is
    // shorter. Only when little is left is the writer asked to do the rest: it
    // would hold up orders.
    for _ in 0..MAX_CHECKPOINT_PASSES {
        let before = signal.done_pages.load(Ordering::Relaxed);
        match passive(connection) {
            Ok((_, done_pages)) => {
                signal.has_done(done_pages);
                if done_pages == before {
                    // A reader still needs what is left: the writer would come no further.
                    return;
                }
                if signal.log_pages().saturating_sub(done_pages) <= WAL_REST_PAGES {
                    break;
                }
            }
            Err(error) => {
                if error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) {
                    tracing::warn!(%error, "a checkpoint failed; the log is kept and it is tried again");
                }
                return;
            }
        }
    }
    signal.finish.store(true, Ordering::Relaxed);
}

/// Copies what no reader still needs from the log; waits for nobody. Returns
/// the pages in the log and how many of them are in the database by now.
pub(crate) fn passive(connection: &Connection) -> rusqlite::Result<(u32, u32)> {
    let (log, done) = connection.wal_checkpoint_v2(Some(MAIN_DB), CheckpointMode::PASSIVE)?;
    Ok((
        u32::try_from(log).unwrap_or(0),
        u32::try_from(done).unwrap_or(0),
    ))
}

/// Brings the whole log into the database, synced, and empties it.
pub(crate) fn truncate(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .wal_checkpoint_v2(Some(MAIN_DB), CheckpointMode::TRUNCATE)
        .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_wanted(signal: &CheckpointSignal) -> bool {
        signal.lock().wanted
    }

    #[test]
    fn a_checkpoint_is_wanted_once_the_log_has_grown_and_made_once() {
        let signal = CheckpointSignal::default();
        signal.committed(CHECKPOINT_PAGES - 1);
        assert!(!is_wanted(&signal));
        signal.committed(CHECKPOINT_PAGES);
        assert!(signal.wait());
        // A commit while it runs.
        signal.committed(CHECKPOINT_PAGES + 10);
        assert!(is_wanted(&signal));
        signal.has_done(CHECKPOINT_PAGES);
        signal.done();
        assert!(!is_wanted(&signal), "what was left is little");
        signal.committed(2 * CHECKPOINT_PAGES);
        assert!(is_wanted(&signal));
        // The log begins anew.
        signal.wait();
        signal.done();
        signal.committed(5);
        assert!(!is_wanted(&signal));
        signal.committed(CHECKPOINT_PAGES);
        assert!(is_wanted(&signal));
    }

    #[test]
    fn a_pass_over_a_log_that_has_begun_anew_says_nothing_of_the_new_one() {
        let signal = CheckpointSignal::default();
        signal.committed(CHECKPOINT_PAGES);
        signal.committed(10);
        signal.has_done(CHECKPOINT_PAGES);
        signal.committed(CHECKPOINT_PAGES);
        assert!(is_wanted(&signal));
    }

    #[test]
    fn what_could_not_be_checkpointed_waits_for_the_next_commit() {
        let signal = CheckpointSignal::default();
        signal.committed(CHECKPOINT_PAGES);
        assert!(signal.wait());
        // A reader holds it back, or the disk fails.
        signal.done();
        assert!(!is_wanted(&signal));
        signal.committed(CHECKPOINT_PAGES + 1);
        assert!(is_wanted(&signal));
    }
}
