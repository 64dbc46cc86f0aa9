//! Columns that a person reads.

use std::io::Write as _;

use jumun_store::access::ChangeRecord;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::{output, time};

/// Prints a row for each change, with a head above the first.
///
/// # Errors
///
/// When the output cannot be written.
pub(super) fn print(found: &[ChangeRecord], is_first: bool) -> Result<(), Failure> {
    if found.is_empty() {
        return Ok(());
    }
    let head = ["time", "by", "what", "of", "how"];
    let mut rows = Vec::with_capacity(found.len() + 1);
    if is_first {
        rows.push(head.map(str::to_owned).to_vec());
    }
    rows.extend(found.iter().map(row));
    output::to_stdout(|stdout| stdout.write_all(output::table(&rows, &[]).as_bytes()))
}

fn row(change: &ChangeRecord) -> Vec<String> {
    let mut how = difference(change.before.as_deref(), change.after.as_deref());
    if let Some(reason) = &change.reason {
        how.push_str(&format!(" ({reason})"));
    }
    vec![
        time::shown(change.at),
        change.actor.to_string(),
        change.action.to_string(),
        change.subject.to_string(),
        how,
    ]
}

/// What is not as it was: `price 1000 → 1200`; all members of what is new.
fn difference(before: Option<&str>, after: Option<&str>) -> String {
    let told = match (before.map(members), after.map(members)) {
        (None, Some(after)) => after.iter().map(|it| told(it.0, it.1)).collect(),
        (Some(_), None) => vec!["is no more".to_owned()],
        (Some(before), Some(after)) => changed(&before, &after),
        (None, None) => Vec::new(),
    };
    told.join(", ")
}

fn changed(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for (name, value) in after {
        match before.get(name) {
            Some(was) if was == value => {}
            Some(was) => told.push(format!("{name} {was} → {value}")),
            None => told.push(self::told(name, value)),
        }
    }
    if told.is_empty() {
        told.push("as it was".to_owned());
    }
    told
}

fn told(name: &str, value: &Value) -> String {
    format!("{name} {value}")
}

/// The members of what an engine holds as a JSON object; nothing of another text.
fn members(text: &str) -> Map<String, Value> {
    let mut members: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
    // What is not there needs no words, but for what it was before.
    members.retain(|name, value| !(value.is_null() && name != "revokedAt"));
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_tells_what_is_not_as_it_was() {
        let table = [
            (
                Some(r#"{"name":"Cup","price":1000,"stock":5}"#),
                Some(r#"{"name":"Cup","price":1200,"stock":5}"#),
                "price 1000 → 1200",
            ),
            (
                None,
                Some(r#"{"name":"Cup","maxPerUser":null}"#),
                r#"name "Cup""#,
            ),
            (Some(r#"{"position":7}"#), None, "is no more"),
            (Some(r#"{"a":1}"#), Some(r#"{"a":1}"#), "as it was"),
            (Some(r#"{"a":null}"#), Some(r#"{"a":1}"#), "a 1"),
            (Some("garbage"), Some(r#"{"a":1}"#), "a 1"),
            (None, None, ""),
        ];
        for (before, after, expected) in table {
            assert_eq!(difference(before, after), expected);
        }
    }
}
