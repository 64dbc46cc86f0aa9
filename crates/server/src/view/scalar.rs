//! Texts, ids and times as JSON strings.

use std::fmt;
use std::sync::Arc;

use jumun_domain::Timestamp;
use jumun_store::Currency;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;
use uuid::Uuid;

/// A UUID (version 7) that the server gave out. Take it as opaque.
#[derive(Clone, Copy, ToSchema)]
#[schema(value_type = String, format = "uuid", example = "01937d5e-8f00-7000-8000-0242ac120002")]
pub(crate) struct Id(pub(crate) Uuid);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }
}

/// A shared text.
pub(crate) struct Text(pub(crate) Arc<str>);

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// The deployment's one currency, by its ISO 4217 code.
#[derive(Clone, Copy, ToSchema)]
#[schema(as = Currency, value_type = String, pattern = "^[A-Z]{3}$", example = "KRW")]
pub(crate) struct CurrencyCode(pub(crate) Currency);

impl Serialize for CurrencyCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

/// An instant in RFC 3339, UTC, with six decimals of a second, so that times sort
/// as text.
#[derive(Clone, Copy, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-11-20T09:00:00.123456Z")]
pub(crate) struct Time(pub(crate) Timestamp);

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What an engine holds came from a clock or from `extract::time`, and
        // both lie within what can be written; the epoch stands for a database
        // that was tampered with.
        let instant = jiff::Timestamp::from_microsecond(self.0.as_micros());
        let instant = instant.unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        write!(formatter, "{instant:.6}")
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
