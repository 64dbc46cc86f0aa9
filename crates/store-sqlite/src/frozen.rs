//! Databases that nobody can change here, such as a backup on a read-only disk.
//!
//! A reader of a database with a write-ahead log writes an index beside it, and
//! so cannot open one in a folder that it may not write. SQLite reads such a
//! file, without any lock or index, when it is told that nothing changes it.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rusqlite::OpenFlags;
use rustix::fs::{Access, access};

/// The address to open the database at `path` under, when neither it nor its
/// folder can be written, and no log of a server or of a crash lies beside it:
/// what is in a log would be missed.
pub(crate) fn address(path: &Path) -> Option<String> {
    // Without links, as SQLite looks for the log; and it never begins with `//`,
    // which would be a host.
    let path = std::fs::canonicalize(path).ok()?;
    let writable = |path: &Path| access(path, Access::WRITE_OK).is_ok();
    let has_log = ["-wal", "-journal"]
        .iter()
        .any(|suffix| beside(&path, suffix).exists());
    if writable(&path) || writable(path.parent()?) || has_log {
        return None;
    }
    Some(format!("file:{}?immutable=1", escaped(path.as_os_str())))
}

/// For the address: never write, whatever comes.
pub(crate) fn flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

fn beside(path: &Path, suffix: &str) -> std::path::PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// The path with every byte that means something in a URI escaped.
fn escaped(path: &OsStr) -> String {
    let mut text = String::new();
    for byte in path.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(byte) {
            text.push(char::from(*byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_keeps_nothing_that_means_something_in_an_address() {
        let table = [
            ("/var/shop.db", "/var/shop.db"),
            ("/a b/100%?#.db", "/a%20b/100%25%3F%23.db"),
            ("/가.db", "/%EA%B0%80.db"),
        ];
        for (path, expected) in table {
            assert_eq!(escaped(OsStr::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn a_file_that_can_be_written_is_opened_as_ever() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.db");
        assert_eq!(address(&path), None);
        std::fs::write(&path, "").unwrap();
        assert_eq!(address(&path), None);
    }
}
