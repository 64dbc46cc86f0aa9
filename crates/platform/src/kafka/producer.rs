//! The library's producer, and another one when it has given up.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, FromClientConfigAndContext as _};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::producer::{FutureProducer, Producer as _};

use crate::settings::{KafkaTarget, PlatformSettings};

/// The longest pause before it connects again: a platform that comes back is
/// served within seconds.
const MAX_RECONNECT_PAUSE: Duration = Duration::from_secs(5);

/// The part of an attempt, in percent, after which the library gives a message
/// up: it looks once a second, and should not send what nobody waits for.
const PERCENT_OF_TIMEOUT: u32 = 90;

/// The part of an attempt, in percent, after which a topic that nobody knows does not exist:
/// one that was created just now needs a moment to be known.
const PERCENT_FOR_TOPIC: u32 = 50;

/// A producer, and what the library last complained about.
pub(super) struct Producer {
    pub(super) kafka: FutureProducer<Complaints>,
    complaints: Complaints,
}

/// The producer in use.
pub(super) struct Producers {
    config: ClientConfig,
    current: RwLock<Arc<Producer>>,
}

impl Producers {
    /// Starts a producer's threads. It connects when it has something to send.
    pub(super) fn start(settings: &PlatformSettings, target: &KafkaTarget) -> KafkaResult<Self> {
        let config = config(settings, target);
        let producer = Arc::new(Producer::start(&config)?);
        Ok(Self {
            config,
            current: RwLock::new(producer),
        })
    }

    /// The producer to send with.
    pub(super) fn current(&self) -> Arc<Producer> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&current)
    }

    /// Starts another producer in place of `broken`, unless somebody has. To an
    /// idempotent producer some errors are the end, as when it may not be one.
    pub(super) fn replace(&self, broken: &Arc<Producer>) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&current, broken) {
            return;
        }
        // If it cannot be started, the next message finds that out again.
        match Producer::start(&self.config) {
            Ok(producer) => *current = Arc::new(producer),
            Err(error) => tracing::warn!(%error, "the Kafka producer cannot be started again"),
        }
    }
}

impl Producer {
    fn start(config: &ClientConfig) -> KafkaResult<Self> {
        let complaints = Complaints::default();
        Ok(Self {
            kafka: FutureProducer::from_config_and_context(config, complaints.clone())?,
            complaints,
        })
    }

    /// What the library has last complained about, since a message got through.
    pub(super) fn last_complaint(&self) -> Option<Complaint> {
        self.complaints.lock().clone()
    }

    /// A message got through: what was complained about is over.
    pub(super) fn forget_complaints(&self) {
        *self.complaints.lock() = None;
    }

    /// Why it takes no more messages, if so.
    pub(super) fn fatal_error(&self) -> Option<String> {
        let (_, reason) = self.kafka.client().fatal_error()?;
        Some(reason)
    }
}

/// What the library complains about beside the messages: why there is no
/// connection.
#[derive(Clone, Default)]
pub(super) struct Complaints(Arc<Mutex<Option<Complaint>>>);

impl Complaints {
    fn lock(&self) -> MutexGuard<'_, Option<Complaint>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Complaint {
    pub(super) code: Option<RDKafkaErrorCode>,
    pub(super) text: String,
}

impl ClientContext for Complaints {
    fn error(&self, error: KafkaError, reason: &str) {
        let complaint = Complaint {
            code: error.rdkafka_error_code(),
            text: reason.to_owned(),
        };
        let mut last = self.lock();
        // That all brokers are down follows upon why the last of them is.
        if last.is_none() || complaint.code != Some(RDKafkaErrorCode::AllBrokersDown) {
            *last = Some(complaint);
        }
    }
}

fn config(settings: &PlatformSettings, target: &KafkaTarget) -> ClientConfig {
    let percent = |percent: u32| (settings.timeout * percent / 100).as_millis().to_string();
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", &target.broker)
        .set("client.id", "jumun")
        .set("enable.idempotence", "true")
        .set("acks", "all")
        // The library takes a request that failed for done when a later one of
        // its partition got through. That rests on brokers which refuse gaps,
        // and one request at a time, with all that waits in it, is enough.
        .set("max.in.flight.requests.per.connection", "1")
        // The same partition for a user as by Kafka's own clients.
        .set("partitioner", "murmur2_random")
        .set("allow.auto.create.topics", "false")
        .set("message.timeout.ms", percent(PERCENT_OF_TIMEOUT))
        .set(
            "topic.metadata.propagation.max.ms",
            percent(PERCENT_FOR_TOPIC),
        )
        .set(
            "reconnect.backoff.max.ms",
            MAX_RECONNECT_PAUSE.as_millis().to_string(),
        )
        .set("socket.keepalive.enable", "true")
        // Brokers close what is idle; that is no news.
        .set("log.connection.close", "false");
    config
}
