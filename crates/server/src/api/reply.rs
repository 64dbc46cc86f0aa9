//! Answers in JSON.

use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderName, HeaderValue, StatusCode};
use jumun_domain::{Answer, Command, Decision, IdempotencyKey, Request};
use serde::Serialize;

use crate::access::Granted;
use crate::problem::{Detail, Problem};

/// Room for most answers, an order of a few lines among them, so that its
/// buffer need not grow while it is written.
const USUAL_BYTES: usize = 1024;

const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// A JSON answer.
pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    // Plain structs of numbers and texts always serialise.
    if serde_json::to_writer(&mut bytes, body).is_err() {
        bytes.clear();
    }
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// `200` with a JSON body.
pub(super) fn ok(body: &impl Serialize) -> Response {
    json(StatusCode::OK, body)
}

/// `201` the first time, `200` after.
pub(super) fn created_or_ok(created: bool) -> StatusCode {
    if created {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    }
}

/// Names the path where what was made can be read.
pub(super) fn located(mut response: Response, path: String) -> Response {
    if let Ok(path) = HeaderValue::try_from(path) {
        response.headers_mut().insert(LOCATION, path);
    }
    response
}

/// What a command did, and whether it had done so before under the same key.
pub(super) struct Done {
    pub(super) answer: Answer,
    pub(super) replayed: bool,
}

impl Done {
    /// Marks the answer of a request that had its effect before.
    pub(super) fn mark(&self, mut response: Response) -> Response {
        if self.replayed {
            response
                .headers_mut()
                .insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

/// Has the store decide and do a command.
pub(super) async fn execute(
    by: &Granted,
    command: Command,
    key: Option<IdempotencyKey>,
) -> Result<Done, Problem> {
    let is_shoppers_own = command.is_shoppers_own();
    let mut request = Request::new(command, key);
    if !is_shoppers_own {
        request = request.by(by.actor());
    }
    match by.app().store().execute(request).await? {
        Decision::Done(answer) => Ok(Done {
            answer,
            replayed: false,
        }),
        Decision::Replayed(answer) => Ok(Done {
            answer,
            replayed: true,
        }),
        Decision::Rejected(rejections) => Err(Problem::rejected(rejections)),
    }
}

/// The store answered another command than it was asked: a defect of the
/// engine, since `decide` answers each command with its own kind.
pub(super) fn wrong_answer(done: &Done) -> Problem {
    tracing::error!(answer = ?done.answer, "the store answered another command; report this");
    Problem::new(Detail::Internal)
}

/// A rejection that a look-up comes to.
pub(super) fn not_found(rejection: jumun_domain::Rejection) -> Problem {
    Problem::rejected(vec![rejection])
}
