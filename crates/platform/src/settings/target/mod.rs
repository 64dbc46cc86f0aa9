//! Where messages go, by the kind of platform.

mod file;
mod http;
mod kafka;
mod nats;

use std::path::PathBuf;

use url::Url;

pub(crate) use http::HttpTarget;
pub(crate) use kafka::KafkaTarget;
pub(crate) use nats::{NatsCredentials, NatsTarget};

use super::error::SettingsError;
use super::parts::bad;

/// What a URL says, taken apart.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// An HTTP server.
    Http(HttpTarget),
    /// A subject of NATS.
    Nats(NatsTarget),
    /// A topic of Kafka.
    #[cfg_attr(
        not(feature = "kafka"),
        allow(dead_code, reason = "read where the client is built")
    )]
    Kafka(KafkaTarget),
    /// A file.
    File(PathBuf),
}

impl Target {
    /// Reads a URL whose borders are where they seem to be.
    pub(super) fn read(url: &Url) -> Result<Self, SettingsError> {
        match url.scheme() {
            "http" | "https" => Ok(Self::Http(HttpTarget::read(url)?)),
            "nats" | "tls" => Ok(Self::Nats(NatsTarget::read(url)?)),
            "kafka" => Ok(Self::Kafka(KafkaTarget::read(url)?)),
            "file" => Ok(Self::File(file::read(url)?)),
            _ => Err(bad("it begins with a word that is unknown here")),
        }
    }
}
