//! Processes that the generator starts: servers, which are this program again,
//! and others that end by themselves.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

/// Opening a database after a clean stop takes milliseconds; this is for a
/// machine that is busy with other things.
const START_LIMIT: Duration = Duration::from_secs(60);
/// The pause between two looks at a process that ends.
const PAUSE: Duration = Duration::from_millis(10);

/// A running server; it is stopped when this is dropped.
pub(crate) struct Server {
    process: Running,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts a server and waits until it says where it listens.
    pub(crate) fn start(command: Command) -> anyhow::Result<Self> {
        let (process, stdout) = Running::start(command)?;
        let line = within(START_LIMIT, move || {
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line)?;
            Ok(line)
        })
        .context("a server was not ready in time")??;
        if line.is_empty() {
            bail!("a server ended before it was ready; see its lines above");
        }
        Ok(Self {
            process,
            address: line.trim().parse()?,
        })
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

    /// Ends it as its stdin does, and waits for it.
    ///
    /// # Errors
    ///
    /// When it has not ended within a generous time.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        drop(self.process.0.stdin.take());
        let deadline = Instant::now() + START_LIMIT;
        while self.process.0.try_wait()?.is_none() {
            ensure!(Instant::now() < deadline, "a server did not end in time");
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// The id of its process.
    pub(crate) fn process_id(&self) -> u32 {
        self.process.0.id()
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

/// This program again, as something else, on a database. A process of its own
/// keeps the generator's memory and the engine's apart.
pub(crate) fn again(
    role: impl clap::ValueEnum,
    database: Option<impl AsRef<OsStr>>,
) -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--role").arg(name(role));
    if let Some(database) = database {
        command.arg("--database").arg(database);
    }
    Ok(command)
}

/// How a value is written on the command line.
pub(crate) fn name(value: impl clap::ValueEnum) -> String {
    value
        .to_possible_value()
        .map(|value| value.get_name().to_owned())
        .unwrap_or_default()
}

/// Runs a program to its end; what it has printed.
///
/// # Errors
///
/// When it fails, or has not ended within the limit and is killed.
pub(crate) fn finish(command: Command, limit: Duration) -> anyhow::Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let (mut process, mut stdout) = Running::start(command)?;
    let printed = within(limit, move || {
        let mut printed = String::new();
        stdout.read_to_string(&mut printed)?;
        Ok(printed)
    })
    .with_context(|| format!("{program} did not end in time"))??;
    let status = process.0.wait()?;
    ensure!(
        status.success(),
        "{program} failed ({status}); see the lines above\n{printed}"
    );
    Ok(printed)
}

/// A process that ends with this, at the latest. The bench throws its
/// databases away, so nothing is lost.
struct Running(Child);

impl Running {
    fn start(mut command: Command) -> anyhow::Result<(Self, ChildStdout)> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command
            .spawn()
            .with_context(|| format!("{} does not start", command.get_program().display()))?;
        let stdout = child.stdout.take();
        let running = Self(child);
        Ok((running, stdout.context("the child has no stdout")?))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits for what a child prints; `None` after the limit.
fn within<T: Send + 'static>(
    limit: Duration,
    read: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Option<std::io::Result<T>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        // Nobody waits any more after the limit.
        let _ = sender.send(read());
    });
    receiver.recv_timeout(limit).ok()
}
