//! How often an order has the embedded engine ask for stable storage, and how
//! many bytes it writes to which file: counted by `strace`, in a run of its own,
//! since to be watched costs time.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use jumun_load::{Pace, Timing};
use serde_json::{Value, json};

use crate::options::Role;
use crate::shared::child::{self, Server};
use crate::shared::figures;
use crate::side::{Side, System};
use crate::systems::Systems;
use crate::witness::Witness;

/// What is watched: calls for stable storage, and writes at a place in a file.
const SYNCS: [&str; 2] = ["fsync", "fdatasync"];
/// Calls that write.
const WRITE: &str = "pwrite64";
/// The number of bytes is this argument of it.
const LENGTH: usize = 2;
/// What the name of the log ends in.
const LOG: &str = "-wal>";

/// What an order came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Syncs {
    /// Answers of the run.
    pub(crate) answers: u64,
    /// How many requests a transaction held.
    pub(crate) batch: f64,
    /// Calls for stable storage.
    pub(crate) syncs: f64,
    /// Bytes written to the log.
    pub(crate) log_bytes: f64,
    /// Bytes written to the database itself, by checkpoints.
    pub(crate) database_bytes: f64,
}

/// Counts over a run of the usual load.
///
/// # Errors
///
/// When there is no `strace`, or it may not watch.
pub(crate) fn measure(
    systems: &mut Systems<'_>,
    side: Side,
    timing: Timing,
) -> anyhow::Result<Syncs> {
    ensure!(
        side.system == System::Embedded,
        "it watches files of SQLite"
    );
    let copy = systems.databases.copy_for(side)?;
    let trace = copy.path.with_extension("trace");
    let server = Server::start(watched(
        &child::again(Role::Jumun, Some(&copy.path))?,
        &trace,
    ))
    .context("strace does not run here; install it, as with: apt-get install strace")?;
    let load = systems.load(side, Pace::Closed, timing);
    let (_, witness) = jumun_load::run(&load.of(server.address), Witness::default())?;
    let batch = figures::batches(server.address)?.size;
    server.stop()?;
    let counted = Counted::of(&fs::read_to_string(&trace)?);
    counted.each(witness.answers, batch)
}

/// The same command, watched. The kernel stops it at these calls alone.
fn watched(command: &Command, trace: &Path) -> Command {
    let calls = SYNCS.into_iter().chain([WRITE]);
    let calls: Vec<&str> = calls.collect();
    let mut watched = Command::new("strace");
    watched.args(["--seccomp-bpf", "-f", "-qq", "-y", "-s", "0", "-e"]);
    watched.arg(format!("trace={}", calls.join(",")));
    watched.arg("-o").arg(trace).arg("--");
    watched.arg(command.get_program()).args(command.get_args());
    watched
}

/// What a trace comes to.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Counted {
    syncs: u64,
    log_bytes: u64,
    database_bytes: u64,
}

impl Counted {
    /// Counts calls as they begin; a line that only says how one has ended has
    /// none of their names before a parenthesis.
    fn of(trace: &str) -> Self {
        let mut counted = Self::default();
        for line in trace.lines() {
            let call = line.split_once(' ').map_or("", |(_, call)| call.trim());
            let Some((name, arguments)) = call.split_once('(') else {
                continue;
            };
            if SYNCS.contains(&name) {
                counted.syncs += 1;
            } else if name == WRITE {
                let arguments: Vec<&str> = arguments.split(", ").collect();
                let length = arguments.get(LENGTH).and_then(|it| it.parse().ok());
                let is_log = arguments.first().is_some_and(|it| it.ends_with(LOG));
                match is_log {
                    true => counted.log_bytes += length.unwrap_or(0),
                    false => counted.database_bytes += length.unwrap_or(0),
                }
            }
        }
        counted
    }

    #[allow(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    fn each(self, answers: u64, batch: f64) -> anyhow::Result<Syncs> {
        ensure!(
            answers > 0 && self.syncs > 0,
            "strace has seen no call for stable storage"
        );
        let each = |count: u64| count as f64 / answers as f64;
        Ok(Syncs {
            answers,
            batch,
            syncs: each(self.syncs),
            log_bytes: each(self.log_bytes),
            database_bytes: each(self.database_bytes),
        })
    }
}

impl Syncs {
    /// For the file of raw figures.
    pub(crate) fn to_json(self) -> Value {
        json!({
            "answers": self.answers,
            "batchSize": self.batch,
            "syncsPerAnswer": self.syncs,
            "logBytesPerAnswer": self.log_bytes,
            "databaseBytesPerAnswer": self.database_bytes,
        })
    }
}

/// Tries the counting out, since a bench has no tests.
///
/// # Errors
///
/// When a trace is counted wrongly.
pub(crate) fn try_out() -> anyhow::Result<()> {
    let trace = "\
        71 pwrite64(9</d/orders.db-wal>, \"\"..., 4096, 32) = 4096\n\
        72 fdatasync(9</d/orders.db-wal> <unfinished ...>\n\
        71 pwrite64(8</d/orders.db>, \"\"..., 8192, 0 <unfinished ...>\n\
        72 <... fdatasync resumed>)        = 0\n\
        71 <... pwrite64 resumed>)         = 8192\n\
        73 fsync(5</d>)                    = 0\n\
        71 +++ exited with 0 +++\n";
    let expected = Counted {
        syncs: 2,
        log_bytes: 4_096,
        database_bytes: 8_192,
    };
    let counted = Counted::of(trace);
    ensure!(counted == expected, "a trace is counted as {counted:?}");
    Ok(())
}
