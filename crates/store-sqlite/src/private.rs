//! Files that are nobody else's to read: a shop's books, and copies of them.

use std::fs::OpenOptions;

/// Opens files so that a new one is for its owner alone, whatever the umask
/// allows. One that is there keeps its permissions. SQLite gives its log and
/// index the permissions of the database.
pub(crate) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
