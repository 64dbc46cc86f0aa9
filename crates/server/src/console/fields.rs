//! A form as it is shown: what was typed, and what is wrong with it.

use http::StatusCode;
use jumun_domain::Rejection;
use uuid::Uuid;

use super::form::Form;
use super::frame::Frame;
use crate::problem::{Code, Problem};

/// The hidden field with the idempotency key.
pub(super) const KEY: &str = "key";

/// The values of a form's fields, and the messages beside them.
#[derive(Default)]
pub(super) struct Fields {
    values: Vec<(&'static str, String)>,
    errors: Vec<(String, String)>,
    /// What stands above the form.
    pub(super) alert: Option<String>,
    status: StatusCode,
}

impl Fields {
    /// A form to be filled in, with a fresh key.
    pub(super) fn blank() -> Self {
        Self::default().with(KEY, Uuid::now_v7())
    }

    /// The same with a value.
    pub(super) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.values.push((name, value.to_string()));
        self
    }

    /// The fields of a form that was sent, which is shown again for this problem.
    pub(super) fn again(
        form: &Form,
        names: &[&'static str],
        problem: &Problem,
        page: &Frame,
    ) -> Self {
        let mut fields = Self::default().with(KEY, form.get(KEY));
        for name in names {
            fields = fields.with(name, form.get(name));
        }
        let words = problem.words(page.language);
        let is_reused = problem
            .rejections()
            .contains(&Rejection::IdempotencyKeyReused);
        fields.alert = Some(match (is_reused, problem.code()) {
            (true, _) => page
                .say(
                    "This form was sent before with other values. See what it did, and open it anew for another change.",
                    "이 양식은 다른 값으로 이미 보냈습니다. 결과를 확인하고, 더 바꾸려면 양식을 새로 여세요.",
                )
                .to_owned(),
            (_, Code::OutcomeUnknown) => page
                .say(
                    "It is not known whether the change was made. Send the form again: it has one effect.",
                    "변경이 이루어졌는지 알 수 없습니다. 양식을 다시 보내세요. 한 번만 적용됩니다.",
                )
                .to_owned(),
            (_, Code::ValidationFailed) => page
                .say("Nothing was changed. Correct what is marked.", "바뀐 것은 없습니다. 표시된 곳을 고치세요.")
                .to_owned(),
            _ => words.detail,
        });
        let is_shown = |place: &str| names.contains(&place);
        let (errors, elsewhere): (Vec<_>, Vec<_>) = words
            .errors
            .into_iter()
            .partition(|(place, _)| is_shown(place));
        for (place, message) in elsewhere {
            let alert = fields.alert.get_or_insert_default();
            alert.push_str(&format!(" {place}: {message}."));
        }
        fields.errors = errors;
        fields.status = problem.code().status();
        fields
    }

    /// The status of a page with this form.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// What is typed in a field.
    pub(super) fn value(&self, name: &str) -> &str {
        let mut values = self.values.iter();
        values
            .find(|(key, _)| *key == name)
            .map_or("", |(_, value)| value)
    }

    /// What is wrong with it.
    pub(super) fn error(&self, name: &str) -> Option<&str> {
        let mut errors = self.errors.iter();
        errors
            .find(|(key, _)| key == name)
            .map(|(_, message)| message.as_str())
    }
}
