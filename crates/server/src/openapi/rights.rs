//! What each operation says of who may call it.

use utoipa::openapi::path::Operation;
use utoipa::openapi::security::SecurityRequirement;

use crate::access::{Right, right_of};
use crate::problem::Code;

/// The name of the one scheme.
pub(super) const SCHEME: &str = "bearer";

/// Names the right: no scope for any token, the scope where one is needed, and
/// nothing where nobody is asked. Users' own operations name `orders:act-as`
/// as well as no scope, since a user's token has none.
pub(super) fn complete(operation: &mut Operation) {
    let name = operation.operation_id.as_deref().unwrap_or_default();
    let scopes: Vec<Vec<String>> = match right_of(name) {
        None | Some(Right::Probe | Right::Anyone) => return,
        Some(Right::AnyToken) => vec![Vec::new()],
        Some(Right::User) => vec![Vec::new(), vec![Right::ACT_AS.name().to_owned()]],
        Some(Right::Holder(scope)) => vec![vec![scope.name().to_owned()]],
    };
    let requirements = scopes
        .into_iter()
        .map(|scopes| SecurityRequirement::new(SCHEME, scopes));
    operation.security = Some(requirements.collect());
}

/// What the doors can answer.
pub(super) fn codes(name: &str) -> &'static [Code] {
    match right_of(name) {
        Some(Right::Probe) => &[Code::MisdirectedRequest],
        None | Some(Right::Anyone) => &[Code::TooManyRequests, Code::MisdirectedRequest],
        Some(Right::AnyToken) => &[
            Code::Unauthenticated,
            Code::TooManyRequests,
            Code::MisdirectedRequest,
        ],
        Some(Right::User | Right::Holder(_)) => &[
            Code::Unauthenticated,
            Code::Forbidden,
            Code::TooManyRequests,
            Code::MisdirectedRequest,
        ],
    }
}
