//! What an order costs: rows, log, commits and processor time.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use jumun_test_cluster::Database;
use serde_json::{Value, json};

use crate::postgres::server::PostgresServer;
use crate::shared::machine::{Processors, Usage};

/// How long sessions may take to end when their client has: they only have to
/// notice, and to note what they did.
const END_LIMIT: Duration = Duration::from_secs(20);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Figures an order, warm-up included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// Orders that all of it was for.
    pub(crate) orders: f64,
    /// Rows inserted, updated and deleted.
    pub(crate) rows: f64,
    /// Bytes of the write-ahead log.
    pub(crate) wal_bytes: f64,
    /// Transactions.
    pub(crate) commits: f64,
    /// Processor time of the database server in microseconds.
    pub(crate) database_us: f64,
    /// Processor time of its client in microseconds.
    pub(crate) application_us: f64,
    /// The share of all processors that something else used.
    pub(crate) others: f64,
}

impl Cost {
    /// For the file of raw figures.
    pub(crate) fn to_json(self) -> Value {
        json!({
            "ordersWithWarmUp": self.orders,
            "rowsPerOrder": self.rows,
            "walBytesPerOrder": self.wal_bytes,
            "commitsPerOrder": self.commits,
            "databaseCpuUsPerOrder": self.database_us,
            "applicationCpuUsPerOrder": self.application_us,
            "otherWorkShare": self.others,
        })
    }
}

/// Counts what a load costs.
pub(crate) struct Meter<'a> {
    server: &'a PostgresServer,
    database: &'a Database,
    /// The database server, and its client where that is not this process.
    processes: Vec<u32>,
    counters: Counters,
    wal_bytes: f64,
    processors: Processors,
}

impl<'a> Meter<'a> {
    /// Counts from now on. The client is a process with this id, or else what
    /// this process runs to its end.
    pub(crate) fn start(
        server: &'a PostgresServer,
        database: &'a Database,
        client: Option<u32>,
    ) -> anyhow::Result<Self> {
        let processes: Vec<u32> = std::iter::once(server.process_id).chain(client).collect();
        Ok(Self {
            server,
            database,
            counters: Counters::now(server, database)?,
            wal_bytes: server.wal_bytes()?,
            processors: Processors::now(&processes)?,
            processes,
        })
    }

    /// Counts no longer; to be called at the end of the load.
    pub(crate) fn stop(self) -> anyhow::Result<Stopped<'a>> {
        let usage = Processors::now(&self.processes)?.since(&self.processors);
        let wal_bytes = self.server.wal_bytes()? - self.wal_bytes;
        Ok(Stopped {
            meter: self,
            usage,
            wal_bytes,
        })
    }
}

/// What was counted.
pub(crate) struct Stopped<'a> {
    meter: Meter<'a>,
    usage: Usage,
    wal_bytes: f64,
}

impl Stopped<'_> {
    /// What it comes to. The client must have ended: only then has the server
    /// noted all that its sessions did.
    pub(crate) fn cost(self) -> anyhow::Result<Cost> {
        let Meter {
            server,
            database,
            counters,
            ..
        } = self.meter;
        wait_for_sessions(server, database)?;
        let after = Counters::now(server, database)?;
        let orders = after.orders - counters.orders;
        ensure!(orders > 0.0, "no order was placed; look at the lines above");
        let mut seconds = self.usage.servers.iter().map(|it| it.total());
        let database_seconds = seconds.next().unwrap_or_default();
        let application_seconds = seconds.next().unwrap_or(self.usage.generator_seconds);
        Ok(Cost {
            orders,
            rows: (after.rows - counters.rows) / orders,
            wal_bytes: self.wal_bytes / orders,
            commits: (after.commits - counters.commits) / orders,
            database_us: database_seconds * 1e6 / orders,
            application_us: application_seconds * 1e6 / orders,
            others: self.usage.others,
        })
    }
}

/// What is in a database, and what was done there.
struct Counters {
    orders: f64,
    rows: f64,
    commits: f64,
}

impl Counters {
    fn now(server: &PostgresServer, database: &Database) -> anyhow::Result<Self> {
        let orders = database.sql("SELECT count(*) FROM orders").parse()?;
        let line = server.sql(&format!(
            "SELECT tup_inserted + tup_updated + tup_deleted, xact_commit \
             FROM pg_stat_database WHERE datname = '{}'",
            database.name()
        ));
        let (rows, commits) = line
            .split_once('|')
            .context("the server keeps no statistics of the database")?;
        Ok(Self {
            orders,
            rows: rows.parse()?,
            commits: commits.parse()?,
        })
    }
}

fn wait_for_sessions(server: &PostgresServer, database: &Database) -> anyhow::Result<()> {
    let count = format!(
        "SELECT count(*) FROM pg_stat_activity \
         WHERE datname = '{}' AND backend_type = 'client backend'",
        database.name()
    );
    let deadline = Instant::now() + END_LIMIT;
    while server.sql(&count) != "0" {
        ensure!(
            Instant::now() < deadline,
            "sessions of a run have not ended in time; look at the server's processes"
        );
        std::thread::sleep(PAUSE);
    }
    Ok(())
}
