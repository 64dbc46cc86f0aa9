//! The rules that an API description tells, for a body that is refused anyway:
//! so that it can be mended in one go. For a body that has its shape the domain
//! judges the same, and the documentation is checked against it by tests.

use jumun_domain::Rule;
use serde_json::Value;

use super::path::uuid;
use super::time::timestamp;
use crate::problem::Issue;

/// What a text breaks.
pub(super) fn of_text(schema: &Value, text: &str) -> Option<Issue> {
    match schema["format"].as_str() {
        Some("date-time") => return timestamp("", text).err().map(|error| error.issue),
        Some("uuid") => return uuid(text).is_none().then_some(Issue::NotAUuid),
        _ => {}
    }
    let (min, max) = (size(&schema["minLength"])?, size(&schema["maxLength"])?);
    if !(min..=max).contains(&text.chars().count()) {
        Some(Issue::Rule(Rule::LengthBetween { min, max }))
    } else if text.chars().any(char::is_control) {
        Some(Issue::Rule(Rule::NoControlCharacters))
    } else {
        None
    }
}

/// What a list of this many items breaks.
pub(super) fn of_list(schema: &Value, length: usize) -> Option<Issue> {
    let (min, max) = (size(&schema["minItems"])?, size(&schema["maxItems"])?);
    let fits = (min..=max).contains(&length);
    (!fits).then_some(Issue::Rule(Rule::ItemsBetween { min, max }))
}

/// What an integer breaks; `None` is one that does not fit 64 bits.
pub(super) fn of_integer(schema: &Value, value: Option<i64>) -> Option<Issue> {
    let (min, max) = (schema["minimum"].as_i64()?, schema["maximum"].as_i64()?);
    match value {
        // What may be of either sign is a change, and none is no change.
        Some(0) if min < 0 => Some(Issue::Rule(Rule::NotZero)),
        Some(value) if (min..=max).contains(&value) => None,
        _ => Some(Issue::Rule(Rule::IntegerBetween { min, max })),
    }
}

fn size(bound: &Value) -> Option<usize> {
    bound.as_u64().and_then(|bound| usize::try_from(bound).ok())
}
