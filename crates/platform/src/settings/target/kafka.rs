//! `kafka://host:9092/topic`.

use url::Url;

use crate::settings::error::SettingsError;
use crate::settings::parts::{authority, bad, credentials, only_part};

/// Where Kafka listens by default.
const DEFAULT_PORT: u16 = 9092;

/// The longest name of a topic that Kafka takes.
const MAX_TOPIC_BYTES: usize = 249;

/// Where to produce.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(feature = "kafka"),
    allow(dead_code, reason = "read where the client is built")
)]
pub(crate) struct KafkaTarget {
    /// `host:port`.
    pub(crate) broker: String,
    pub(crate) topic: String,
}

impl KafkaTarget {
    pub(super) fn read(url: &Url) -> Result<Self, SettingsError> {
        let broker = authority(url, DEFAULT_PORT)?;
        if credentials(url)?.is_some() {
            return Err(bad("it has a user, and kafka:// takes none"));
        }
        let topic = only_part(url, "topic")?;
        if topic.len() > MAX_TOPIC_BYTES || !is_topic(topic) {
            return Err(bad("its topic must be of letters, digits, ., _ and -"));
        }
        Ok(Self {
            broker,
            topic: topic.to_owned(),
        })
    }
}

fn is_topic(topic: &str) -> bool {
    topic
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || "._-".contains(character))
        && topic != "."
        && topic != ".."
}
