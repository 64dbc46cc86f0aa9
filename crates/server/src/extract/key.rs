//! The `Idempotency-Key` header.

use axum::extract::FromRequestParts;
use http::HeaderName;
use http::request::Parts;
use jumun_domain::IdempotencyKey;

use crate::access::Gate;
use crate::problem::{Detail, FieldError, Issue, Problem};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The key of a request, if it has one.
pub(crate) struct Key(pub(crate) Option<IdempotencyKey>);

/// The key of a request that moves money, stock or coupons: where the operator
/// says so, there must be one.
pub(crate) struct RequiredKey(pub(crate) Option<IdempotencyKey>);

impl FromRequestParts<Gate> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Gate) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let invalid = || {
            Problem::invalid(vec![FieldError::parameter(
                "Idempotency-Key",
                Issue::InvalidKeyHeader,
            )])
        };
        match (values.next(), values.next()) {
            (None, _) => Ok(Self(None)),
            (Some(_), Some(_)) => Err(invalid()),
            (Some(value), None) => {
                let text = value.to_str().map_err(|_| invalid())?;
                Ok(Self(Some(
                    IdempotencyKey::parse(text).map_err(|_| invalid())?,
                )))
            }
        }
    }
}

impl FromRequestParts<Gate> for RequiredKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Problem> {
        let Key(key) = Key::from_request_parts(parts, gate).await?;
        if key.is_none() && gate.config().require_idempotency_key {
            return Err(Problem::new(Detail::KeyRequired));
        }
        Ok(Self(key))
    }
}
