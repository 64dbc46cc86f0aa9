//! Kafka as a platform.
