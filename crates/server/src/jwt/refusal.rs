//! Why a token is not believed.

use super::token::MAX_TOKEN_BYTES;

/// Why a token was refused, in a sentence for whoever sent it. None quotes the
/// token, or says more of the keys than that one is unknown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum JwtRefusal {
    /// It is longer than what is worth parsing.
    #[error(
        "the token is longer than {MAX_TOKEN_BYTES} bytes; ask the issuer for one with fewer claims"
    )]
    TooLong,
    /// It is no signed token, or a part of it cannot be read.
    #[error(
        "the token is not a signed JSON Web Token that can be read; send it whole, as the issuer gave it"
    )]
    Malformed,
    /// It demands that extensions are understood.
    #[error(
        "the token has a crit header, and no extension is understood here; ask the issuer for one without"
    )]
    CriticalExtension,
    /// It says itself that it is another kind of token.
    #[error("the token is of another type than JWT or at+jwt; send the access token")]
    WrongType,
    /// Its algorithm is none of those that are accepted.
    #[error(
        "the token's algorithm is none of RS256, ES256 and EdDSA; have the issuer sign with one of them"
    )]
    UnsupportedAlgorithm,
    /// No key has the id that it names, or there is none for its algorithm. The
    /// one refusal that fresh keys may change.
    #[error(
        "the token is signed with a key that is not known here; sign in again, and check that it is of the issuer that this service trusts"
    )]
    UnknownKey,
    /// It names no key, and more than one could have signed it.
    #[error(
        "the token does not say which key signed it; have the issuer name it in the kid header"
    )]
    KeyNotNamed,
    /// The key that it names is for another algorithm.
    #[error(
        "the token's algorithm is not the one of its key; have the issuer sign with the key's own"
    )]
    WrongAlgorithm,
    /// The signature does not fit.
    #[error(
        "the token's signature does not fit; send it whole and unchanged, as the issuer gave it"
    )]
    BadSignature,
    /// It is of another issuer, or says of none.
    #[error("the token is of another issuer; sign in where this service expects it")]
    WrongIssuer,
    /// It was made for another service, or says for none.
    #[error("the token is for another audience; ask the issuer for one for this service")]
    WrongAudience,
    /// It would be valid for ever.
    #[error("the token has no exp claim; ask the issuer for one that expires")]
    NoExpiry,
    /// Its time is over.
    #[error("the token has expired; sign in again")]
    Expired,
    /// Its time has not come, or it was made in the future.
    #[error("the token is not valid yet; wait a little, and set the clocks of issuer and service")]
    NotYetValid,
    /// It names no user that the shop can have.
    #[error(
        "the token names no user of the shop; have the issuer put the user's number, from 1 to 9007199254740991, into the claim that is expected"
    )]
    NoUser,
}
