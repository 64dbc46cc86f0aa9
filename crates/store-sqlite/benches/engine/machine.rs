//! What else the machine does during a run: a figure taken beside other work
//! is not worth much, and the report says so.

use std::path::Path;

use anyhow::Context;

/// Where user and system ticks are in a process's `stat`, after its name.
const PROCESS_TICKS: [usize; 2] = [11, 12];
/// Where idle and waiting ticks are in the machine's `stat`.
const IDLE_TICKS: [usize; 2] = [3, 4];
/// Ticks of guests are in those of user and nice already.
const MACHINE_FIELDS: usize = 8;

/// Ticks of the kernel's clock, by who used them, up to a moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Processors {
    total: f64,
    idle: f64,
    ours: f64,
}

impl Processors {
    /// Up to now.
    pub(crate) fn now() -> anyhow::Result<Self> {
        let stat = read(Path::new("/proc/stat"))?;
        let line = stat
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("cpu"));
        let machine = ticks(line.context("the kernel's /proc/stat has changed")?);
        let stat = read(Path::new("/proc/self/stat"))?;
        let (_, line) = stat
            .rsplit_once(')')
            .context("the kernel's process stat has changed")?;
        let process = ticks(line);
        let sum = |ticks: &[f64], places: [usize; 2]| -> f64 {
            places.iter().filter_map(|place| ticks.get(*place)).sum()
        };
        Ok(Self {
            total: machine.iter().take(MACHINE_FIELDS).sum(),
            idle: sum(&machine, IDLE_TICKS),
            ours: sum(&process, PROCESS_TICKS),
        })
    }

    /// The share of all processors that other processes used since `earlier`.
    pub(crate) fn others_since(self, earlier: Self) -> f64 {
        let spent = self.total - earlier.total;
        let others = spent - (self.idle - earlier.idle) - (self.ours - earlier.ours);
        // Ticks are coarse; a tick too few is not less than nothing.
        (others / spent).max(0.0)
    }
}

/// The numbers of a line; what is none, as a process's state, counts as zero.
fn ticks(line: &str) -> Vec<f64> {
    line.split_whitespace()
        .map(|field| field.parse().unwrap_or(0.0))
        .collect()
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path)
        .with_context(|| format!("{} is not there; the bench needs Linux", path.display()))
}
