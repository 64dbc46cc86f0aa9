//! What every answer gets, in one layer: a request id, the problem written in
//! the reader's language, figures, and a log line if it failed.
//!
//! One layer and not many, since each costs every order an allocation or two.

use std::any::Any;
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONNECTION, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Method, StatusCode};
use tower_layer::Layer;
use tower_service::Service;

use crate::app::App;
use crate::head::{Refusal, refused};
use crate::masked::masked;
use crate::metrics;
use crate::problem::{Detail, Language, Problem, quoted};
use crate::trace::{Identity, X_REQUEST_ID};
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
    S::Future: Unpin,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answering<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let seen = Seen::of(&request);
        let answer = match refused(&request, self.app.config(), || seen.expects_json()) {
            None => Ok(self.inner.call(request)),
            Some(refusal) => Err(refusal),
        };
        Answering {
            app: self.app.clone(),
            seen: Some(seen),
            answer,
        }
    }
}

/// A request on the way to its answer. A future of our own and no block of
/// `async`, which would keep the one of the handler twice and need a box.
pub(crate) struct Answering<F> {
    app: App,
    /// `None` once it is answered.
    seen: Option<Seen>,
    answer: Result<F, Refusal>,
}

impl<F> Future for Answering<F>
where
    F: Future<Output = Result<Response, Infallible>> + Unpin,
{
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let (outcome, closes) = match &mut this.answer {
            // After a panic nobody sees what the handler left behind.
            Ok(answer) => {
                let poll = || Pin::new(answer).poll(context);
                match catch_unwind(AssertUnwindSafe(poll)) {
                    Ok(Poll::Pending) => return Poll::Pending,
                    Ok(Poll::Ready(Ok(response))) => (Ok(response), false),
                    Err(panic) => (Err(panic), false),
                }
            }
            Err(refusal) => (Ok(refusal.problem.clone().into_response()), refusal.closes),
        };
        let Some(seen) = this.seen.take() else {
            // Nobody polls what has answered.
            return Poll::Pending;
        };
        let response = outcome.unwrap_or_else(|panic| seen.panicked(&*panic));
        let mut response = seen.finish(&this.app, response);
        if closes {
            response.headers_mut().insert(CONNECTION, CLOSE);
        }
        Poll::Ready(Ok(response))
    }
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

    fn finish(self, app: &App, mut response: Response) -> Response {
        if let Some(problem) = self.problem(&mut response) {
            for rejection in problem.rejections() {
                metrics::rejected(rejection.code());
            }
            response = problem.render(self.language, self.identity.trace_id());
        }
        let took = self.started.elapsed();
        let status = response.status();
        app.figures()
            .answered(self.route(), &self.method, status, took);
        self.log(status, took);
        let headers = response.headers_mut();
        headers.insert(X_REQUEST_ID, self.identity.request_id);
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if self.is_encrypted {
            headers.insert(STRICT_TRANSPORT_SECURITY, ENCRYPTED_ONLY);
        }
        headers
            .entry(CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
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

    /// Failures at a level that is on by default; successes would cost the hot path,
    /// and so would what a shop refuses by its own rules, which on the day of a big
    /// sale is nearly everything.
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
            400 | 404 | 409 | 412 => line!(debug, "refused a request"),
            401.. => line!(info, "turned a request away"),
            _ => line!(debug, "answered a request"),
        }
    }

    /// `500 internal` for a handler that panicked.
    fn panicked(&self, panic: &(dyn Any + Send)) -> Response {
        let words = panic.downcast_ref::<&str>().copied();
        let words = words.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        tracing::error!(
            path = %masked(self.uri.path()),
            trace_id = self.identity.trace_id(),
            panic = words.unwrap_or("not a text"),
            "a handler panicked; report this line as a defect"
        );
        Problem::new(Detail::Internal).into_response()
    }
}
