//! SQLite's default VFS, but with a buffer before each write-ahead log. This is
//! all the unsafe code there is.
//!
//! A panic in a function that C calls ends the process, so none of them crosses
//! into SQLite; no line here has one, but for memory that has run out.

#![allow(unsafe_code, reason = "a VFS is C functions over pointers")]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering};

use rusqlite::ffi::{self, sqlite3_file, sqlite3_io_methods, sqlite3_vfs};

use super::buffer::{Buffer, Written};

const NAME: &CStr = c"jumun";

/// The VFS that ours is a copy of.
static ORIGINAL: AtomicPtr<sqlite3_vfs> = AtomicPtr::new(ptr::null_mut());

/// Makes the VFS known to SQLite, once a process, and returns its name.
pub(super) fn register() -> Result<&'static CStr, c_int> {
    static CODE: OnceLock<c_int> = OnceLock::new();
    match *CODE.get_or_init(register_copy) {
        ffi::SQLITE_OK => Ok(NAME),
        code => Err(code),
    }
}

fn register_copy() -> c_int {
    // SAFETY: null asks for the default VFS. SQLite initialises itself first.
    let original = unsafe { ffi::sqlite3_vfs_find(ptr::null()) };
    if original.is_null() {
        return ffi::SQLITE_ERROR;
    }
    ORIGINAL.store(original, Ordering::Release);
    let copy = Box::new(sqlite3_vfs {
        zName: NAME.as_ptr(),
        pNext: ptr::null_mut(),
        xOpen: Some(open),
        // SAFETY: it is not null, and nobody takes the default VFS away.
        ..unsafe { *original }
    });
    // SAFETY: a VFS whose functions are the original's, over the same file
    // objects; it is leaked, so it lives as long as SQLite may use it.
    unsafe { ffi::sqlite3_vfs_register(Box::leak(copy), 0) }
}

/// A write-ahead log that is open. SQLite finds the functions of a file by a
/// pointer at its beginning, which is all of the file object that is changed:
/// it points here.
#[repr(C)]
struct Log {
    /// First, so that the pointer to it is one to the log. The original's, but
    /// for those below.
    methods: sqlite3_io_methods,
    original: Original,
    buffer: Buffer,
}

/// The functions of the original that ours stand before.
#[derive(Clone, Copy)]
struct Original {
    close: unsafe extern "C" fn(*mut sqlite3_file) -> c_int,
    read: unsafe extern "C" fn(*mut sqlite3_file, *mut c_void, c_int, i64) -> c_int,
    write: unsafe extern "C" fn(*mut sqlite3_file, *const c_void, c_int, i64) -> c_int,
    truncate: unsafe extern "C" fn(*mut sqlite3_file, i64) -> c_int,
    sync: unsafe extern "C" fn(*mut sqlite3_file, c_int) -> c_int,
    size: unsafe extern "C" fn(*mut sqlite3_file, *mut i64) -> c_int,
    control: unsafe extern "C" fn(*mut sqlite3_file, c_int, *mut c_void) -> c_int,
}

impl Log {
    /// `None` if the original lacks a function, which SQLite's own do not.
    fn new(methods: &sqlite3_io_methods) -> Option<Self> {
        Some(Self {
            original: Original {
                close: methods.xClose?,
                read: methods.xRead?,
                write: methods.xWrite?,
                truncate: methods.xTruncate?,
                sync: methods.xSync?,
                size: methods.xFileSize?,
                control: methods.xFileControl?,
            },
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

impl Original {
    /// Writes `bytes` to the file itself.
    ///
    /// # Safety
    ///
    /// `file` is open, and these are its functions.
    unsafe fn write_at(&self, file: *mut sqlite3_file, offset: i64, bytes: &[u8]) -> Written {
        let Ok(length) = c_int::try_from(bytes.len()) else {
            return Err(ffi::SQLITE_IOERR_WRITE);
        };
        // SAFETY: what this function asks for; the bytes are as long as is said,
        // and the original keeps no pointer to them.
        as_result(unsafe { (self.write)(file, bytes.as_ptr().cast(), length, offset) })
    }
}

/// Opens as the original does; a write-ahead log gets a buffer.
unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let original = ORIGINAL.load(Ordering::Acquire);
    // SAFETY: it was set before this function was made known, for ever.
    let Some(open) = (unsafe { (*original).xOpen }) else {
        return ffi::SQLITE_CANTOPEN;
    };
    // SAFETY: the arguments are SQLite's own, and `file` has the size that the
    // original asks for, since ours asks for the same.
    let code = unsafe { open(original, name, file, flags, out_flags) };
    if code != ffi::SQLITE_OK || flags & ffi::SQLITE_OPEN_WAL == 0 {
        return code;
    }
    // SAFETY: the original has opened the file, and so has set its functions.
    if let Some(log) = Log::new(unsafe { &*(*file).pMethods }) {
        // SAFETY: `file` is SQLite's, for this call ours alone. The log lives
        // until `close`.
        unsafe { (*file).pMethods = Box::into_raw(Box::new(log)).cast() };
    }
    code
}

/// Calls `work` with the log that `file` is.
///
/// # Safety
///
/// `file` was opened by [`open`] as a log and is not closed, and no other call
/// with it is under way. So it is in each function below: SQLite finds them only
/// in the log of a file, uses a file from one thread at a time, and the
/// original, which is called from them, calls no function of a file.
unsafe fn with_log(
    file: *mut sqlite3_file,
    work: impl FnOnce(&Original, &mut Buffer) -> Written,
) -> c_int {
    // SAFETY: `open` made the pointer from one to a whole log, of which the
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

fn as_result(code: c_int) -> Written {
    match code {
        ffi::SQLITE_OK => Ok(()),
        code => Err(code),
    }
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
    // SAFETY: `file` is a log, as `with_log` says, and `open` made it from a box.
    // SQLite looks at the functions of a closed file no more.
    unsafe {
        let log = Box::from_raw((*file).pMethods.cast_mut().cast::<Log>());
        (log.original.close)(file)
    }
}
