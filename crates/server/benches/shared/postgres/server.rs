//! The PostgreSQL server that both sides use.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;
use jumun_test_cluster::{Cluster, Database};

use super::cluster;

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
        let cluster = cluster::start()?;
        let process_id = cluster::process_id(&cluster)?;
        let program = fs::read_link(format!("/proc/{process_id}/exe"))?;
        let programs = program.parent().context("the server has no directory")?;
        Ok(Self {
            process_id,
            programs: programs.to_owned(),
            cluster,
        })
    }

    /// What a report must say of it, in a line.
    pub(crate) fn facts(&self) -> anyhow::Result<String> {
        cluster::facts(&self.cluster)
    }

    /// How far its log has come, in bytes.
    pub(crate) fn wal_bytes(&self) -> anyhow::Result<f64> {
        cluster::wal_bytes(&self.cluster)
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
}
