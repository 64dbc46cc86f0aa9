//! The functions of a database file, which is synced while it is written.

use std::ffi::{c_int, c_void};

use rusqlite::ffi::{self, sqlite3_file, sqlite3_io_methods};

use super::Original;

/// Bytes of a checkpoint between two syncs. A disk takes them within a millisecond or
/// two, and a commit whose own sync comes meanwhile waits for no more.
const SYNCED_AT_ONCE_BYTES: usize = 1 << 20;

/// A database file that is open. SQLite finds the functions of a file by a pointer at
/// its beginning, which is all of the file object that is changed: it points here.
#[repr(C)]
pub(super) struct Database {
    /// First, so that the pointer to it is one to the whole. The original's, but for
    /// those below.
    methods: sqlite3_io_methods,
    original: Original,
    unsynced: Unsynced,
}

/// Bytes that were written since the last sync of this kind.
#[derive(Default)]
struct Unsynced(usize);

impl Unsynced {
    /// Whether it is time for the next one, after a write.
    fn add(&mut self, bytes: usize) -> bool {
        self.0 += bytes;
        let is_due = self.0 >= SYNCED_AT_ONCE_BYTES;
        if is_due {
            self.0 = 0;
        }
        is_due
    }
}

impl Database {
    /// `None` if the original lacks a function, which SQLite's own do not.
    pub(super) fn new(methods: &sqlite3_io_methods) -> Option<Self> {
        Some(Self {
            original: Original::of(methods)?,
            methods: sqlite3_io_methods {
                xClose: Some(close),
                xWrite: Some(write),
                ..*methods
            },
            unsynced: Unsynced::default(),
        })
    }
}

/// Writes as the original does, and syncs the file now and then. SQLite syncs it in any
/// case before the log begins anew; what fails here fails the write, and with it the
/// checkpoint, as a sync of SQLite's own would.
unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    bytes: *const c_void,
    length: c_int,
    offset: i64,
) -> c_int {
    // SAFETY: SQLite finds this function only in a file that the opening made one of
    // these, and uses a file from one thread at a time; the original calls no function
    // of a file. So this is the only reference.
    let database = unsafe { &mut *(*file).pMethods.cast_mut().cast::<Database>() };
    // SAFETY: the arguments are SQLite's own.
    let code = unsafe { (database.original.write)(file, bytes, length, offset) };
    if code != ffi::SQLITE_OK {
        return code;
    }
    if !database.unsynced.add(usize::try_from(length).unwrap_or(0)) {
        return code;
    }
    // SAFETY: the file is open, and this is its function.
    unsafe { (database.original.sync)(file, ffi::SQLITE_SYNC_NORMAL) }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: as in `write`, and the opening made it from a box. SQLite looks at the
    // functions of a closed file no more.
    unsafe {
        let database = Box::from_raw((*file).pMethods.cast_mut().cast::<Database>());
        (database.original.close)(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sync_is_due_each_time_that_a_mebibyte_was_written() {
        const PAGE: usize = 4096;
        let mut unsynced = Unsynced::default();
        let due: Vec<usize> = (1..=1_000).filter(|_| unsynced.add(PAGE)).collect();
        assert_eq!(due, [256, 512, 768]);
    }
}
