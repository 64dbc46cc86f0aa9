//! The PostgreSQL server that both sides use.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use jumun_test_cluster::{Cluster, Database, Settings};

/// What is not the server's default: a cache that holds the shop, and so much
/// room for the log that no checkpoint falls into one run and not into the
/// other. Commits are synchronous and pages are logged in full, as by default.
const SETTINGS: [(&str, &str); 4] = [
    ("shared_buffers", "512MB"),
    ("max_wal_size", "16GB"),
    ("min_wal_size", "1GB"),
    ("checkpoint_timeout", "30min"),
];
/// File systems in memory, where an fsync costs nothing.
const IN_MEMORY: [&str; 2] = ["tmpfs", "ramfs"];

/// A server of the bench's own, which ends with it.
pub(crate) struct PostgresServer {
    cluster: Cluster,
    /// Its main process.
    pub(crate) process_id: u32,
    /// The directory of its programs.
    programs: PathBuf,
}

impl PostgresServer {
    /// Starts a server on a disk.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let settings = SETTINGS.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let cluster = Cluster::start(Settings {
            fsync: true,
            extra: settings.to_vec(),
            ..Settings::default()
        });
        let note = "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)";
        let process_id = cluster.sql("postgres", note).parse()?;
        let program = fs::read_link(format!("/proc/{process_id}/exe"))?;
        let programs = program.parent().context("the server has no directory")?;
        let server = Self {
            process_id,
            programs: programs.to_owned(),
            cluster,
        };
        let (data, kind) = server.data()?;
        ensure!(
            !IN_MEMORY.contains(&kind.as_str()),
            "{data} is in memory, where an fsync costs nothing: let TMPDIR name a directory on a disk"
        );
        Ok(server)
    }

    /// What a report must say of it, in a line.
    pub(crate) fn facts(&self) -> anyhow::Result<String> {
        let settings = SETTINGS.map(|(name, value)| format!("{name} {value}"));
        Ok(format!(
            "PostgreSQL {}, files on {}, fsync and synchronous_commit on, {}",
            self.sql("SHOW server_version"),
            self.data()?.1,
            settings.join(", ")
        ))
    }

    /// What a statement returns that concerns no database of a run.
    pub(crate) fn sql(&self, statement: &str) -> String {
        self.cluster.sql("postgres", statement)
    }

    /// A new, empty database.
    pub(crate) fn create_database(&self) -> Database {
        self.cluster.create_database()
    }

    /// A new database for one run, on stable storage before the run starts, so
    /// that its writing does not slow the run's own.
    pub(crate) fn copy(&self, filled: &Database) -> Database {
        let copy = self.cluster.create_database_from(filled.name());
        self.sql("CHECKPOINT");
        copy
    }

    /// A program that comes with the server.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        // Variables such as PGOPTIONS would change what it does.
        command.env_clear();
        command
    }

    /// Where it listens, as `127.0.0.1:5432`.
    pub(crate) fn host_port(&self) -> String {
        self.cluster.host_port()
    }

    /// Its data directory, and the kind of file system that this is on.
    fn data(&self) -> anyhow::Result<(String, String)> {
        let data = self.sql("SHOW data_directory");
        let mounts = fs::read_to_string("/proc/self/mounts")?;
        let mounts = mounts.lines().filter_map(|line| {
            let mut fields = line.split_whitespace().skip(1);
            Some((fields.next()?, fields.next()?))
        });
        let kind = mounts
            .filter(|(place, _)| Path::new(&data).starts_with(place))
            .max_by_key(|(place, _)| place.len())
            .map(|(_, kind)| kind.to_owned());
        Ok((
            data,
            kind.context("the kernel's list of mounts has changed")?,
        ))
    }
}
