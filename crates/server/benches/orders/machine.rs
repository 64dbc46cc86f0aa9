//! What else the machine does during a run: a figure taken beside other work
//! is not worth much, and the report says so.

use std::path::Path;

use anyhow::Context;

/// Kernel ticks a second in `/proc`: 100 on every Linux of today.
const TICKS_PER_SECOND: f64 = 100.0;
/// Where user and system ticks are in a process's `stat`, after its name.
const PROCESS_TICKS: [usize; 2] = [11, 12];
/// Where idle and waiting ticks are in the machine's `stat`.
const IDLE_TICKS: [usize; 2] = [3, 4];
/// Ticks of guests are in those of user and nice already.
const MACHINE_FIELDS: usize = 8;

/// Processor time up to a moment, in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Processors {
    /// Of all processors, busy or idle.
    total: f64,
    /// Of all processors, busy.
    busy: f64,
    /// Of the server.
    server: f64,
    /// Of the load generator.
    generator: f64,
}

/// Processor time between two moments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// Seconds of the server.
    pub(crate) server_seconds: f64,
    /// The share of all processors that neither server nor generator used.
    pub(crate) others: f64,
}

impl Processors {
    /// Now, with `server` the id of the server's process.
    pub(crate) fn now(server: u32) -> anyhow::Result<Self> {
        let stat = read(Path::new("/proc/stat"))?;
        let line = stat
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("cpu"));
        let fields = line
            .context("the kernel's /proc/stat has changed")?
            .split_whitespace();
        let seconds: Vec<f64> = fields
            .take(MACHINE_FIELDS)
            .map(seconds)
            .collect::<anyhow::Result<_>>()?;
        let total: f64 = seconds.iter().sum();
        let idle: f64 = IDLE_TICKS
            .iter()
            .filter_map(|index| seconds.get(*index))
            .sum();
        Ok(Self {
            total,
            busy: total - idle,
            server: process_seconds(&server.to_string())?,
            generator: process_seconds("self")?,
        })
    }

    /// What was used since `earlier`.
    pub(crate) fn since(self, earlier: Self) -> Usage {
        let server_seconds = self.server - earlier.server;
        let ours = server_seconds + self.generator - earlier.generator;
        let others = (self.busy - earlier.busy - ours) / (self.total - earlier.total);
        // Ticks are coarse; a tick too few is not less than nothing.
        Usage {
            server_seconds,
            others: others.max(0.0),
        }
    }
}

fn process_seconds(process: &str) -> anyhow::Result<f64> {
    let stat = read(&Path::new("/proc").join(process).join("stat"))?;
    let (_, fields) = stat
        .rsplit_once(')')
        .context("the kernel's process stat has changed")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let mut sum = 0.0;
    for index in PROCESS_TICKS {
        sum += seconds(
            fields
                .get(index)
                .context("the kernel's process stat has changed")?,
        )?;
    }
    Ok(sum)
}

fn seconds(ticks: &str) -> anyhow::Result<f64> {
    Ok(ticks.parse::<f64>()? / TICKS_PER_SECOND)
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path)
        .with_context(|| format!("{} is not there; the bench needs Linux", path.display()))
}
