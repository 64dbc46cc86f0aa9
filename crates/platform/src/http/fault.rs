//! What a request without an answer means.

use std::error::Error;
use std::io;

use super::connector::ConnectFault;
use super::pool::RequestFault;
use crate::excerpt::{causes, excerpt_of};
use crate::outcome::{Failure, FailureKind};

/// Why there is no answer. The platform may have the message all the same,
/// unless there was no connection.
pub(super) fn explain(fault: &RequestFault) -> Failure {
    let error = match fault {
        RequestFault::Connect(fault) => {
            let kind = match fault {
                ConnectFault::NotFound(_) | ConnectFault::Unreachable(..) => FailureKind::Connect,
                ConnectFault::Private(_) => FailureKind::Refused,
                ConnectFault::TimedOut(..) => FailureKind::Timeout,
                ConnectFault::Tls(_) => FailureKind::Tls,
            };
            return Failure::new(kind, fault.to_string());
        }
        RequestFault::Http(error) => error,
    };
    let kind = if is_cut(error) {
        FailureKind::Reset
    } else {
        FailureKind::Other
    };
    Failure::new(kind, excerpt_of(error))
}

/// Whether the connection ended, rather than that something senseless came.
fn is_cut(error: &(dyn Error + 'static)) -> bool {
    cause::<io::Error>(error).is_some()
        || cause::<hyper::Error>(error).is_some_and(|error| {
            error.is_incomplete_message() || error.is_canceled() || error.is_closed()
        })
}

/// The error of this type that stands behind `error`.
fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    causes(error).find_map(|error| error.downcast_ref::<T>())
}
