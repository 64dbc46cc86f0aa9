//! The history of changes: who did what, when, and how it was before and after.

use askama::Template;
use axum::response::Response;
use jumun_domain::Timestamp;
use jumun_store::access::ChangeRecord;
use serde_json::{Map, Value};

use super::answer::page;
use super::frame::Frame;
use super::visit::{Visit, next};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "console/changes.html")]
struct ChangesPage<'a> {
    page: &'a Frame,
    changes: Vec<Shown>,
    next: Option<String>,
}

/// A change as it is shown.
struct Shown {
    at: Timestamp,
    actor: String,
    action: String,
    subject: String,
    /// The page of what was changed, where it has one.
    link: Option<String>,
    reason: Option<String>,
    members: Vec<Member>,
}

/// One member of what was changed.
#[derive(PartialEq, Eq, Debug)]
struct Member {
    name: String,
    before: Option<String>,
    after: Option<String>,
}

impl Member {
    fn is_changed(&self) -> bool {
        self.before != self.after
    }
}

/// `/console/changes`
pub(super) async fn list(visit: Visit) -> Result<Response, Problem> {
    let rows = visit.by.app().access().changes(visit.rows()).await?;
    page(&ChangesPage {
        page: &visit.page,
        next: next(&rows, |it| it.id),
        changes: rows.items.iter().map(Shown::of).collect(),
    })
}

impl Shown {
    fn of(change: &ChangeRecord) -> Self {
        Self {
            at: change.at,
            actor: change.actor.to_string(),
            action: change.action.to_string(),
            subject: change.subject.to_string(),
            link: link(&change.subject),
            reason: change.reason.as_deref().map(str::to_owned),
            members: members(change.before.as_deref(), change.after.as_deref()),
        }
    }
}

/// Where a subject such as `product:3` is shown.
fn link(subject: &str) -> Option<String> {
    let (kind, name) = subject.split_once(':')?;
    let section = match kind {
        "user" => "users",
        "product" => "products",
        "order" => "orders",
        "platform" => "platforms",
        _ => return None,
    };
    Some(format!(
        "/console/{section}/{}",
        super::frame::encoded(name)
    ))
}

/// All members of both, those that differ first.
fn members(before: Option<&str>, after: Option<&str>) -> Vec<Member> {
    let (before, after) = (object(before), object(after));
    let mut names: Vec<&String> = after.keys().chain(before.keys()).collect();
    names.sort();
    names.dedup();
    let mut members: Vec<_> = names
        .into_iter()
        .map(|name| Member {
            name: name.clone(),
            before: before.get(name).and_then(text),
            after: after.get(name).and_then(text),
        })
        .collect();
    members.sort_by_key(|it| !it.is_changed());
    members
}

fn object(json: Option<&str>) -> Map<String, Value> {
    let value = json.and_then(|json| serde_json::from_str(json).ok());
    match value {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

/// Large integers in groups; what is not there is nothing.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(
            number
                .as_i64()
                .map_or_else(|| number.to_string(), super::number::grouped),
        ),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_comes_first_and_what_is_no_object_is_nothing() {
        let member = |name: &str, before: Option<&str>, after: Option<&str>| Member {
            name: name.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        };
        let before = r#"{"name":"A","price":1200,"limit":null}"#;
        let after = r#"{"name":"A","price":13000,"limit":null}"#;
        assert_eq!(
            members(Some(before), Some(after)),
            [
                member("price", Some("1,200"), Some("13,000")),
                member("limit", None, None),
                member("name", Some("A"), Some("A")),
            ]
        );
        assert_eq!(members(None, Some("[1]")), []);
    }
}
