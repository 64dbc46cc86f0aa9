//! One server and one import a file, kept by operating system locks.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::OpenError;

/// How often a lock is tried before it counts as held: whoever only looks
/// whether there is a server ([`is_served`]) holds it for an instant.
const TRIES: u32 = 5;

/// Between two tries; the looks take microseconds.
const PAUSE: Duration = Duration::from_millis(5);

/// Held while a server runs on the database, on `<database>.lock`.
#[derive(Debug)]
pub(crate) struct ServerLock {
    _held: FileLock,
}

impl ServerLock {
    /// Takes the lock of the database at `path`, which need not exist yet.
    pub(crate) fn take(path: &Path) -> Result<Self, OpenError> {
        let refused = |holder| OpenError::InUse {
            path: path.to_owned(),
            holder,
        };
        let held = FileLock::take(lock_path(path, ".lock"), refused)?;
        Ok(Self { _held: held })
    }
}

/// Whether a server runs on the database at `path`. Where that cannot be told,
/// it counts as running, which is the careful answer.
pub(crate) fn is_served(path: &Path) -> bool {
    match File::open(lock_path(path, ".lock")) {
        // Others may look at the same moment; the lock goes with the handle.
        Ok(file) => file.try_lock_shared().is_err(),
        Err(error) => error.kind() != ErrorKind::NotFound,
    }
}

/// Held while an import runs on the database, on `<database>.import.lock`: two
/// at once would each judge rows that the other may yet take back.
#[derive(Debug)]
pub(crate) struct ImportLock {
    _held: FileLock,
}

impl ImportLock {
    /// Takes the lock of the database at `path`, which need not exist yet.
    pub(crate) fn take(path: &Path) -> Result<Self, OpenError> {
        let refused = |holder| OpenError::ImportUnderWay {
            path: path.to_owned(),
            holder,
        };
        let held = FileLock::take(lock_path(path, ".import.lock"), refused)?;
        Ok(Self { _held: held })
    }
}

/// A lock on a file of its own: closing a handle on the database itself would
/// drop SQLite's own locks. The system releases it however the process ends.
#[derive(Debug)]
struct FileLock {
    file: File,
}

impl FileLock {
    /// Takes it, or tells `refused` which process holds it, where that can be
    /// read.
    fn take(
        lock_path: PathBuf,
        refused: impl FnOnce(Option<u32>) -> OpenError,
    ) -> Result<Self, OpenError> {
        let unusable = |error: std::io::Error| OpenError::Unusable {
            path: lock_path.clone(),
            reason: error.to_string(),
            remedy: "check that the folder exists and that this user may read and write it",
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&lock_path)
            .map_err(unusable)?;
        match lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let holder = file
                    .read_to_string(&mut text)
                    .ok()
                    .and_then(|_| text.trim().parse().ok());
                return Err(refused(holder));
            }
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        // Only a hint for the message above, so a full disk does not matter.
        let _ = file.set_len(0);
        let _ = file.rewind();
        let _ = writeln!(file, "{}", std::process::id());
        Ok(Self { file })
    }
}

fn lock(file: &File) -> Result<(), TryLockError> {
    for _ in 1..TRIES {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            outcome => return outcome,
        }
    }
    file.try_lock()
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Closing would keep the lock while a child process that is just being
        // started still has a copy of the handle. If it fails, closing remains.
        let _ = self.file.unlock();
    }
}

/// Links lead to one lock: the path is resolved first, or its folder where
/// the database is yet to be created.
fn lock_path(path: &Path, suffix: &str) -> PathBuf {
    let resolved = std::fs::canonicalize(path).unwrap_or_else(|_| {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = std::fs::canonicalize(folder.unwrap_or(Path::new("."))).ok();
        match (folder, path.file_name()) {
            (Some(folder), Some(name)) => folder.join(name),
            _ => path.to_owned(),
        }
    });
    let mut name = resolved.into_os_string();
    name.push(suffix);
    PathBuf::from(name)
}
