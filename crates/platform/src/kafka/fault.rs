//! What the errors of the Kafka library mean for a message.

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use super::producer::Producer;
use crate::outcome::{Failure, FailureKind};

/// The producer has ended before it said anything.
pub(super) fn ended() -> Failure {
    Failure::new(FailureKind::Reset, "the producer was started again")
}

/// Why a message was not acknowledged.
pub(super) fn not_produced(error: &KafkaError, topic: &str, producer: &Producer) -> Failure {
    if let Some(reason) = producer.fatal_error() {
        let text = format!(
            "the producer had to be started again ({reason}); see what the brokers allow this client"
        );
        return Failure::new(FailureKind::Other, text);
    }
    let (kind, text) = match error.rdkafka_error_code() {
        Some(Code::MessageTimedOut) => return late(producer),
        Some(Code::UnknownTopic | Code::UnknownTopicOrPartition | Code::UnknownPartition) => (
            FailureKind::Other,
            format!(
                "there is no topic {topic}; create it, as with: kafka-topics.sh --create --topic {topic}"
            ),
        ),
        Some(Code::MessageSizeTooLarge) => (
            FailureKind::Other,
            format!("the message is too large ({error}); raise max.message.bytes of {topic}"),
        ),
        Some(Code::TopicAuthorizationFailed | Code::ClusterAuthorizationFailed) => (
            FailureKind::Other,
            format!("this client may not write to {topic} ({error}); allow it there"),
        ),
        _ => (
            FailureKind::Other,
            format!("the brokers did not take it ({error})"),
        ),
    };
    Failure::new(kind, text)
}

/// No acknowledgement in time, and perhaps no connection either.
pub(super) fn late(producer: &Producer) -> Failure {
    let Some(complaint) = producer.last_complaint() else {
        return Failure::new(
            FailureKind::Timeout,
            "no acknowledgement in time; check that the topic has enough replicas in sync",
        );
    };
    let kind = match complaint.code {
        Some(Code::AllBrokersDown | Code::BrokerTransportFailure | Code::Resolve) => {
            FailureKind::Connect
        }
        Some(Code::SSL) => FailureKind::Tls,
        _ => FailureKind::Timeout,
    };
    let text = format!(
        "no acknowledgement in time ({}); check host, port and firewall, and that the brokers run",
        complaint.text
    );
    Failure::new(kind, text)
}
