//! What people read: the API reference and a page for every problem.

use std::sync::LazyLock;

use axum::extract::RawPathParams;
use axum::response::{IntoResponse, Redirect, Response};
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::access::Anyone;
use crate::extract::Query;
use crate::pages::{self, Reader};
use crate::problem::{Code, Detail, FieldError, Issue, Language, Problem, quoted};

/// The API description
///
/// OpenAPI 3.1, for tools and generators.
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "openapi", tag = "Reference",
    responses((status = 200, description = "The description of this API.", body = Value)),
)]
pub(super) async fn openapi_json(_: Anyone) -> Response {
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
pub(super) async fn docs(_: Anyone, headers: HeaderMap) -> Response {
    static PAGE: LazyLock<String> = LazyLock::new(pages::reference);
    let host = headers.get(HOST).and_then(|value| value.to_str().ok());
    pages::answer(pages::at_host(&PAGE, host).into(), Language::English)
}

/// Leads whoever opens the bare address to the reference.
pub(super) async fn root(_: Anyone) -> Response {
    Redirect::temporary("/docs").into_response()
}

/// The language of a page.
#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct LanguageQuery {
    /// `en` or `ko`. Left out, `Accept-Language` decides.
    #[param(nullable = false, pattern = "^(en|ko)$", example = "ko")]
    lang: Option<String>,
}

impl LanguageQuery {
    fn reader(&self, headers: &HeaderMap) -> Result<Reader, Problem> {
        let Some(tag) = &self.lang else {
            let language = Language::preferred(headers);
            return Ok(Reader {
                language,
                chosen: false,
            });
        };
        let language = Language::from_tag(tag).ok_or_else(|| {
            let tags = Language::ALL.map(|it| it.tag().to_owned());
            let issue = Issue::NotOneOf(tags.to_vec());
            Problem::invalid(vec![FieldError::parameter("lang", issue)])
        })?;
        Ok(Reader {
            language,
            chosen: true,
        })
    }
}

/// All problems
///
/// A page that lists every code, in English or Korean.
#[utoipa::path(
    get, path = "/problems", operation_id = "problems", tag = "Reference",
    params(LanguageQuery),
    responses((status = 200, description = "A page.", body = String, content_type = "text/html; charset=utf-8")),
)]
pub(super) async fn problems(
    _: Anyone,
    headers: HeaderMap,
    Query(query): Query<LanguageQuery>,
) -> Result<Response, Problem> {
    let reader = query.reader(&headers)?;
    Ok(pages::answer(
        pages::problems(reader).into(),
        reader.language,
    ))
}

/// What a problem means
///
/// The page that a problem's `type` names, in English or Korean.
#[utoipa::path(
    get, path = "/problems/{code}", operation_id = "problem", tag = "Reference",
    params(("code" = String, Path, description = "The problem's `code`.", example = "out-of-stock"), LanguageQuery),
    responses((status = 200, description = "A page.", body = String, content_type = "text/html; charset=utf-8")),
)]
pub(super) async fn problem(
    _: Anyone,
    parameters: Result<RawPathParams, axum::extract::rejection::RawPathParamsRejection>,
    headers: HeaderMap,
    uri: http::Uri,
    Query(query): Query<LanguageQuery>,
) -> Result<Response, Problem> {
    let parameters = parameters.ok();
    let name = parameters
        .as_ref()
        .and_then(|all| all.iter().next())
        .map(|(_, name)| name);
    let code = name
        .and_then(Code::from_name)
        .ok_or_else(|| Problem::new(Detail::NoSuchPath(quoted(uri.path()))))?;
    let reader = query.reader(&headers)?;
    Ok(pages::answer(
        pages::problem(code, reader).into(),
        reader.language,
    ))
}

/// The style of the pages
#[utoipa::path(
    get, path = "/assets/jumun.css", operation_id = "stylesheet", tag = "Reference",
    responses((status = 200, description = "A stylesheet.", body = String, content_type = "text/css; charset=utf-8")),
)]
pub(super) async fn stylesheet(_: Anyone) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, pages::STYLESHEET).into_response()
}
