//! A file of lines that outlives crashes, full disks and rotation.

use std::borrow::Cow;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Events name users and what they bought: the group may read, others may not.
const MODE: u32 = 0o640;

/// The room kept for the next write; what a larger one took is given back.
const KEPT_BYTES: usize = 1024 * 1024;

/// A file that lines are appended to.
///
/// A line that was not written whole, by a crash or a full disk, is never
/// continued: the next line begins a new one, and what is left of the other is
/// no JSON.
pub(super) struct LineFile {
    path: PathBuf,
    /// None before the first write, and after one that failed.
    open: Option<File>,
    buffer: Vec<u8>,
}

impl LineFile {
    /// Opens nothing yet.
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            open: None,
            buffer: Vec::new(),
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends these lines with one write and one fsync. A line end within a
    /// line, which JSON only has between its parts, becomes a space.
    ///
    /// # Errors
    ///
    /// When they are not all on the disk for sure. Some of them may be; all are
    /// to be appended again.
    pub(super) fn append<'a>(&mut self, lines: impl Iterator<Item = &'a [u8]>) -> io::Result<()> {
        self.buffer.clear();
        // Room for an end to what a crash has left.
        self.buffer.push(b'\n');
        for line in lines {
            let begin = self.buffer.len();
            self.buffer.extend_from_slice(line);
            for byte in &mut self.buffer[begin..] {
                if matches!(byte, b'\n' | b'\r') {
                    *byte = b' ';
                }
            }
            self.buffer.push(b'\n');
        }
        let written = self.write();
        if written.is_err() {
            // Whatever is at its end now, the next write looks at it first.
            self.open = None;
        }
        self.buffer.shrink_to(KEPT_BYTES);
        written
    }

    fn write(&mut self) -> io::Result<()> {
        let known = self.open.take().filter(|file| is_still(file, &self.path));
        let (mut file, has_end) = match known {
            Some(file) => (file, true),
            None => {
                let file = open(&self.path)?;
                let has_end = has_end(&file)?;
                (file, has_end)
            }
        };
        file.write_all(&self.buffer[usize::from(has_end)..])?;
        // The length of the file goes with it.
        file.sync_data()?;
        // Renamed is kept; removed is lost.
        if file.metadata()?.nlink() == 0 {
            return Err(io::Error::other("it was removed while it was written"));
        }
        self.open = Some(file);
        Ok(())
    }
}

/// Whether the path still leads to the open file.
fn is_still(file: &File, path: &Path) -> bool {
    let identity = |metadata: Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(named)) => identity(open) == identity(named),
        _ => false,
    }
}

fn open(path: &Path) -> io::Result<File> {
    let is_new = match fs::metadata(path) {
        Ok(metadata) if metadata.file_type().is_fifo() => {
            // To open it would wait for a reader, for ever.
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a pipe"));
        }
        Ok(_) => false,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    };
    let file = OpenOptions::new()
        .append(true)
        .read(true)
        .create(true)
        .mode(MODE)
        .open(path)?;
    if is_new {
        // The new name is where a link leads, and not beside the link.
        let named = if path.is_symlink() {
            Cow::Owned(fs::canonicalize(path)?)
        } else {
            Cow::Borrowed(path)
        };
        if let Some(directory) = named.parent() {
            // Without this a power cut could take the file with all its lines.
            File::open(directory)?.sync_all()?;
        }
    }
    Ok(file)
}

/// Whether the last line is whole, or there is none.
fn has_end(file: &File) -> io::Result<bool> {
    let metadata = file.metadata()?;
    let Some(last) = metadata.len().checked_sub(1) else {
        return Ok(true);
    };
    let mut byte = [0];
    file.read_exact_at(&mut byte, last)?;
    Ok(byte == *b"\n")
}
