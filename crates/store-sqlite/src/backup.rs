//! A consistent copy of a live database.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use crate::connection::Role;
use crate::error::OpenError;
use crate::migrate::open_current;
use crate::private;
use crate::states::fold;

/// Pages copied in one step (4 MiB) before progress is told.
const PAGES_PER_STEP: i32 = 1_024;

/// Why there is no copy. What was begun of it was removed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database cannot be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A file is in the way.
    #[error("{path} exists already; name a file that does not, this one was left as it is")]
    Exists {
        /// Where the copy was to go.
        path: PathBuf,
    },
    /// The copy could not be written.
    #[error("cannot write {path}: {reason}; check its folder and the free space")]
    Write {
        /// Where the copy was to go.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
}

/// Copies the database at `path` into the new file `target` while orders go
/// on, and checks the copy. `progress` is told the pages copied and in all.
///
/// The copy is one snapshot: it is read in a single transaction, during which
/// the write-ahead log cannot begin anew.
///
/// # Errors
///
/// A database that cannot be read, a target that exists or cannot be written.
pub fn backup(
    path: &Path,
    target: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), BackupError> {
    let source = open_current(path, Role::Reader)?;
    let failed = |reason: String| BackupError::Write {
        path: target.to_owned(),
        reason,
    };
    let exists = || BackupError::Exists {
        path: target.to_owned(),
    };
    if target.exists() {
        return Err(exists());
    }
    // Under another name until it is whole: a copy that a signal cut short
    // must not be taken for a backup.
    let unfinished = Unfinished(unfinished_path(target));
    private::options()
        .write(true)
        .create(true)
        .truncate(true)
        .open(&unfinished.0)
        .map_err(|error| failed(error.to_string()))?;
    copy(&source, &unfinished.0, progress).map_err(failed)?;
    // Unlike a rename, a link never replaces what came into being meanwhile.
    match std::fs::hard_link(&unfinished.0, target) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(exists()),
        Err(error) => Err(failed(error.to_string())),
    }
}

/// `<target>.unfinished-<process>`
fn unfinished_path(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(format!(".unfinished-{}", std::process::id()));
    PathBuf::from(name)
}

/// A file that goes however the backup ends.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Nothing more can be done about one that stays; its name tells what it is.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn copy(
    source: &Connection,
    target: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), String> {
    let text = |error: rusqlite::Error| error.to_string();
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(target, flags).map_err(text)?;
    // Held over all steps: otherwise a write between two would begin the copy anew.
    let snapshot = source.unchecked_transaction().map_err(text)?;
    {
        let backup = Backup::new(source, &mut copy).map_err(text)?;
        loop {
            let step = backup.step(PAGES_PER_STEP).map_err(text)?;
            let at = backup.progress();
            let total = u64::try_from(at.pagecount).unwrap_or(0);
            let left = u64::try_from(at.remaining).unwrap_or(0);
            progress(total.saturating_sub(left), total);
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                _ => return Err("the database is locked by another process".to_owned()),
            }
        }
    }
    snapshot.finish().map_err(text)?;
    let verdict: String = copy
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(text)?;
    if verdict != "ok" {
        return Err(format!("the copy is damaged ({verdict})"));
    }
    // Whoever reads the copy with SQL then finds all states and keys in their tables.
    fold(&mut copy).map_err(|error| format!("the copy is damaged: {}", error.explain()))?;
    // Back from the write-ahead log, so that the copy is one file.
    copy.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))
        .map_err(text)?;
    drop(copy);
    std::fs::File::open(target)
        .and_then(|file| file.sync_all())
        .map_err(|error| error.to_string())
}
