//! Ids in the path.

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use jumun_domain::limits::MAX_SAFE_INTEGER;
use jumun_domain::{CampaignId, OrderId, ProductId, Rule, UserId};
use jumun_store::access::TokenId;

use super::Sequence;
use crate::access::Gate;
use crate::problem::{Detail, FieldError, Issue, Problem, quoted};

/// A positive integer id in the path: a user, a product, a campaign or an event's place.
pub(crate) struct PathId<T>(pub(crate) T);

/// An order id in the path. One that cannot be an order's is of no order: 404.
pub(crate) struct OrderPath(pub(crate) OrderId);

/// The name of a data platform in the path, decoded: most are URLs. One that
/// cannot be a platform's is of no platform: 404.
pub(crate) struct PlatformName(pub(crate) String);

/// The public id of a token in the path. One that cannot be a token's is of no
/// token: 404.
pub(crate) struct TokenPath(pub(crate) TokenId);

/// An id that is a positive integer.
pub(crate) trait IntegerId: Sized {
    /// The name of its path parameter.
    const NAME: &'static str;
    /// `None` outside 1..=2^53 − 1.
    fn from_integer(value: i64) -> Option<Self>;
}

macro_rules! integer_id {
    ($($id:ident = $name:literal),*) => {$(
        impl IntegerId for $id {
            const NAME: &'static str = $name;
            fn from_integer(value: i64) -> Option<Self> {
                Self::new(value)
            }
        }
    )*};
}

integer_id!(
    UserId = "userId",
    ProductId = "productId",
    CampaignId = "campaignId",
    Sequence = "sequence"
);

impl<T: IntegerId> FromRequestParts<Gate> for PathId<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Problem> {
        // Not readable as UTF-8 is not a number either.
        let parameters = RawPathParams::from_request_parts(parts, gate).await.ok();
        let text = parameters.as_ref().and_then(|all| find(all, T::NAME));
        text.and_then(canonical_integer)
            .and_then(T::from_integer)
            .map(Self)
            .ok_or_else(|| {
                let rule = Rule::IntegerBetween {
                    min: 1,
                    max: MAX_SAFE_INTEGER,
                };
                Problem::invalid(vec![FieldError::parameter(T::NAME, Issue::Rule(rule))])
            })
    }
}

impl FromRequestParts<Gate> for OrderPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Problem> {
        let parameters = RawPathParams::from_request_parts(parts, gate).await.ok();
        let text = parameters
            .as_ref()
            .and_then(|all| find(all, "orderId"))
            .unwrap_or_default();
        uuid(text)
            .map(|id| Self(OrderId(id)))
            .ok_or_else(|| Problem::new(Detail::MalformedOrderId(quoted(text))))
    }
}

impl FromRequestParts<Gate> for TokenPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Problem> {
        let parameters = RawPathParams::from_request_parts(parts, gate).await.ok();
        let text = parameters
            .as_ref()
            .and_then(|all| find(all, "tokenId"))
            .unwrap_or_default();
        TokenId::parse(text)
            .map(Self)
            .ok_or_else(|| Problem::new(Detail::NoSuchToken(quoted(text))))
    }
}

impl FromRequestParts<Gate> for PlatformName {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Problem> {
        // Any part of the path that is not UTF-8 makes it none of ours.
        let parameters = RawPathParams::from_request_parts(parts, gate).await;
        let parameters =
            parameters.map_err(|_| Problem::new(Detail::NoSuchPath(quoted(parts.uri.path()))))?;
        let name = find(&parameters, "name").unwrap_or_default();
        // Not every engine can hold a NUL, or even look for one.
        if name.contains('\0') {
            return Err(Problem::new(Detail::NoSuchPlatform(quoted(name))));
        }
        Ok(Self(name.to_owned()))
    }
}

fn find<'a>(parameters: &'a RawPathParams, name: &str) -> Option<&'a str> {
    parameters
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Digits without sign or leading zero, so that a thing has one path.
fn canonical_integer(text: &str) -> Option<i64> {
    let digits = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// A UUID in the hyphenated form, which alone the server gives out.
pub(crate) fn uuid(text: &str) -> Option<uuid::Uuid> {
    const HYPHENATED_LENGTH: usize = 36;
    uuid::Uuid::try_parse(text)
        .ok()
        .filter(|_| text.len() == HYPHENATED_LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_in_a_path_is_written_in_one_way_only() {
        let table = [
            ("1", Some(1)),
            ("9007199254740991", Some(MAX_SAFE_INTEGER)),
            ("01", None),
            ("+1", None),
            ("-1", None),
            ("0", None),
            ("1.0", None),
            ("1e3", None),
            ("", None),
            ("١", None),
            ("9223372036854775808", None),
        ];
        for (text, expected) in table {
            assert_eq!(canonical_integer(text), expected, "{text}");
        }
    }
}
