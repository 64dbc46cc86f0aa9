//! Answers that say what went wrong (RFC 9457), in the reader's language.

mod body;
mod code;
mod denied;
mod detail;
mod language;
mod message;
mod quote;
mod rejection;
mod sentence;
mod words;

pub(crate) use body::ProblemView;
pub use code::Code;
pub(crate) use denied::Denied;
pub(crate) use detail::Detail;
pub use language::Language;
pub(crate) use language::weighted;
pub(crate) use message::{FieldError, Issue};
pub(crate) use quote::quoted;
pub(crate) use rejection::RejectionView;
pub(crate) use words::Words;

use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use jumun_domain::{Rejection, Violation};
use jumun_store::Fault;

/// Seconds that a client shall wait before it tries again: a batch takes
/// milliseconds, so a second is enough for a full queue to drain.
pub(crate) const RETRY_AFTER_SECONDS: &str = "1";

/// The most wrong places that one answer lists: enough to mend a request, and
/// a bound on what a hostile one can make us write.
pub(crate) const MAX_ERRORS: usize = 20;

/// What stands in the way of an answer. It travels in the response's
/// extensions until [`crate::observe`] knows the language to write it in.
#[derive(Clone, Debug)]
pub(crate) struct Problem(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    detail: Detail,
    /// At most [`MAX_ERRORS`] of them.
    errors: Vec<FieldError>,
    /// How many there are.
    error_count: usize,
    rejections: Vec<Rejection>,
}

impl Problem {
    /// A problem that its detail says all of.
    pub(crate) fn new(detail: Detail) -> Self {
        Self(Arc::new(Inner {
            detail,
            errors: Vec::new(),
            error_count: 0,
            rejections: Vec::new(),
        }))
    }

    /// Who may not come in.
    pub(crate) fn denied(denied: Denied) -> Self {
        Self::new(Detail::Denied(denied))
    }

    /// A request whose form or values are wrong; `errors` is not empty.
    pub(crate) fn invalid(errors: Vec<FieldError>) -> Self {
        let error_count = errors.len();
        Self::invalid_at(errors, error_count)
    }

    /// The same where there are `error_count` errors, and perhaps not all were kept.
    pub(crate) fn invalid_at(mut errors: Vec<FieldError>, error_count: usize) -> Self {
        errors.truncate(MAX_ERRORS);
        Self(Arc::new(Inner {
            detail: Detail::Invalid,
            errors,
            error_count,
            rejections: Vec::new(),
        }))
    }

    /// What stood in the way of a command; the first names the answer.
    pub(crate) fn rejected(mut rejections: Vec<Rejection>) -> Self {
        if let Some(Rejection::ValidationFailed(violations)) = rejections.first_mut() {
            return std::mem::take(violations).into();
        }
        Self(Arc::new(Inner {
            detail: Detail::Rejected,
            errors: Vec::new(),
            error_count: 0,
            rejections,
        }))
    }

    /// The same problem, told to who adjusts by hand.
    pub(crate) fn of_adjustment(mut self) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0)
            && !inner.rejections.is_empty()
        {
            inner.detail = Detail::AdjustmentRejected;
        }
        self
    }

    /// The stable name.
    pub(crate) fn code(&self) -> Code {
        match self.0.rejections.first() {
            Some(first) => Code::from_name(first.code()).unwrap_or(Code::Internal),
            None => self.0.detail.code(),
        }
    }

    /// What stood in the way of a command.
    pub(crate) fn rejections(&self) -> &[Rejection] {
        &self.0.rejections
    }
}

impl From<Vec<Violation>> for Problem {
    fn from(violations: Vec<Violation>) -> Self {
        Self::invalid(violations.into_iter().map(FieldError::from).collect())
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Overloaded => Self::new(Detail::QueueFull),
            Fault::Determinate(cause) => {
                tracing::error!(%cause, "the database did not do what was asked; nothing was changed");
                Self::new(Detail::DatabaseUnavailable)
            }
            Fault::Indeterminate(cause) => {
                tracing::error!(%cause, "it is not known whether a change was made");
                Self::new(Detail::OutcomeUnknown)
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.code().status();
        response.extensions_mut().insert(self);
        response
    }
}
