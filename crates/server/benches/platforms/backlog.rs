//! A server that starts with events of long ago.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use crate::check;
use crate::databases::{Kept, Place};
use crate::meter::{Meter, Taken};
use crate::plan::Kind;
use crate::platform::Platform;
use crate::run::start;
use crate::shared::child::Memory;

/// How a server got rid of its events.
#[derive(Debug)]
pub(crate) struct Backlog {
    /// How many there were.
    pub(crate) events: u64,
    /// Receipts of an event that had come before.
    pub(crate) repeats: u64,
    /// From the first that came to the last.
    pub(crate) seconds: f64,
    /// The server at its end.
    pub(crate) memory: Memory,
    /// A server on the same database with no platform, at rest.
    pub(crate) memory_without: Memory,
    /// What it took.
    pub(crate) taken: Taken,
}

impl Backlog {
    /// Events that the platform was told of a second.
    #[allow(clippy::cast_precision_loss, reason = "a count of events")]
    pub(crate) fn per_second(&self) -> f64 {
        self.events as f64 / self.seconds
    }

    /// How much more memory the server took at its highest, in MiB.
    pub(crate) fn more_mib(&self) -> f64 {
        self.memory.peak_mib - self.memory_without.peak_mib
    }

    /// Processor time of the server in microseconds an event.
    #[allow(clippy::cast_precision_loss, reason = "a count of events")]
    pub(crate) fn server_us(&self) -> f64 {
        self.taken.server_seconds * 1e6 / self.events as f64
    }

    /// For the file of raw figures.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "events": self.events,
            "repeats": self.repeats,
            "seconds": self.seconds,
            "eventsPerSecond": self.per_second(),
            "peakMib": self.memory.peak_mib,
            "residentMib": self.memory.resident_mib,
            "peakMibWithout": self.memory_without.peak_mib,
            "serverCpuUsPerEvent": self.server_us(),
            "taken": self.taken.to_json(self.events),
        })
    }
}

/// Starts a server on a copy of a database whose `events` the platform was not
/// told of yet, and waits until it has them.
///
/// # Errors
///
/// When events are lost, or one user's are out of order.
pub(crate) fn measure(
    place: &Place,
    filled: &Kept,
    kind: Kind,
    events: u64,
) -> anyhow::Result<Backlog> {
    let memory_without = {
        let database = place.copy(filled)?;
        start(place, &database, None)?.memory()?
    };
    let database = place.copy(filled)?;
    let platform = Platform::start(kind)?;
    let server = start(place, &database, Some(&platform))?;
    let meter = Meter::start(place, server.process_id(), &platform.process_ids())?;
    let mut inbox = platform.inbox();
    inbox.wait_for(usize::try_from(events)?)?;
    let taken = meter.stop()?;
    let memory = server.memory()?;
    let repeats = check::in_order(&inbox.receipts)?;
    let came = inbox.receipts.len() as u64 - repeats;
    ensure!(came == events, "{came} events have come of {events}");
    let times = inbox.receipts.iter().map(|it| it.at.as_micros());
    let first = times.clone().min().context("nothing has come")?;
    let last = times.max().context("nothing has come")?;
    Ok(Backlog {
        events,
        repeats,
        #[allow(clippy::cast_precision_loss, reason = "microseconds of a run")]
        seconds: (last - first) as f64 / 1e6,
        memory,
        memory_without,
        taken,
    })
}
