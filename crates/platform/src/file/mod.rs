//! Platforms that are a file: one event a line.

mod line_file;
mod writer;

use std::path::Path;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};

use crate::client::{Client, Delivery};
use crate::message::Message;
use crate::outcome::{Failure, FailureKind, Outcome};
use crate::settings::{PlatformSettings, SettingsError};
use writer::Line;

/// Appends each message as a line of JSON, and says that it is delivered once
/// the disk has it.
///
/// One thread writes: whatever waits when it is free shares one write and one
/// fsync. The file may be renamed away at any time; a new one is begun then.
pub(crate) struct FileClient {
    lines: mpsc::Sender<Line>,
    timeout: Duration,
}

impl FileClient {
    /// Starts the thread, which ends with this. Opens no file yet.
    pub(crate) fn new(settings: &PlatformSettings, path: &Path) -> Result<Self, SettingsError> {
        let (lines, waiting) = mpsc::channel(settings.max_in_flight.get());
        writer::start(path, waiting).map_err(|error| SettingsError::NoThread {
            name: settings.name.clone(),
            reason: error.to_string(),
        })?;
        Ok(Self {
            lines,
            timeout: settings.timeout,
        })
    }

    async fn write(&self, message: &Message) -> Outcome {
        let (done, written) = oneshot::channel();
        let line = Line {
            text: message.body.clone(),
            done,
        };
        let ended = || Failure::new(FailureKind::Other, "the thread that writes has ended");
        if self.lines.send(line).await.is_err() {
            return ended().into();
        }
        match written.await {
            Ok(Ok(())) => Outcome::Delivered { status: None },
            Ok(Err(failure)) => failure.into(),
            Err(_) => ended().into(),
        }
    }
}

#[async_trait]
impl Client for FileClient {
    async fn send(&self, message: &Message) -> Delivery {
        let begun = Instant::now();
        let outcome = match tokio::time::timeout(self.timeout, self.write(message)).await {
            Ok(outcome) => outcome,
            Err(_) => Failure::timeout(self.timeout).into(),
        };
        Delivery::ended(begun, outcome)
    }
}
