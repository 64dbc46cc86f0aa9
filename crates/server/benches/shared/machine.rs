//! What processes and the rest of the machine do during a run: a figure taken
//! beside other work is not worth much, and the report says so.

use std::fs;
use std::iter::Sum;
use std::ops::Add;
use std::path::Path;

use anyhow::Context;

/// Kernel ticks a second in `/proc`: 100 on every Linux of today.
const TICKS_PER_SECOND: f64 = 100.0;
/// Where a process's parent is in its `stat`, after its name.
const PARENT: usize = 1;
/// Where user ticks are there: its own, and those of the children that have ended.
const USER_TICKS: [usize; 2] = [11, 13];
/// Where system ticks are there, in the same way.
const SYSTEM_TICKS: [usize; 2] = [12, 14];
/// Where idle and waiting ticks are in the machine's `stat`.
const IDLE_TICKS: [usize; 2] = [3, 4];
/// Ticks of guests are in those of user and nice already.
const MACHINE_FIELDS: usize = 8;

/// Processor time up to a moment, in seconds.
#[derive(Clone, Debug)]
pub(crate) struct Processors {
    /// Of all processors, busy or idle.
    total: f64,
    /// Of all processors, busy.
    busy: f64,
    /// Of each server, with its children.
    servers: Vec<Seconds>,
    /// Of the load generator, with its children that have ended.
    generator: f64,
}

/// Processor time of a process.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Seconds {
    /// In its own code.
    pub(crate) user: f64,
    /// In the kernel on its behalf.
    pub(crate) system: f64,
}

impl Seconds {
    /// Both.
    pub(crate) fn total(self) -> f64 {
        self.user + self.system
    }
}

impl Add for Seconds {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            user: self.user + other.user,
            system: self.system + other.system,
        }
    }
}

impl Sum for Seconds {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

/// Processor time between two moments.
#[derive(Clone, Debug)]
pub(crate) struct Usage {
    /// Of each server.
    pub(crate) servers: Vec<Seconds>,
    /// Seconds of the load generator, and of what it ran to the end meanwhile.
    pub(crate) generator_seconds: f64,
    /// The share of all processors that neither servers nor generator used.
    pub(crate) others: f64,
}

impl Processors {
    /// Now, with `servers` the ids of the servers' processes.
    pub(crate) fn now(servers: &[u32]) -> anyhow::Result<Self> {
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
            servers: servers
                .iter()
                .map(|&id| with_children(id))
                .collect::<anyhow::Result<_>>()?,
            generator: Process::look(std::process::id())?.seconds.total(),
        })
    }

    /// What was used since `earlier`, which was asked for the same servers.
    pub(crate) fn since(&self, earlier: &Self) -> Usage {
        let servers = self.servers.iter().zip(&earlier.servers);
        let servers: Vec<Seconds> = servers
            .map(|(now, then)| Seconds {
                user: now.user - then.user,
                system: now.system - then.system,
            })
            .collect();
        let generator_seconds = self.generator - earlier.generator;
        let ours = servers.iter().copied().sum::<Seconds>().total() + generator_seconds;
        let others = (self.busy - earlier.busy - ours) / (self.total - earlier.total);
        // Ticks are coarse; a tick too few is not less than nothing.
        Usage {
            servers,
            generator_seconds,
            others: others.max(0.0),
        }
    }
}

/// The seconds of a process and of its children, whether they have ended or not.
fn with_children(id: u32) -> anyhow::Result<Seconds> {
    let mut sum = Process::look(id)?.seconds;
    for entry in fs::read_dir("/proc")? {
        let Some(child) = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        // One that has ended meanwhile is in its parent's seconds.
        if let Ok(child) = Process::look(child)
            && child.parent == id
        {
            sum = sum + child.seconds;
        }
    }
    Ok(sum)
}

/// What `/proc` says of a process.
struct Process {
    parent: u32,
    /// Its own, and those of its children that have ended.
    seconds: Seconds,
}

impl Process {
    fn look(id: u32) -> anyhow::Result<Self> {
        const CHANGED: &str = "the kernel's process stat has changed";
        let stat = read(&Path::new("/proc").join(id.to_string()).join("stat"))?;
        let (_, fields) = stat.rsplit_once(')').context(CHANGED)?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let sum = |places: [usize; 2]| -> anyhow::Result<f64> {
            let ticks = places.iter().map(|place| fields.get(*place));
            ticks.map(|ticks| seconds(ticks.context(CHANGED)?)).sum()
        };
        Ok(Self {
            parent: fields.get(PARENT).context(CHANGED)?.parse()?,
            seconds: Seconds {
                user: sum(USER_TICKS)?,
                system: sum(SYSTEM_TICKS)?,
            },
        })
    }
}

fn seconds(ticks: &str) -> anyhow::Result<f64> {
    Ok(ticks.parse::<f64>()? / TICKS_PER_SECOND)
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path)
        .with_context(|| format!("{} is not there; the bench needs Linux", path.display()))
}
