//! The JSON of a problem.

use std::borrow::Cow;

use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Detail, Language, Problem, RETRY_AFTER_SECONDS, RejectionView};

/// What went wrong (RFC 9457). `code` never changes; `title` and `detail` are
/// for people and follow `Accept-Language`.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProblemView {
    /// A relative URI that the server also serves as a page.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "/problems/out-of-stock")]
    kind: String,
    /// The code in words.
    #[schema(example = "Out of stock")]
    title: &'static str,
    /// The status of this answer.
    #[schema(minimum = 400, maximum = 599, example = 400)]
    status: u16,
    /// What is wrong with this request, and what to do.
    #[schema(
        example = "Product 3: 2 left in stock, 5 asked for. Lower the quantity or wait for stock."
    )]
    detail: String,
    /// The stable name of the problem.
    #[schema(example = "out-of-stock")]
    code: &'static str,
    /// What is wrong where, when the request itself is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<FieldErrorView>,
    /// Everything that stood in the way, in a fixed order. The first gives
    /// `status`, `type` and `code`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    rejections: Vec<RejectionView>,
    /// For the operator, with a fault of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "0af7651916cd43dd8448eb211c80319c")]
    trace_id: Option<String>,
}

/// One wrong place of a request.
#[derive(Serialize, ToSchema)]
#[schema(as = FieldError)]
pub(crate) struct FieldErrorView {
    /// A JSON pointer into the body (RFC 6901); empty for the whole body, and
    /// where `parameter` names the place.
    #[schema(format = JsonPointer, example = "/items/0/quantity")]
    pointer: String,
    /// The wrong parameter of the path or the query, or the wrong header.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "limit")]
    parameter: Option<Cow<'static, str>>,
    /// What is accepted there.
    #[schema(example = "must be an integer from 1 to 9007199254740991")]
    message: String,
}

impl Problem {
    /// The problem in the reader's language. `trace_id` is shown with faults of
    /// the server only.
    pub(crate) fn render(&self, language: Language, trace_id: &str) -> Response {
        let code = self.code();
        let detail = self.sentence(language);
        let internal = code.status() == StatusCode::INTERNAL_SERVER_ERROR;
        let view = ProblemView {
            kind: format!("/problems/{}", code.name()),
            title: code.title(language),
            status: code.status().as_u16(),
            detail,
            code: code.name(),
            errors: self.errors(language),
            rejections: RejectionView::all(&self.0.rejections),
            trace_id: internal.then(|| trace_id.to_owned()),
        };
        // A struct of texts and numbers always serialises.
        let body = serde_json::to_vec(&view).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = code.status();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        headers.insert(VARY, HeaderValue::from_static("Accept-Language"));
        self.add_headers(headers);
        response
    }

    /// The headers that go with the problem, in whatever form it is told.
    pub(crate) fn add_headers(&self, headers: &mut HeaderMap) {
        if let Detail::Denied(denied) = &self.0.detail {
            denied.add_headers(headers);
        }
        if self.code().status() == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
    }

    fn errors(&self, language: Language) -> Vec<FieldErrorView> {
        let view = |error: &super::FieldError| FieldErrorView {
            pointer: error.pointer.clone(),
            parameter: error.parameter.clone(),
            message: error.issue.message(language).into_owned(),
        };
        self.0.errors.iter().map(view).collect()
    }
}
