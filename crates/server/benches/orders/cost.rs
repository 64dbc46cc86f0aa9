//! What an answer costs.

use anyhow::ensure;
use serde_json::{Value, json};

use crate::device::{Device, Written};
use crate::postgres::server::PostgresServer;
use crate::shared::machine::{Processors, Seconds};

/// Figures an answer, warm-up included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// Processor time of the server in microseconds, in its own code; that of
    /// the database server, too.
    pub(crate) user_us: f64,
    /// The same in the kernel.
    pub(crate) system_us: f64,
    /// Processor time of the load generator in microseconds.
    pub(crate) generator_us: f64,
    /// Bytes that were written to the disk.
    pub(crate) disk_bytes: Option<f64>,
    /// How often the disk was asked to bring what it has to stable storage.
    pub(crate) flushes: Option<f64>,
    /// Bytes of the log of the database server.
    pub(crate) wal_bytes: Option<f64>,
    /// The share of all processors that something else used.
    pub(crate) others: f64,
}

/// Counts what a load costs.
pub(crate) struct Meter<'a> {
    database: Option<&'a PostgresServer>,
    /// The server, and the database server where there is one.
    processes: Vec<u32>,
    processors: Processors,
    device: Option<(Device, Written)>,
    wal_bytes: Option<f64>,
}

/// What was counted.
pub(crate) struct Counted {
    server: Seconds,
    generator_seconds: f64,
    written: Option<Written>,
    wal_bytes: Option<f64>,
    others: f64,
}

impl<'a> Meter<'a> {
    /// Counts from now on: a server, the database server that it uses, and the
    /// disk that both write to.
    pub(crate) fn start(
        server: Option<u32>,
        database: Option<&'a PostgresServer>,
        device: Option<&Device>,
    ) -> anyhow::Result<Self> {
        let processes: Vec<u32> = database
            .map(|it| it.process_id)
            .into_iter()
            .chain(server)
            .collect();
        let device = match device {
            Some(device) => Some((device.clone(), device.written()?)),
            None => None,
        };
        Ok(Self {
            wal_bytes: database.map(PostgresServer::wal_bytes).transpose()?,
            database,
            processors: Processors::now(&processes)?,
            processes,
            device,
        })
    }

    /// Counts no longer; to be called at the end of the load.
    pub(crate) fn stop(self) -> anyhow::Result<Counted> {
        let usage = Processors::now(&self.processes)?.since(&self.processors);
        let written = match self.device {
            Some((device, before)) => Some(device.written()?.since(before)),
            None => None,
        };
        let wal_bytes = match (self.database, self.wal_bytes) {
            (Some(database), Some(before)) => Some(database.wal_bytes()? - before),
            _ => None,
        };
        Ok(Counted {
            server: usage.servers.into_iter().sum(),
            generator_seconds: usage.generator_seconds,
            written,
            wal_bytes,
            others: usage.others,
        })
    }
}

impl Counted {
    /// What it comes to for each of so many answers.
    ///
    /// # Errors
    ///
    /// When there was none.
    #[allow(clippy::cast_precision_loss, reason = "a count of answers")]
    pub(crate) fn each(&self, answers: u64) -> anyhow::Result<Cost> {
        ensure!(answers > 0, "nothing was answered; look at the lines above");
        let each = 1.0 / answers as f64;
        Ok(Cost {
            user_us: self.server.user * 1e6 * each,
            system_us: self.server.system * 1e6 * each,
            generator_us: self.generator_seconds * 1e6 * each,
            disk_bytes: self.written.map(|it| it.bytes * each),
            flushes: self.written.map(|it| it.flushes * each),
            wal_bytes: self.wal_bytes.map(|bytes| bytes * each),
            others: self.others,
        })
    }
}

impl Cost {
    /// Processor time of the server in microseconds.
    pub(crate) fn server_us(&self) -> f64 {
        self.user_us + self.system_us
    }

    /// For the file of raw figures.
    pub(crate) fn to_json(self) -> Value {
        json!({
            "serverUserUs": self.user_us,
            "serverSystemUs": self.system_us,
            "generatorUs": self.generator_us,
            "diskBytes": self.disk_bytes,
            "diskFlushes": self.flushes,
            "databaseServerWalBytes": self.wal_bytes,
            "otherWorkShare": self.others,
        })
    }
}
