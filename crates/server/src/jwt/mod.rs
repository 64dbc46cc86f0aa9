//! JSON Web Tokens of shops whose users sign in elsewhere.
//!
//! A token is believed when it is signed by a key of the shop's identity
//! provider, was made for this service, and is valid now. Then it names the
//! user. Keys are public ones only, and come from a JSON Web Key Set that is
//! kept fresh. The signature is checked before anything of the claims is read.
//!
//! [`JwtVerifier`] is the way in; `token` takes one apart, `keys` finds and
//! applies the key, `claims` decides what the token is worth.

mod claims;
mod error;
mod fetch;
mod keys;
mod refresh;
mod refusal;
mod settings;
mod source;
mod tls;
mod token;
mod verifier;

pub use error::JwtError;
pub use refusal::JwtRefusal;
pub use settings::{DEFAULT_LEEWAY, DEFAULT_USER_CLAIM, JwksSource, JwtSettings};
pub use token::looks_like_jwt;
pub use verifier::{JwtVerifier, Verdict};

#[cfg(test)]
mod tests;
