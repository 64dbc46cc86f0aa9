//! The functions of a write-ahead log, with a buffer before it.

use std::ffi::{c_int, c_void};

use rusqlite::ffi::{self, sqlite3_file, sqlite3_io_methods};

use super::super::buffer::{Buffer, Written};
use super::{Original, as_result};

/// A write-ahead log that is open. SQLite finds the functions of a file by a
/// pointer at its beginning, which is all of the file object that is changed:
/// it points here.
#[repr(C)]
pub(super) struct Log {
    /// First, so that the pointer to it is one to the log. The original's, but
    /// for those below.
    methods: sqlite3_io_methods,
    original: Original,
    buffer: Buffer,
}

impl Log {
    /// `None` if the original lacks a function, which SQLite's own do not.
    pub(super) fn new(methods: &sqlite3_io_methods) -> Option<Self> {
        Some(Self {
            original: Original::of(methods)?,
            methods: sqlite3_io_methods {
                xClose: Some(close),
                xRead: Some(read),
                xWrite: Some(write),
                xTruncate: Some(truncate),
                xSync: Some(sync),
                xFileSize: Some(size),
                xFileControl: Some(control),
                ..*methods
            },
            buffer: Buffer::new(),
        })
    }
}

/// Calls `work` with the log that `file` is.
///
/// # Safety
///
/// `file` was opened by this VFS as a log and is not closed, and no other call
/// with it is under way. So it is in each function below: SQLite finds them only
/// in the log of a file, uses a file from one thread at a time, and the
/// original, which is called from them, calls no function of a file.
unsafe fn with_log(
    file: *mut sqlite3_file,
    work: impl FnOnce(&Original, &mut Buffer) -> Written,
) -> c_int {
    // SAFETY: the opening made the pointer from one to a whole log, of which the
    // functions are the first field. These two fields have no other reference.
    let written = unsafe {
        let log = (*file).pMethods.cast_mut().cast::<Log>();
        work(&(*log).original, &mut (*log).buffer)
    };
    written.err().unwrap_or(ffi::SQLITE_OK)
}

/// Writes what waits, and then does what the original does.
///
/// # Safety
///
/// As [`with_log`].
unsafe fn after_flush(file: *mut sqlite3_file, then: impl FnOnce(&Original) -> c_int) -> c_int {
    let work = |original: &Original, buffer: &mut Buffer| {
        // SAFETY: `with_log` hands out the functions of this file.
        buffer.flush(|offset, bytes| unsafe { original.write_at(file, offset, bytes) })?;
        as_result(then(original))
    };
    // SAFETY: what this function asks for.
    unsafe { with_log(file, work) }
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    bytes: *const c_void,
    length: c_int,
    offset: i64,
) -> c_int {
    let Ok(length) = usize::try_from(length) else {
        return ffi::SQLITE_IOERR_WRITE;
    };
    // SAFETY: SQLite hands out that many bytes, and leaves them until this returns.
    let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), length) };
    let work = |original: &Original, buffer: &mut Buffer| {
        // SAFETY: `with_log` hands out the functions of this file.
        buffer.write(offset, bytes, |offset, bytes| unsafe {
            original.write_at(file, offset, bytes)
        })
    };
    // SAFETY: `file` is a log, as `with_log` says.
    unsafe { with_log(file, work) }
}

unsafe extern "C" fn read(
    file: *mut sqlite3_file,
    into: *mut c_void,
    length: c_int,
    offset: i64,
) -> c_int {
    // SAFETY: `file` is a log, as `with_log` says; the arguments are SQLite's own.
    unsafe { after_flush(file, |original| (original.read)(file, into, length, offset)) }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: i64) -> c_int {
    // SAFETY: `file` is a log, as `with_log` says; the arguments are SQLite's own.
    unsafe { after_flush(file, |original| (original.truncate)(file, size)) }
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: `file` is a log, as `with_log` says; the arguments are SQLite's own.
    unsafe { after_flush(file, |original| (original.sync)(file, flags)) }
}

unsafe extern "C" fn size(file: *mut sqlite3_file, size: *mut i64) -> c_int {
    // SAFETY: `file` is a log, as `with_log` says; the arguments are SQLite's own.
    unsafe { after_flush(file, |original| (original.size)(file, size)) }
}

unsafe extern "C" fn control(
    file: *mut sqlite3_file,
    operation: c_int,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: `file` is a log, as `with_log` says; the arguments are SQLite's own.
    unsafe {
        after_flush(file, |original| {
            (original.control)(file, operation, argument)
        })
    }
}

/// What still waits was not committed, and its place may be another's by now: it
/// goes without being written.
unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: `file` is a log, as `with_log` says, and the opening made it from a box.
    // SQLite looks at the functions of a closed file no more.
    unsafe {
        let log = Box::from_raw((*file).pMethods.cast_mut().cast::<Log>());
        (log.original.close)(file)
    }
}
