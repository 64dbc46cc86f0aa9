//! What every answer gets, in one layer: a request id, the problem written in
//! the reader's language, figures, and a log line if it failed.
//!
//! One layer and not many, since each costs every order an allocation or two.

use std::convert::Infallible;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT, CACHE_CONTROL, CONNECTION, HOST, STRICT_TRANSPORT_SECURITY, TRANSFER_ENCODING,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Version};
use tower_layer::Layer;
use tower_service::Service;

use crate::access::bearer;
use crate::app::App;
use crate::browser;
use crate::config::{AuthMode, Config};
use crate::console;
use crate::masked::masked;
use crate::metrics;
use crate::problem::{Denied, Detail, FieldError, Issue, Language, Problem, quoted, weighted};
use crate::trace::{Identity, X_REQUEST_ID};
use crate::transport::Monitoring;
use crate::transport::is_encrypted;

/// Has browsers that came over TLS come over TLS for half a year (RFC 6797): an
/// operator signs in here. Not for names below this one, which are others'.
const ENCRYPTED_ONLY: HeaderValue = HeaderValue::from_static("max-age=15552000");

const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// Wraps every route, and what answers where no route matches.
#[derive(Clone)]
pub(crate) struct Observe(pub(crate) App);

impl<S> Layer<S> for Observe {
    type Service = Observed<S>;

    fn layer(&self, inner: S) -> Observed<S> {
        Observed {
            app: self.0.clone(),
            inner,
        }
    }
}

#[derive(Clone)]
pub(crate) struct Observed<S> {
    app: App,
    inner: S,
}

impl<S> Service<Request> for Observed<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let seen = Seen::of(&request);
        let refused = refused(&request, &seen, self.app.config());
        let answer = match refused {
            None => Ok(self.inner.call(request)),
            Some(refusal) => Err(refusal),
        };
        let closes = matches!(&answer, Err(refusal) if refusal.closes);
        let app = self.app.clone();
        Box::pin(async move {
            let response = match answer {
                Ok(answer) => caught(answer, &seen).await,
                Err(ref refusal) => refusal.problem.clone().into_response(),
            };
            let mut response = seen.finish(&app, response);
            if closes {
                response.headers_mut().insert(CONNECTION, CLOSE);
            }
            Ok(response)
        })
    }
}

/// A request that goes no further.
struct Refusal {
    problem: Problem,
    /// Whether the connection ends with the answer: who disagrees with us about
    /// where a request ends must not send another on it (RFC 9112, section 11.2).
    closes: bool,
}

/// What is kept of a request for its answer.
struct Seen {
    started: Instant,
    method: Method,
    uri: http::Uri,
    route: Option<MatchedPath>,
    is_encrypted: bool,
    language: Language,
    identity: Identity,
}

impl Seen {
    fn of(request: &Request) -> Self {
        Self {
            started: Instant::now(),
            method: request.method().clone(),
            uri: request.uri().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
            is_encrypted: is_encrypted(request.extensions()),
            language: Language::preferred(request.headers()),
            identity: Identity::of(request.headers()),
        }
    }

    fn route(&self) -> Option<&str> {
        self.route.as_ref().map(MatchedPath::as_str)
    }

    fn expects_json(&self) -> bool {
        self.route().is_some_and(crate::api::answers_json)
    }

    fn finish(&self, app: &App, mut response: Response) -> Response {
        if let Some(problem) = self.problem(&mut response) {
            for rejection in problem.rejections() {
                metrics::rejected(rejection.code());
            }
            response = problem.render(self.language, self.identity.trace_id());
        }
        let headers = response.headers_mut();
        headers.insert(X_REQUEST_ID, self.identity.request_id.clone());
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if self.is_encrypted {
            headers.insert(STRICT_TRANSPORT_SECURITY, ENCRYPTED_ONLY);
        }
        headers
            .entry(CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
        let took = self.started.elapsed();
        let status = response.status();
        app.figures()
            .answered(self.route(), &self.method, status, took);
        self.log(status, took);
        response
    }

    /// The problem that a handler answered, or the one of a method that the
    /// router has turned away.
    fn problem(&self, response: &mut Response) -> Option<Problem> {
        match response.status() {
            StatusCode::METHOD_NOT_ALLOWED => {
                let method = quoted(self.method.as_str());
                Some(Problem::new(Detail::NoSuchMethod(method)))
            }
            status if status.is_client_error() || status.is_server_error() => {
                response.extensions_mut().remove::<Problem>()
            }
            _ => None,
        }
    }

    /// Failures at a level that is on by default; successes would cost the hot path.
    fn log(&self, status: StatusCode, took: std::time::Duration) {
        macro_rules! line {
            ($level:ident, $message:literal) => {
                tracing::$level!(
                    method = %self.method,
                    path = %masked(self.uri.path()),
                    status = status.as_u16(),
                    took_us = took.as_micros() as u64,
                    request_id = self.identity.request_id(),
                    trace_id = self.identity.trace_id(),
                    $message
                )
            };
        }
        match status.as_u16() {
            500 => line!(error, "failed on a request"),
            501.. => line!(warn, "could not serve a request"),
            400.. => line!(info, "turned a request away"),
            _ => line!(debug, "answered a request"),
        }
    }
}

/// What its head says against a request, whatever it asks for.
fn refused(request: &Request, seen: &Seen, config: &Config) -> Option<Refusal> {
    let closing = malformed(request).map(|problem| Refusal {
        problem,
        closes: true,
    });
    closing.or_else(|| {
        let problem = unwanted(request, seen, config)?;
        Some(Refusal {
            problem,
            closes: false,
        })
    })
}

/// A head of which two readers could make two things.
fn malformed(request: &Request) -> Option<Problem> {
    let wrong = |name, issue| Some(Problem::invalid(vec![FieldError::parameter(name, issue)]));
    let headers = request.headers();
    // RFC 9112, section 3.2; later and earlier versions name the host otherwise.
    if request.version() == Version::HTTP_11 {
        match headers.get_all(HOST).iter().count() {
            0 => return wrong("Host", Issue::Required),
            1 => {}
            _ => return wrong("Host", Issue::Duplicate),
        }
    }
    // Section 6.1: one coding, once. A length beside it is gone by now, and ends
    // the connection.
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => None,
        (Some(coding), None) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => None,
        _ => wrong(
            "Transfer-Encoding",
            Issue::NotOneOf(vec!["chunked".to_owned()]),
        ),
    }
}

/// What the rest of the head says against it.
fn unwanted(request: &Request, seen: &Seen, config: &Config) -> Option<Problem> {
    let headers = request.headers();
    // Tokens are no page's to send; and figures are read by whatever name finds them.
    let any_host =
        config.auth == AuthMode::Token || request.extensions().get::<Monitoring>().is_some();
    if !any_host
        && browser::may_be_a_browsers(headers)
        && let Some(host) = browser::foreign_host(request.uri(), headers, &config.allowed_hosts)
    {
        return Some(Problem::denied(Denied::ForeignHost(quoted(&host))));
    }
    let is_meant = config.auth == AuthMode::Token && is_meant(request);
    if !is_meant && browser::is_cross_site(request.method(), headers) {
        return Some(Problem::denied(Denied::CrossSite));
    }
    let unread = seen.expects_json() && !accepts_json(headers);
    unread.then(|| Problem::new(Detail::NotAcceptable))
}

/// Whether a program sends it and no page by way of a browser: a bearer token is
/// nothing that a browser adds by itself, as it does a password or a cookie. The
/// console goes by its cookie, whatever else is there.
fn is_meant(request: &Request) -> bool {
    bearer(request.headers()).is_ok() && !console::is_of_console(request.uri().path())
}

/// The answer, or `500 internal` if the handler panicked.
async fn caught(
    answer: impl Future<Output = Result<Response, Infallible>>,
    seen: &Seen,
) -> Response {
    let mut answer = pin!(answer);
    // The handler is dropped after a panic, so nothing sees what it left behind.
    let outcome =
        poll_fn(
            |context| match catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context))) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(Ok(response))) => Poll::Ready(Ok(response)),
                Err(panic) => Poll::Ready(Err(panic)),
            },
        );
    match outcome.await {
        Ok(response) => response,
        Err(panic) => {
            let words = panic.downcast_ref::<&str>().copied();
            let words = words.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
            tracing::error!(
                path = %masked(seen.uri.path()),
                trace_id = seen.identity.trace_id(),
                panic = words.unwrap_or("not a text"),
                "a handler panicked; report this line as a defect"
            );
            Problem::new(Detail::Internal).into_response()
        }
    }
}

/// Whether `Accept` takes JSON or a problem; where it is missing, everything is taken.
fn accepts_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(ACCEPT).iter().peekable();
    if values.peek().is_none() {
        return true;
    }
    // What cannot be read is no reason to refuse.
    let ranges = values.flat_map(|value| value.to_str().unwrap_or("*/*").split(','));
    let mut named = false;
    for range in ranges {
        let (range, weight) = weighted(range);
        named |= !range.is_empty();
        let json = [
            "*/*",
            "application/*",
            "application/json",
            "application/problem+json",
        ]
        .iter()
        .any(|taken| range.eq_ignore_ascii_case(taken));
        if json && weight > 0 {
            return true;
        }
    }
    !named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_in_json_is_refused_only_to_who_takes_none() {
        let table = [
            ("*/*", true),
            ("application/json", true),
            ("application/problem+json", true),
            ("APPLICATION/*;q=0.1", true),
            ("text/html, */*;q=0.8", true),
            ("application/json;charset=utf-8", true),
            ("", true),
            ("text/html", false),
            ("application/json;q=0", false),
            ("application/xml, text/*", false),
        ];
        for (value, accepted) in table {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, value.parse().unwrap());
            assert_eq!(accepts_json(&headers), accepted, "{value:?}");
        }
        assert!(accepts_json(&HeaderMap::new()));
    }
}
