//! Query parameters: an unknown or repeated one is refused, like an unknown
//! member of a body.

use std::collections::HashSet;

use axum::extract::FromRequestParts;
use http::request::Parts;
use jumun_domain::Rule;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::IntoParams;

use crate::access::Gate;
use crate::problem::{FieldError, Issue, MAX_ERRORS, Problem, quoted};

/// Parameters that are looked at: more than any endpoint knows, so that a
/// hostile query costs little and still shows what is wrong with it.
const MAX_PARAMETERS: usize = 16;

/// The query of a request. `T` has only optional texts; which there are is
/// read from its documentation, so that the two cannot drift.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned + IntoParams + Default> FromRequestParts<Gate> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Gate) -> Result<Self, Problem> {
        match parts.uri.query() {
            None | Some("") => Ok(Self(T::default())),
            Some(query) => parse(query).map(Self),
        }
    }
}

/// No query: whatever is given is unknown, and refused.
pub(crate) struct NoQuery;

impl FromRequestParts<Gate> for NoQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Gate) -> Result<Self, Problem> {
        match parts.uri.query() {
            None | Some("") => Ok(Self),
            Some(query) => Err(problem(query, &[])),
        }
    }
}

fn parse<T: DeserializeOwned + IntoParams>(query: &str) -> Result<T, Problem> {
    let mut values = Map::new();
    let mut repeated = false;
    for (name, value) in form_urlencoded::parse(query.as_bytes()).take(MAX_PARAMETERS) {
        repeated |= values
            .insert(name.into_owned(), Value::String(value.into_owned()))
            .is_some();
    }
    let read = T::deserialize(Value::Object(values))
        .ok()
        .filter(|_| !repeated);
    read.ok_or_else(|| problem(query, &T::into_params(|| None)))
}

/// Everything that is wrong with the names; a head is 16 KiB, so it ends.
fn problem(query: &str, known: &[utoipa::openapi::path::Parameter]) -> Problem {
    let mut seen = HashSet::new();
    let mut errors = Vec::new();
    let mut count = 0;
    for (name, _) in form_urlencoded::parse(query.as_bytes()) {
        let issue = match known.iter().find(|parameter| parameter.name == name) {
            None => Issue::UnknownParameter,
            Some(parameter) if !seen.insert(&parameter.name) => Issue::Duplicate,
            Some(_) => continue,
        };
        count += 1;
        if errors.len() < MAX_ERRORS {
            errors.push(FieldError::parameter(quoted(&name), issue));
        }
    }
    if errors.is_empty() {
        return Problem::invalid(vec![FieldError::parameter("query", Issue::Shape)]);
    }
    Problem::invalid_at(errors, count)
}

/// A query parameter that is an integer from `min` to `max`.
pub(crate) fn integer_parameter(
    name: &'static str,
    text: &str,
    min: i64,
    max: i64,
) -> Result<i64, FieldError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let value = text
        .parse()
        .ok()
        .filter(|value| digits && (min..=max).contains(value));
    value.ok_or_else(|| FieldError::parameter(name, Issue::Rule(Rule::IntegerBetween { min, max })))
}
