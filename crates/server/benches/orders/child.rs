//! A server of the bench as a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use crate::demand::Size;
use crate::fill::FillPlan;
use crate::options::Role;

/// Opening a database after a clean stop takes milliseconds; this is for a
/// machine that is busy with other things.
const START_LIMIT: Duration = Duration::from_secs(60);
/// A million orders take well under a minute on a slow disk; ten million fit.
const FILL_LIMIT: Duration = Duration::from_secs(1_200);
/// A running server; it is stopped when this is dropped.
pub(crate) struct Server {
    process: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// When the process was started.
    pub(crate) started: Instant,
}

impl Server {
    /// Starts a server and waits until it listens.
    pub(crate) fn start(role: Role, database: Option<&Path>) -> anyhow::Result<Self> {
        let mut command = command(role)?;
        if let Some(database) = database {
            command.arg("--database").arg(database);
        }
        let started = Instant::now();
        let mut process = command
            .spawn()
            .context("the bench could not start itself again")?;
        match first_line(&mut process, START_LIMIT).and_then(|line| Ok(line.trim().parse()?)) {
            Ok(address) => Ok(Self {
                process,
                address,
                started,
            }),
            Err(error) => {
                stop(&mut process);
                Err(error)
            }
        }
    }

    /// Memory in MiB: resident now, and at the highest so far.
    pub(crate) fn memory(&self) -> anyhow::Result<Memory> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process_id()))?;
        let mib = |name: &str| -> anyhow::Result<f64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|rest| rest.split_whitespace().next());
            let kib: f64 = kib
                .context("the kernel does not tell a process's memory")?
                .parse()?;
            Ok(kib / 1024.0)
        };
        Ok(Memory {
            resident_mib: mib("VmRSS:")?,
            peak_mib: mib("VmHWM:")?,
        })
    }

    /// The id of its process.
    pub(crate) fn process_id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        stop(&mut self.process);
    }
}

/// Memory of a process in MiB.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// Now.
    pub(crate) resident_mib: f64,
    /// At the highest so far.
    pub(crate) peak_mib: f64,
}

/// Creates a database in a process of its own, so that the generator's memory
/// and the engine's stay apart.
pub(crate) fn fill(database: &Path, plan: FillPlan) -> anyhow::Result<()> {
    let mut command = command(Role::Fill)?;
    command.arg("--database").arg(database);
    command
        .arg("--preload")
        .arg(plan.orders.to_string())
        .arg("--keys")
        .arg(name(plan.keys));
    if plan.size == Size::SMALL {
        command.arg("--small");
    }
    let mut process = command
        .spawn()
        .context("the bench could not start itself again")?;
    let filled = first_line(&mut process, FILL_LIMIT);
    if filled.is_err() {
        stop(&mut process);
    }
    filled?;
    ensure!(
        process.wait()?.success(),
        "the database could not be closed; see the lines above"
    );
    Ok(())
}

fn command(role: Role) -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--role").arg(name(role));
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    Ok(command)
}

fn name(value: impl clap::ValueEnum) -> String {
    value
        .to_possible_value()
        .map(|value| value.get_name().to_owned())
        .unwrap_or_default()
}

/// The first line that a child prints, within a limit.
fn first_line(process: &mut Child, limit: Duration) -> anyhow::Result<String> {
    let stdout = process.stdout.take().context("the child has no stdout")?;
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line).map(|_| line);
        // Nobody waits any more after the limit.
        let _ = sender.send(read);
    });
    let line = receiver
        .recv_timeout(limit)
        .context("a child process said nothing in time")??;
    if line.is_empty() {
        bail!("a child process ended before it was ready; see its lines above");
    }
    Ok(line)
}

/// Ends a process now. The bench throws its databases away, so nothing is lost.
fn stop(process: &mut Child) {
    let _ = process.kill();
    let _ = process.wait();
}
