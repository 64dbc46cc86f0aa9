//! SQLite's default VFS, but that some functions of its files are ours. All the unsafe
//! code that there is is in this module.
//!
//! A panic in a function that C calls ends the process, so none of them crosses
//! into SQLite; no line of them has one, but for memory that has run out.

#![allow(unsafe_code, reason = "a VFS is C functions over pointers")]

mod database;
mod log;

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering};

use rusqlite::ffi::{self, sqlite3_file, sqlite3_io_methods, sqlite3_vfs};

use self::database::Database;
use self::log::Log;
use super::buffer::Written;

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

/// The functions of the original that ours stand before.
#[derive(Clone, Copy)]
pub(super) struct Original {
    pub(super) close: unsafe extern "C" fn(*mut sqlite3_file) -> c_int,
    pub(super) read: unsafe extern "C" fn(*mut sqlite3_file, *mut c_void, c_int, i64) -> c_int,
    pub(super) write: unsafe extern "C" fn(*mut sqlite3_file, *const c_void, c_int, i64) -> c_int,
    pub(super) truncate: unsafe extern "C" fn(*mut sqlite3_file, i64) -> c_int,
    pub(super) sync: unsafe extern "C" fn(*mut sqlite3_file, c_int) -> c_int,
    pub(super) size: unsafe extern "C" fn(*mut sqlite3_file, *mut i64) -> c_int,
    pub(super) control: unsafe extern "C" fn(*mut sqlite3_file, c_int, *mut c_void) -> c_int,
}

impl Original {
    /// `None` if the original lacks a function, which SQLite's own do not.
    pub(super) fn of(methods: &sqlite3_io_methods) -> Option<Self> {
        Some(Self {
            close: methods.xClose?,
            read: methods.xRead?,
            write: methods.xWrite?,
            truncate: methods.xTruncate?,
            sync: methods.xSync?,
            size: methods.xFileSize?,
            control: methods.xFileControl?,
        })
    }

    /// Writes `bytes` to the file itself.
    ///
    /// # Safety
    ///
    /// `file` is open, and these are its functions.
    pub(super) unsafe fn write_at(
        &self,
        file: *mut sqlite3_file,
        offset: i64,
        bytes: &[u8],
    ) -> Written {
        let Ok(length) = c_int::try_from(bytes.len()) else {
            return Err(ffi::SQLITE_IOERR_WRITE);
        };
        // SAFETY: what this function asks for; the bytes are as long as is said,
        // and the original keeps no pointer to them.
        as_result(unsafe { (self.write)(file, bytes.as_ptr().cast(), length, offset) })
    }
}

/// Opens as the original does; a log and a database get functions of ours.
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
    if code != ffi::SQLITE_OK {
        return code;
    }
    // SAFETY: the original has opened the file, and so has set its functions. They are
    // `'static`, as all of a VFS is.
    let methods: &'static sqlite3_io_methods = unsafe { &*(*file).pMethods };
    let ours = if flags & ffi::SQLITE_OPEN_WAL != 0 {
        Log::new(methods).map(|it| Box::into_raw(Box::new(it)).cast())
    } else if flags & ffi::SQLITE_OPEN_MAIN_DB != 0 {
        Database::new(methods).map(|it| Box::into_raw(Box::new(it)).cast())
    } else {
        None
    };
    if let Some(ours) = ours {
        // SAFETY: `file` is SQLite's, for this call ours alone. What it points to lives
        // until the file's function `xClose`, which is ours, too.
        unsafe { (*file).pMethods = ours };
    }
    code
}

pub(super) fn as_result(code: c_int) -> Written {
    match code {
        ffi::SQLITE_OK => Ok(()),
        code => Err(code),
    }
}
