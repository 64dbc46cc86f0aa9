//! Pages as answers, and what every answer of the console carries.

use askama::Template;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION,
    REFERRER_POLICY, VARY, X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue, StatusCode};

use super::STYLESHEET;
use super::frame::{Frame, encoded};
use crate::access::Anyone;
use crate::problem::{Code, Detail, Problem, Words};

/// Our own stylesheet, and forms to ourselves: no script, no frame, no other host.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'",
);

/// Other sites are told nothing; our own forms have to say where they are from,
/// which `no-referrer` would keep browsers from.
const REFERRER: HeaderValue = HeaderValue::from_static("same-origin");

/// A page of its own origin shares no window with pages of others.
const OPENER: (HeaderName, HeaderValue) = (
    HeaderName::from_static("cross-origin-opener-policy"),
    HeaderValue::from_static("same-origin"),
);

/// A page.
///
/// # Errors
///
/// When the template fails, which is a defect.
pub(super) fn page(template: &impl Template) -> Result<Response, Problem> {
    page_with(StatusCode::OK, template)
}

/// A page with a status.
///
/// # Errors
///
/// The same.
pub(super) fn page_with(status: StatusCode, template: &impl Template) -> Result<Response, Problem> {
    let html = template.render().map_err(|error| {
        tracing::error!(%error, "a page could not be written; report this");
        Problem::new(Detail::Internal)
    })?;
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, html);
    Ok(response)
}

/// Leads on after a form was sent: a reload then sends nothing.
pub(super) fn see_other(path: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    // Our own paths are visible ASCII; anything else leads to the first page.
    let location = HeaderValue::from_str(path);
    let location = location.unwrap_or(HeaderValue::from_static("/console"));
    response.headers_mut().insert(LOCATION, location);
    response
}

/// The style of the console.
pub(super) async fn stylesheet(_: Anyone) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, STYLESHEET).into_response()
}

/// Shows a problem as a page, and adds the headers that all answers carry.
pub(super) async fn finish(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let frame = Frame::of(&parts);
    let is_read = parts.method == http::Method::GET;
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = shown(&problem, &frame, is_read);
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(REFERRER_POLICY, REFERRER);
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(OPENER.0, OPENER.1);
    headers.insert(VARY, HeaderValue::from_static("Accept-Language, Cookie"));
    let tag = HeaderValue::from_static(frame.language.tag());
    headers.insert(CONTENT_LANGUAGE, tag);
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

#[derive(Template)]
#[template(path = "console/problem.html")]
struct ProblemPage<'a> {
    page: &'a Frame,
    words: Words,
    /// Whether somebody has been let in.
    is_inside: bool,
}

/// Who has no session is led to where one begins.
fn shown(problem: &Problem, frame: &Frame, is_read: bool) -> Response {
    let code = problem.code();
    if code == Code::Unauthenticated {
        let back = if is_read {
            frame.here.as_str()
        } else {
            "/console"
        };
        return see_other(&format!("/console/sign-in?to={}", encoded(back)));
    }
    let page = ProblemPage {
        page: frame,
        words: problem.words(frame.language),
        is_inside: ![Code::Forbidden, Code::TooManyRequests].contains(&code),
    };
    let bare = |_| code.status().into_response();
    let mut response = page_with(code.status(), &page).unwrap_or_else(bare);
    problem.add_headers(response.headers_mut());
    response
}
