//! What a token claims, once its signature is known to fit.

use std::time::Duration;

use jumun_domain::{Timestamp, UserId};
use serde_json::{Map, Value};

use super::refusal::JwtRefusal;
use super::settings::JwtSettings;

/// Microseconds in a second, in which tokens say their times.
const MICROS_PER_SECOND: f64 = 1_000_000.0;

/// What a token must claim to be believed.
#[derive(Debug)]
pub(super) struct Rules {
    issuer: String,
    audience: String,
    user_claim: String,
    leeway: Duration,
}

impl Rules {
    pub(super) fn new(settings: &JwtSettings) -> Self {
        Self {
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            user_claim: settings.user_claim.clone(),
            leeway: settings.leeway,
        }
    }

    /// The user of a token with these claims: for us, from the issuer that is
    /// trusted, and valid at `now`.
    pub(super) fn user(&self, payload: &[u8], now: Timestamp) -> Result<UserId, JwtRefusal> {
        let claims: Map<String, Value> =
            serde_json::from_slice(payload).map_err(|_| JwtRefusal::Malformed)?;
        if claims.get("iss").and_then(Value::as_str) != Some(&self.issuer) {
            return Err(JwtRefusal::WrongIssuer);
        }
        if !claims.get("aud").is_some_and(|aud| self.is_for_us(aud)) {
            return Err(JwtRefusal::WrongAudience);
        }
        self.check_time(&claims, now)?;
        let claim = claims.get(&self.user_claim);
        claim.and_then(user_id).ok_or(JwtRefusal::NoUser)
    }

    fn is_for_us(&self, audience: &Value) -> bool {
        let is_ours = |one: &Value| one.as_str() == Some(&self.audience);
        match audience {
            Value::Array(several) => several.iter().any(is_ours),
            one => is_ours(one),
        }
    }

    fn check_time(&self, claims: &Map<String, Value>, now: Timestamp) -> Result<(), JwtRefusal> {
        // A double holds microseconds until the year 2255, and any number of JSON.
        let now_s = now.as_micros() as f64 / MICROS_PER_SECOND;
        let leeway_s = self.leeway.as_secs_f64();
        let expiry_s = time_s(claims, "exp")?.ok_or(JwtRefusal::NoExpiry)?;
        if now_s >= expiry_s + leeway_s {
            return Err(JwtRefusal::Expired);
        }
        for name in ["nbf", "iat"] {
            if time_s(claims, name)?.is_some_and(|from_s| now_s < from_s - leeway_s) {
                return Err(JwtRefusal::NotYetValid);
            }
        }
        Ok(())
    }
}

/// A time in seconds since 1970, if it is there.
fn time_s(claims: &Map<String, Value>, name: &str) -> Result<Option<f64>, JwtRefusal> {
    match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or(JwtRefusal::Malformed),
    }
}

/// A number, or one in decimal digits as `sub` must be. Each user has one form
/// of each: `07` and `+7` are other users for an issuer, and none here.
fn user_id(claim: &Value) -> Option<UserId> {
    let number = match claim {
        Value::Number(number) => number.as_i64()?,
        Value::String(digits) => {
            let is_canonical =
                digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
            digits.parse().ok().filter(|_| is_canonical)?
        }
        _ => return None,
    };
    UserId::new(number)
}
