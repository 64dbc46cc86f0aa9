//! What a form sends.

use axum::extract::{FromRequest, Request};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use hyper::body::Body as _;
use jumun_domain::IdempotencyKey;

use crate::access::Gate;
use crate::extract::read;
use crate::problem::{Detail, FieldError, Issue, Problem};

/// Bytes of a form's body: its longest texts, percent-encoded, are some 10 KiB.
const MAX_FORM_BYTES: usize = 32 * 1024;

/// Fields that are looked at: more than any form or address has.
const MAX_FIELDS: usize = 32;

/// The type that browsers send forms with.
const FORM_TYPE: &str = "application/x-www-form-urlencoded";

/// Names and values, of a form or of the query of an address.
#[derive(Clone, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads what is written as a form is.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(bytes).take(MAX_FIELDS);
        Self(
            pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// The first value of this name; empty where there is none, as browsers
    /// leave out what nobody ticked.
    pub(super) fn get(&self, name: &str) -> &str {
        let mut pairs = self.0.iter();
        pairs
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    /// Every value of this name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let pairs = self.0.iter();
        pairs
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The text, where there is any but spaces.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        Some(self.get(name).trim()).filter(|text| !text.is_empty())
    }

    /// The key with which the form was handed out.
    ///
    /// # Errors
    ///
    /// Where there is none: the form is not ours.
    pub(super) fn key(&self) -> Result<IdempotencyKey, Problem> {
        IdempotencyKey::parse(self.get(super::fields::KEY)).map_err(|_| {
            let error = FieldError::body("/key", Issue::InvalidKey);
            Problem::invalid(vec![error])
        })
    }
}

impl FromRequest<Gate> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, gate: &Gate) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        if !is_form(&parts.headers) {
            let issue = Issue::NotOneOf(vec![FORM_TYPE.to_owned()]);
            return Err(Problem::invalid(vec![FieldError::parameter(
                "Content-Type",
                issue,
            )]));
        }
        if body.size_hint().lower() > MAX_FORM_BYTES as u64 {
            return Err(Problem::new(Detail::BodyTooLarge(MAX_FORM_BYTES)));
        }
        let bytes = read(body, MAX_FORM_BYTES, gate.config().body_deadline).await?;
        Ok(Self::parse(&bytes))
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next());
    essence.is_some_and(|it| it.trim().eq_ignore_ascii_case(FORM_TYPE))
}
