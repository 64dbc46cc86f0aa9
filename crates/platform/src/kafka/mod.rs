//! Platforms that are a topic of Kafka.

mod fault;
mod producer;

use std::time::{Duration, Instant};

use async_trait::async_trait;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::FutureRecord;

use crate::client::{Client, Delivery};
use crate::message::{CONTENT_TYPE, Message};
use crate::outcome::{Failure, Outcome};
use crate::settings::{KafkaTarget, PlatformSettings, SettingsError};
use producer::{Producer, Producers};

/// The header with the event's id.
const ID_HEADER: &str = "ce_id";

/// The header that says what a message's body is.
const CONTENT_TYPE_HEADER: &str = "content-type";

/// Produces each message, keyed by its user, and waits until all replicas in
/// sync have acknowledged it. A user's messages are in one partition, so that
/// their order is kept.
///
/// It creates no topic. The library connects for the first message, and again
/// whenever it must.
pub(crate) struct KafkaClient {
    producers: Producers,
    topic: String,
    timeout: Duration,
}

impl KafkaClient {
    /// Starts the library's threads, which end with this.
    pub(crate) fn new(
        settings: &PlatformSettings,
        target: &KafkaTarget,
    ) -> Result<Self, SettingsError> {
        let producers =
            Producers::start(settings, target).map_err(|error| SettingsError::Kafka {
                name: settings.name.clone(),
                reason: error.to_string(),
            })?;
        Ok(Self {
            producers,
            topic: target.topic.clone(),
            timeout: settings.timeout,
        })
    }

    async fn produce(&self, producer: &Producer, message: &Message) -> Result<(), Failure> {
        let id = message.id.to_string();
        let key = message.user_id.to_string();
        let header = |key, value| Header {
            key,
            value: Some(value),
        };
        let headers = OwnedHeaders::new_with_capacity(2)
            .insert(header(ID_HEADER, &id))
            .insert(header(CONTENT_TYPE_HEADER, &CONTENT_TYPE.to_owned()));
        let record = FutureRecord::to(&self.topic)
            .key(&key)
            .payload(&message.body[..])
            .headers(headers);
        let error = match producer.kafka.send_result(record) {
            Ok(acknowledged) => match acknowledged.await {
                Ok(Ok(_)) => {
                    producer.forget_complaints();
                    return Ok(());
                }
                Ok(Err((error, _))) => error,
                Err(_) => return Err(fault::ended()),
            },
            Err((error, _)) => error,
        };
        Err(fault::not_produced(&error, &self.topic, producer))
    }
}

#[async_trait]
impl Client for KafkaClient {
    async fn send(&self, message: &Message) -> Delivery {
        let begun = Instant::now();
        let producer = self.producers.current();
        let producing = self.produce(&producer, message);
        let outcome = match tokio::time::timeout(self.timeout, producing).await {
            Ok(Ok(())) => Outcome::Delivered { status: None },
            Ok(Err(failure)) => failure.into(),
            Err(_) => fault::late(&producer).into(),
        };
        if producer.fatal_error().is_some() {
            self.producers.replace(&producer);
        }
        Delivery::ended(begun, outcome)
    }
}
