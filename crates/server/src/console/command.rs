//! Has the store decide and do what a form asks for.

use jumun_domain::{Answer, Command, Decision, IdempotencyKey, Request};

use crate::access::Granted;
use crate::metrics;
use crate::problem::Problem;

/// What the command did, now or when the form was sent before.
///
/// # Errors
///
/// What stood in its way.
pub(super) async fn execute(
    by: &Granted,
    command: Command,
    key: Option<IdempotencyKey>,
) -> Result<Answer, Problem> {
    let request = Request::new(command, key).by(by.actor());
    match by.app().store().execute(request).await? {
        Decision::Done(answer) | Decision::Replayed(answer) => Ok(answer),
        Decision::Rejected(rejections) => {
            for rejection in &rejections {
                metrics::rejected(rejection.code());
            }
            Err(Problem::rejected(rejections))
        }
    }
}
