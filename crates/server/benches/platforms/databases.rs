//! The databases of the runs: each a copy of one that was filled before.

use std::fs::File;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use jumun_load::Shop;
use jumun_test_cluster::{Cluster, Database};
use tempfile::TempDir;

use crate::cluster;
use crate::options::Role;
use crate::plan::Engine;
use crate::shared::child;
use crate::shared::files::scratch;
use crate::shared::shop;

/// A million orders take about a minute; ten million fit.
const FILL_LIMIT: Duration = Duration::from_secs(1_800);

/// Where databases are made.
pub(crate) enum Place {
    /// Files, each in a directory of its own.
    Files,
    /// A server of the bench's own.
    Server(Box<Cluster>),
}

/// A database.
pub(crate) enum Kept {
    /// A file, and its directory.
    File(
        PathBuf,
        #[expect(dead_code, reason = "removed with this")] TempDir,
    ),
    /// On the server.
    OnServer(Database),
}

impl Place {
    /// Prepares a place for an engine.
    pub(crate) fn of(engine: Engine) -> anyhow::Result<Self> {
        Ok(match engine {
            Engine::Sqlite => Self::Files,
            Engine::Postgres => Self::Server(Box::new(cluster::start()?)),
        })
    }

    /// The engine of its databases.
    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Files => Engine::Sqlite,
            Self::Server(_) => Engine::Postgres,
        }
    }

    /// What a report must say of it, in a line.
    pub(crate) fn facts(&self) -> anyhow::Result<String> {
        match self {
            Self::Files => Ok("embedded engine".to_owned()),
            Self::Server(cluster) => cluster::facts(cluster),
        }
    }

    /// The process of the server, where there is one.
    pub(crate) fn process_id(&self) -> anyhow::Result<Option<u32>> {
        match self {
            Self::Files => Ok(None),
            Self::Server(cluster) => cluster::process_id(cluster).map(Some),
        }
    }

    /// How far the log of the server has come, in bytes.
    pub(crate) fn wal_bytes(&self) -> anyhow::Result<Option<f64>> {
        match self {
            Self::Files => Ok(None),
            Self::Server(cluster) => cluster::wal_bytes(cluster).map(Some),
        }
    }

    /// A database of a shop of this size with orders, all of them placed after
    /// a platform has become known.
    pub(crate) fn fill(&self, shop: Shop, orders: u64) -> anyhow::Result<Kept> {
        let filled = self.create()?;
        let mut command = self.command(Role::Fill, &filled)?;
        command.arg("--preload").arg(orders.to_string());
        if shop == shop::small() {
            command.arg("--small");
        }
        child::finish(command, FILL_LIMIT)?;
        if let Kept::OnServer(database) = &filled {
            database.sql("VACUUM ANALYZE");
        }
        Ok(filled)
    }

    /// A copy for one run, on stable storage before the run starts, so that its
    /// writing does not slow the run's own.
    pub(crate) fn copy(&self, filled: &Kept) -> anyhow::Result<Kept> {
        match (self, filled) {
            (Self::Server(cluster), Kept::OnServer(filled)) => {
                let copy = cluster.create_database_from(filled.name());
                cluster.sql("postgres", "CHECKPOINT");
                Ok(Kept::OnServer(copy))
            }
            (_, Kept::File(from, _)) => {
                let kept = new_file()?;
                std::fs::copy(from, kept.name()).context("a database could not be copied")?;
                File::open(kept.name())?.sync_all()?;
                Ok(kept)
            }
            (Self::Files, Kept::OnServer(_)) => unreachable!("a place copies its own databases"),
        }
    }

    /// This program again, on a database.
    pub(crate) fn command(&self, role: Role, database: &Kept) -> anyhow::Result<Command> {
        let mut command = child::again(role, Some(database.name()))?;
        command.arg("--engine").arg(child::name(self.engine()));
        Ok(command)
    }

    fn create(&self) -> anyhow::Result<Kept> {
        match self {
            Self::Files => new_file(),
            Self::Server(cluster) => Ok(Kept::OnServer(cluster.create_database())),
        }
    }
}

impl Kept {
    /// The path or the URL.
    fn name(&self) -> String {
        match self {
            Self::File(path, _) => path.display().to_string(),
            Self::OnServer(database) => database.url(),
        }
    }
}

fn new_file() -> anyhow::Result<Kept> {
    let directory = scratch()?;
    Ok(Kept::File(directory.path().join("orders.db"), directory))
}
