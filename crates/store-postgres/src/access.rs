//! Tokens and their revocations.
//!
//! Each write is one short transaction with its line in the history of changes,
//! on the connections that operators have. Whether something was revoked is
//! looked up on connections of its own.

mod handle;
mod revocations;
mod tokens;

pub use handle::PostgresAccess;

/// Begins a transaction that takes no part in the bookkeeping of servers whose
/// default is SERIALIZABLE, where revocations at once would fail one another. It
/// needs none: it locks each row before it looks at it.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// All statements of this module.
#[cfg(test)]
pub(crate) const TEXTS: &[&[&str]] = &[revocations::TEXTS, tokens::TEXTS];
