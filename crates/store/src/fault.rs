//! What can go wrong below the rules.

use std::fmt;
use std::sync::Arc;

/// Why a store could not say what became of a request, or did not do it.
///
/// A rejection is no fault: it is a [`jumun_domain::Decision`].
#[derive(Clone, Debug, thiserror::Error)]
pub enum Fault {
    /// Too many requests are waiting. Nothing was done; try again later.
    #[error("too many requests are waiting; nothing was changed, try again in a moment")]
    Overloaded,
    /// Surely nothing was done; trying again is safe.
    #[error("{0}; nothing was changed")]
    Determinate(Cause),
    /// It may have been done or not. Trying again with the same idempotency
    /// key is safe and gives the answer; without a key, look first.
    #[error("{0}; it is not known whether the change was made")]
    Indeterminate(Cause),
}

/// A fault in words for the operator; never shown to a client.
#[derive(Clone, Debug)]
pub struct Cause(Arc<str>);

impl Cause {
    /// A cause in one sentence that says what to do.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Arc::from(text.into()))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Fault {
    /// A fault after which surely nothing was done.
    pub fn determinate(cause: impl fmt::Display) -> Self {
        Self::Determinate(Cause::new(cause.to_string()))
    }

    /// A fault after which it is unknown whether it was done.
    pub fn indeterminate(cause: impl fmt::Display) -> Self {
        Self::Indeterminate(Cause::new(cause.to_string()))
    }
}
