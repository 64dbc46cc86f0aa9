//! A problem in words, for pages.

use super::sentence::{of_errors, of_rejections};
use super::{Language, Problem};

/// What a page shows of a problem.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Words {
    /// The code in words.
    pub(crate) title: &'static str,
    /// What is wrong, and what to do.
    pub(crate) detail: String,
    /// What is wrong where: the last part of the place's name, and the message.
    pub(crate) errors: Vec<(String, String)>,
}

impl Problem {
    /// The problem in the reader's language.
    pub(crate) fn words(&self, language: Language) -> Words {
        let place = |error: &super::FieldError| {
            let of_body = error.pointer.rsplit('/').next().unwrap_or_default();
            error.parameter.as_deref().unwrap_or(of_body).to_owned()
        };
        let errors = self.0.errors.iter();
        Words {
            title: self.code().title(language),
            detail: self.sentence(language),
            errors: errors
                .map(|it| (place(it), it.issue.message(language).into_owned()))
                .collect(),
        }
    }

    /// One concrete sentence or two: what is wrong, and what to do.
    pub(super) fn sentence(&self, language: Language) -> String {
        if !self.0.rejections.is_empty() {
            of_rejections(&self.0.rejections, &self.0.detail, language)
        } else if !self.0.errors.is_empty() {
            of_errors(&self.0.errors, self.0.error_count, language)
        } else {
            self.0.detail.text(language)
        }
    }
}
