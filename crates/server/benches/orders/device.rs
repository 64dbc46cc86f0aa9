//! What the disk below a directory was asked to do.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// A sector, whatever the disk's own are: the kernel counts in these.
const SECTOR_BYTES: f64 = 512.0;
/// Where the kernel counts sectors written.
const SECTORS_WRITTEN: usize = 6;
/// Where it counts flushes, which a call for stable storage ends in.
const FLUSHES: usize = 15;

/// The disk below a directory. Whatever else the machine writes to it is
/// counted, too: a figure of a machine that does something else is too high.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    stat: PathBuf,
}

/// Counters of a disk, or what was added to them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    /// Bytes that were written to it.
    pub(crate) bytes: f64,
    /// How often it was asked to bring what it has to stable storage.
    pub(crate) flushes: f64,
}

impl Device {
    /// The disk below a directory; `None` where the file system has no disk of
    /// its own that counts flushes.
    pub(crate) fn below(directory: &Path) -> anyhow::Result<Option<Self>> {
        let device = fs::metadata(directory)?.dev();
        let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
        let Ok(mut place) = fs::canonicalize(format!("/sys/dev/block/{major}:{minor}")) else {
            return Ok(None);
        };
        // Flushes are counted of the whole disk.
        if place.join("partition").exists() {
            place.pop();
        }
        let device = Self {
            stat: place.join("stat"),
        };
        Ok(device.written().is_ok().then_some(device))
    }

    /// Up to now.
    pub(crate) fn written(&self) -> anyhow::Result<Written> {
        let stat = fs::read_to_string(&self.stat)?;
        let fields: Vec<f64> = stat
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        let field = |place: usize| {
            let value = fields.get(place).copied();
            value.context("the kernel does not count what the disk is asked to flush")
        };
        Ok(Written {
            bytes: field(SECTORS_WRITTEN)? * SECTOR_BYTES,
            flushes: field(FLUSHES)?,
        })
    }
}

impl Written {
    /// What was added since `earlier`.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            bytes: self.bytes - earlier.bytes,
            flushes: self.flushes - earlier.flushes,
        }
    }
}
