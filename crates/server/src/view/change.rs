//! Lines of the history of changes.

use jumun_store::access::ChangeRecord;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Id, Text, Time};

/// One change: who, what, when, before and after.
#[derive(Serialize, ToSchema)]
#[schema(as = Change)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChangeView {
    change_id: Id,
    created_at: Time,
    /// `token:` and the id of a token, `user:` and the id of a user, `cli:` and
    /// a login name, or `local` for a caller of an open server.
    #[schema(value_type = String, example = "token:01937d5e8f012345")]
    actor: Text,
    /// What was done.
    #[schema(value_type = String, example = "product.put")]
    action: Text,
    /// To what.
    #[schema(value_type = String, example = "product:3")]
    subject: Text,
    /// How it was; `null` where it was not there.
    #[schema(value_type = Option<Object>, required = true)]
    before: Option<Value>,
    /// How it is since; `null` where it is no more.
    #[schema(value_type = Option<Object>, required = true)]
    after: Option<Value>,
    /// Why, where the request said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false, example = "delivery 4711")]
    reason: Option<Text>,
}

impl ChangeView {
    pub(crate) fn of(change: &ChangeRecord) -> Self {
        // What an engine holds was written as JSON; another text is shown as such.
        let object = |text: &str| {
            serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
        };
        Self {
            change_id: Id(change.id.0),
            created_at: Time(change.at),
            actor: Text(change.actor.as_str().into()),
            action: Text(change.action.clone()),
            subject: Text(change.subject.clone()),
            before: change.before.as_deref().map(object),
            after: change.after.as_deref().map(object),
            reason: change.reason.clone().map(Text),
        }
    }
}
