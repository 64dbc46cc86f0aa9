//! A server on a large file that is killed under load, and started again.

use std::time::Instant;

use jumun_load::Pace;
use serde_json::{Value, json};

use crate::options::Role;
use crate::shared::child::{self, Memory, Server};
use crate::shared::question;
use crate::side::{Filling, Side, System};
use crate::systems::Systems;
use crate::witness::Witness;

/// Asked of a server to see that it answers from its database.
const FIRST_QUESTION: &str = "/users/1";

/// What was seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Restart {
    /// Orders in the file before the load.
    pub(crate) orders: u64,
    /// The file, when the server was killed.
    pub(crate) file_mib: f64,
    /// The log that the server left.
    pub(crate) log_mib: f64,
    /// From the start of the process to its first answer from the database.
    pub(crate) seconds: f64,
    /// Of the server that was killed, under load.
    pub(crate) loaded: Memory,
    /// Of the one that came after, at its first answer.
    pub(crate) started: Memory,
}

impl Restart {
    /// For the file of raw figures.
    pub(crate) fn to_json(self) -> Value {
        json!({
            "orders": self.orders,
            "fileMib": self.file_mib,
            "logMib": self.log_mib,
            "secondsToFirstAnswer": self.seconds,
            "peakMibUnderLoad": self.loaded.peak_mib,
            "residentMibAfterStart": self.started.resident_mib,
        })
    }
}

/// Loads, kills, and starts again.
pub(crate) fn measure(systems: &mut Systems<'_>) -> anyhow::Result<Restart> {
    let side = Side {
        filling: Filling::Large,
        ..Side::usual(System::Embedded)
    };
    let copy = systems.databases.copy_for(side)?;
    let start = || Server::start(child::again(Role::Jumun, Some(&copy.path))?);
    let server = start()?;
    let load = systems.load(side, Pace::Closed, systems.plan.timing);
    jumun_load::run(&load.of(server.address), Witness::default())?;
    let loaded = server.memory()?;
    // It is killed, not asked to end.
    drop(server);
    let mib = |suffix: &str| -> anyhow::Result<f64> {
        let file = format!("{}{suffix}", copy.path.display());
        #[allow(clippy::cast_precision_loss, reason = "the size of a file")]
        Ok(std::fs::metadata(file)?.len() as f64 / (1024.0 * 1024.0))
    };
    let (file_mib, log_mib) = (mib("")?, mib("-wal")?);
    let since = Instant::now();
    let server = start()?;
    question::get(server.address, FIRST_QUESTION)?;
    Ok(Restart {
        orders: systems.plan.orders,
        file_mib,
        log_mib,
        seconds: since.elapsed().as_secs_f64(),
        loaded,
        started: server.memory()?,
    })
}
