//! Who may do what, as it is kept; and what was done by whom.
//!
//! A token has a public id, by which it is named everywhere, and a secret of
//! which only a hash is kept. [`Tokens`] keeps them; [`Changes`] reads the
//! history that every write of an operator leaves.

mod changes;
mod line;
mod scope;
mod secret;
mod token;
mod tokens;

pub use changes::{ChangeRecord, Changes};
pub use line::{ChangeLine, PlatformChange};
pub use scope::{Scope, Scopes, UnknownScope};
pub use secret::{NotAToken, TOKEN_PREFIX, TokenHash, TokenText};
pub use token::{Grant, MAX_LABEL_CHARS, NewToken, Token, TokenId};
pub use tokens::{MAX_REVOCATIONS, Revocation, Tokens};

/// Both sides of what an engine keeps of access.
pub trait Access: Tokens + Changes {}

impl<T: Tokens + Changes> Access for T {}
