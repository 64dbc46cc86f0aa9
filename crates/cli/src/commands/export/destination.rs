//! Where an export goes.

use std::fs::Permissions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::failure::Failure;

/// What a new file may be read and written by, before the umask.
const NEW_FILE_MODE: u32 = 0o666;

/// Standard output, or a file that appears under its name only once it is whole.
pub(super) enum Destination {
    Stdout(BufWriter<io::StdoutLock<'static>>),
    File {
        file: BufWriter<NamedTempFile>,
        path: PathBuf,
    },
}

impl Destination {
    /// Opens it.
    ///
    /// # Errors
    ///
    /// When the file exists, or its folder cannot be written.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Ok(Self::Stdout(BufWriter::new(io::stdout().lock())));
        };
        if path.exists() {
            return Err(exists(path));
        }
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let file = tempfile::Builder::new()
            .prefix(".jumun-export-")
            .permissions(Permissions::from_mode(NEW_FILE_MODE))
            .tempfile_in(folder)
            .map_err(|error| {
                Failure::new(format!("cannot write in {}: {error}", folder.display()))
                    .help("name a file in a folder that exists and can be written with --output")
            })?;
        Ok(Self::File {
            file: BufWriter::new(file),
            path: path.to_owned(),
        })
    }

    /// Writes out what is left, and gives the file its name.
    ///
    /// # Errors
    ///
    /// When the disk is full, or the file has come into being meanwhile.
    pub(super) fn finish(self) -> Result<(), Failure> {
        match self {
            Self::Stdout(mut stdout) => stdout.flush().map_err(|error| Failure::output(&error)),
            Self::File { file, path } => {
                let file = file
                    .into_inner()
                    .map_err(|error| Failure::output(error.error()))?;
                file.as_file()
                    .sync_all()
                    .map_err(|error| Failure::output(&error))?;
                match file.persist_noclobber(&path) {
                    Ok(_) => Ok(()),
                    Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                        Err(exists(&path))
                    }
                    Err(error) => Err(Failure::output(&error.error)),
                }
            }
        }
    }
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(stdout) => stdout.write(bytes),
            Self::File { file, .. } => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => stdout.flush(),
            Self::File { file, .. } => file.flush(),
        }
    }
}

fn exists(path: &Path) -> Failure {
    Failure::new(format!(
        "{} exists already and is not overwritten",
        path.display()
    ))
    .help("name another file with --output, or move that one away")
}
