//! A platform, as the bench has it.

use tempfile::TempDir;

use crate::inbox::Inbox;
use crate::nats::NatsServer;
use crate::options::Role;
use crate::plan::Kind;
use crate::shared::child::{self, Server};
use crate::shared::files::scratch;

/// Stands where a source would, for events that come by themselves.
const NO_SOURCE: &str = "none";

/// A platform and the process that notes what it receives; they end with this.
pub(crate) struct Platform {
    /// Where events go.
    pub(crate) url: String,
    receiver: Server,
    nats: Option<NatsServer>,
    _directory: TempDir,
}

impl Platform {
    /// Starts a platform that has nothing yet.
    pub(crate) fn start(kind: Kind) -> anyhow::Result<Self> {
        let directory = scratch()?;
        let file = directory.path().join("events.jsonl");
        let nats = match kind {
            Kind::Nats => Some(NatsServer::start()?),
            Kind::Http | Kind::File => None,
        };
        let source = match (&nats, kind) {
            (Some(nats), _) => nats.address(),
            (None, Kind::File) => file.display().to_string(),
            (None, _) => NO_SOURCE.to_owned(),
        };
        let mut command = child::again(Role::Receiver, None::<&str>)?;
        command.arg("--platform").arg(child::name(kind));
        command.arg("--source").arg(source);
        let receiver = Server::start(command)?;
        let url = match (&nats, kind) {
            (Some(nats), _) => nats.url(),
            (None, Kind::File) => format!("file://{}", file.display()),
            (None, _) => format!("http://{}/events", receiver.address),
        };
        Ok(Self {
            url,
            receiver,
            nats,
            _directory: directory,
        })
    }

    /// What it receives.
    pub(crate) fn inbox(&self) -> Inbox {
        Inbox::new(self.receiver.address)
    }

    /// Its processes.
    pub(crate) fn process_ids(&self) -> Vec<u32> {
        let nats = self.nats.as_ref().map(NatsServer::process_id);
        std::iter::once(self.receiver.process_id())
            .chain(nats)
            .collect()
    }
}
