//! What people read: the API reference and a page for every problem.

use std::sync::LazyLock;

use axum::extract::RawPathParams;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::pages;
use crate::problem::{Code, Detail, Language, Problem};

/// The API description
///
/// OpenAPI 3.1, for tools and generators.
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "openapi", tag = "Reference",
    responses((status = 200, description = "The description of this API.", body = Value)),
)]
pub(super) async fn openapi_json() -> Response {
    static JSON: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(crate::openapi_json()));
    ([(CONTENT_TYPE, "application/json")], JSON.clone()).into_response()
}

/// The API reference
///
/// A page for people, made from the API description.
#[utoipa::path(
    get, path = "/docs", operation_id = "docs", tag = "Reference",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html; charset=utf-8")),
)]
pub(super) async fn docs() -> Response {
    static PAGE: LazyLock<Bytes> = LazyLock::new(|| pages::reference().into());
    pages::answer(PAGE.clone(), Language::English)
}

/// What a problem means
///
/// The page that a problem's `type` names, in English or Korean.
#[utoipa::path(
    get, path = "/problems/{code}", operation_id = "problem", tag = "Reference",
    params(("code" = String, Path, description = "The problem's `code`.", example = "out-of-stock")),
    responses((status = 200, description = "A page.", body = String, content_type = "text/html; charset=utf-8")),
)]
pub(super) async fn problem(
    parameters: Result<RawPathParams, axum::extract::rejection::RawPathParamsRejection>,
    headers: HeaderMap,
    uri: http::Uri,
) -> Result<Response, Problem> {
    let parameters = parameters.ok();
    let name = parameters
        .as_ref()
        .and_then(|all| all.iter().next())
        .map(|(_, name)| name);
    let code = name.and_then(Code::from_name).ok_or_else(|| {
        Problem::new(Detail::NoSuchPath(
            uri.path().chars().take(super::MAX_QUOTED_CHARS).collect(),
        ))
    })?;
    let language = Language::preferred(&headers);
    Ok(pages::answer(
        pages::problem(code, language).into(),
        language,
    ))
}

/// The style of the pages
#[utoipa::path(
    get, path = "/assets/jumun.css", operation_id = "stylesheet", tag = "Reference",
    responses((status = 200, description = "A stylesheet.", body = String, content_type = "text/css; charset=utf-8")),
)]
pub(super) async fn stylesheet() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, pages::STYLESHEET).into_response()
}
