//! What a run takes of the machine.

use std::fs;

use anyhow::Context;

use crate::databases::Place;
use crate::shared::machine::Processors;

/// The name of the server's threads that deliver.
const DISPATCHER: &str = "dispatcher";
/// The kernel counts a thread's time in nanoseconds here, as its first number.
const SCHEDULE: &str = "schedstat";

/// Counts from its start.
pub(crate) struct Meter<'a> {
    place: &'a Place,
    server: u32,
    processes: Vec<u32>,
    processors: Processors,
    dispatcher_seconds: f64,
    written_bytes: f64,
    wal_bytes: Option<f64>,
}

/// What was taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    /// Processor time of the server.
    pub(crate) server_seconds: f64,
    /// That of its threads that deliver; it is part of the server's.
    pub(crate) dispatcher_seconds: f64,
    /// Processor time of the platform's processes.
    pub(crate) platform_seconds: f64,
    /// Processor time of the database server.
    pub(crate) database_seconds: f64,
    /// Processor time of the load generator.
    pub(crate) generator_seconds: f64,
    /// Bytes that the server has had written to files.
    pub(crate) written_bytes: f64,
    /// Bytes of the database server's log.
    pub(crate) wal_bytes: Option<f64>,
    /// The share of all processors that something else used.
    pub(crate) others: f64,
}

impl<'a> Meter<'a> {
    /// Counts from now on: a server, and the processes of a platform.
    pub(crate) fn start(place: &'a Place, server: u32, platform: &[u32]) -> anyhow::Result<Self> {
        let processes: Vec<u32> = std::iter::once(server)
            .chain(platform.iter().copied())
            .chain(place.process_id()?)
            .collect();
        Ok(Self {
            place,
            server,
            processors: Processors::now(&processes)?,
            processes,
            dispatcher_seconds: dispatcher_seconds(server)?,
            written_bytes: written_bytes(server)?,
            wal_bytes: place.wal_bytes()?,
        })
    }

    /// What was taken since.
    pub(crate) fn stop(self) -> anyhow::Result<Taken> {
        let usage = Processors::now(&self.processes)?.since(&self.processors);
        let seconds: Vec<f64> = usage.servers.iter().map(|it| it.total()).collect();
        let all_seconds: f64 = seconds.iter().sum();
        let server_seconds = seconds.first().copied().unwrap_or_default();
        let database_seconds = match (self.wal_bytes, seconds.last()) {
            (Some(_), Some(&seconds)) => seconds,
            _ => 0.0,
        };
        let wal_bytes = self.place.wal_bytes()?;
        Ok(Taken {
            server_seconds,
            dispatcher_seconds: dispatcher_seconds(self.server)? - self.dispatcher_seconds,
            platform_seconds: all_seconds - server_seconds - database_seconds,
            database_seconds,
            generator_seconds: usage.generator_seconds,
            written_bytes: written_bytes(self.server)? - self.written_bytes,
            wal_bytes: wal_bytes.zip(self.wal_bytes).map(|(now, then)| now - then),
            others: usage.others,
        })
    }
}

fn dispatcher_seconds(server: u32) -> anyhow::Result<f64> {
    let mut nanoseconds = 0.0;
    for thread in fs::read_dir(format!("/proc/{server}/task"))? {
        let thread = thread?.path();
        // One that has ended meanwhile delivers nothing.
        let Ok(name) = fs::read_to_string(thread.join("comm")) else {
            continue;
        };
        if name.trim_end() == DISPATCHER {
            let line = fs::read_to_string(thread.join(SCHEDULE))?;
            let first = line.split_whitespace().next();
            nanoseconds += first
                .context("the kernel keeps no times of threads")?
                .parse::<f64>()?;
        }
    }
    Ok(nanoseconds / 1e9)
}

fn written_bytes(server: u32) -> anyhow::Result<f64> {
    let text = fs::read_to_string(format!("/proc/{server}/io"))?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("write_bytes:"));
    Ok(line
        .context("the kernel does not count what a process writes")?
        .trim()
        .parse()?)
}
