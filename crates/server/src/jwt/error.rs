//! Why tokens cannot be verified at all, in sentences that say what to do.

use std::time::Duration;

use super::keys::MAX_KEYS;
use super::settings::MAX_LEEWAY;
use super::source::MAX_JWKS_BYTES;

/// Why there are no keys to verify tokens with, or the settings do not say what
/// to verify. No sentence holds what may be secret in a URL: neither its user
/// and password nor its query.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum JwtError {
    /// The place of the keys cannot be one.
    #[error(
        "the place of the JSON Web Key Set cannot be used: {reason}; write it as https://host/path, or as the path of a file"
    )]
    BadSource {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A setting without which every token of the issuer would do.
    #[error(
        "the {setting} of tokens is empty; name the one that this service expects, so that tokens of others do not open it"
    )]
    Missing {
        /// Which setting.
        setting: &'static str,
    },
    /// A claim that says something else than the user.
    #[error(
        "the claim {claim} cannot name the user, since it has a meaning of its own; name another one, such as sub"
    )]
    UserClaim {
        /// The claim.
        claim: String,
    },
    /// A leeway that would make expired tokens worth something.
    #[error("the leeway of {leeway:?} is longer than {MAX_LEEWAY:?}; set the clocks instead")]
    Leeway {
        /// The leeway.
        leeway: Duration,
    },
    /// The file cannot be read.
    #[error(
        "the JSON Web Key Set in {path} cannot be read ({reason}); check the path, and that this user may read the file"
    )]
    Unreadable {
        /// The file.
        path: String,
        /// What the operating system says.
        reason: String,
    },
    /// The URL does not give the keys.
    #[error(
        "{url} does not give its JSON Web Key Set ({reason}); check the URL, the network and the issuer's server"
    )]
    Unreachable {
        /// The URL.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// Nobody could be trusted over TLS.
    #[error(
        "{url} cannot be trusted, since there are no root certificates ({reason}); install the package ca-certificates, or name a PEM file in SSL_CERT_FILE"
    )]
    NoRoots {
        /// The URL.
        url: String,
        /// What is wrong with them.
        reason: String,
    },
    /// It is too large to be one.
    #[error("{place} is larger than {MAX_JWKS_BYTES} bytes; check that it is a JSON Web Key Set")]
    TooLarge {
        /// The file or URL.
        place: String,
    },
    /// It is not what it should be.
    #[error(
        "{place} is not a JSON Web Key Set ({reason}); check that it is an object with an array keys"
    )]
    NotKeys {
        /// The file or URL.
        place: String,
        /// Where reading it stopped.
        reason: String,
    },
    /// More keys than anyone signs with.
    #[error("{place} has more than {MAX_KEYS} keys; remove those that sign no more")]
    TooManyKeys {
        /// The file or URL.
        place: String,
    },
    /// None of its keys will do.
    #[error(
        "{place} has no key that can be used ({reason}); have it hold a public one for RS256, ES256 or EdDSA"
    )]
    NoUsableKey {
        /// The file or URL.
        place: String,
        /// Why the first one cannot be.
        reason: &'static str,
    },
}
