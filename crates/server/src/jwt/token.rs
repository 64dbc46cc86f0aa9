//! A token, taken apart. Nothing here is believed yet.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};

use super::keys::Algorithm;
use super::refusal::JwtRefusal;

/// The longest token: proxies commonly take no header above 8 KiB, and what is
/// longer is refused before any work is done for it.
pub(super) const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// Types of tokens that are an answer to "who is this?". Others, such as those
/// that tell of a sign-out, may have the same issuer, audience and subject.
const TYPES: [&str; 2] = ["jwt", "at+jwt"];

/// Whether a text has the form of a signed token, three parts of base64url, and
/// so is none of our own. It says nothing of its worth.
///
/// ```
/// use jumun_server::looks_like_jwt;
///
/// assert!(looks_like_jwt("eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl"));
/// assert!(!looks_like_jwt("jumun_6f1d"));
/// ```
pub fn looks_like_jwt(text: &str) -> bool {
    let is_base64url = |part: &str| part.bytes().all(is_base64url);
    match split(text) {
        // A token without a signature is one too, to be told so.
        Some((header, payload, signature)) => {
            !header.is_empty()
                && !payload.is_empty()
                && [header, payload, signature].into_iter().all(is_base64url)
        }
        None => false,
    }
}

/// A token in the compact form.
#[derive(Debug)]
pub(super) struct Token<'a> {
    pub(super) header: Header,
    /// What is signed: the first two parts with their full stop.
    pub(super) signed: &'a [u8],
    payload: &'a str,
    pub(super) signature: Vec<u8>,
}

/// What the header says that is of use. Keys that it may bring along (`jwk`,
/// `jku`, `x5c`, `x5u`) are not looked at: anyone can send one.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) algorithm: Algorithm,
    pub(super) key_id: Option<String>,
}

impl<'a> Token<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, JwtRefusal> {
        if text.len() > MAX_TOKEN_BYTES {
            return Err(JwtRefusal::TooLong);
        }
        let (header, payload, signature) = split(text).ok_or(JwtRefusal::Malformed)?;
        let signed = &text.as_bytes()[..header.len() + 1 + payload.len()];
        Ok(Self {
            header: Header::parse(&decode(header)?)?,
            signed,
            payload,
            signature: decode(signature)?,
        })
    }

    /// The claims, to be read once the signature is known to fit.
    pub(super) fn payload(&self) -> Result<Vec<u8>, JwtRefusal> {
        decode(self.payload)
    }
}

impl Header {
    fn parse(json: &[u8]) -> Result<Self, JwtRefusal> {
        let members: Members = serde_json::from_slice(json).map_err(|_| JwtRefusal::Malformed)?;
        if members.crit {
            return Err(JwtRefusal::CriticalExtension);
        }
        if !members.typ.as_deref().is_none_or(is_type) {
            return Err(JwtRefusal::WrongType);
        }
        Ok(Self {
            algorithm: Algorithm::named(&members.alg).ok_or(JwtRefusal::UnsupportedAlgorithm)?,
            key_id: members.kid,
        })
    }
}

#[derive(Deserialize)]
struct Members {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    #[serde(default, deserialize_with = "is_there")]
    crit: bool,
}

/// That a member is there, whatever it holds.
fn is_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

/// Whether tokens of this media type are accepted; `application/` may be left out.
fn is_type(typ: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    let typ = typ.strip_prefix("application/").unwrap_or(&typ);
    TYPES.contains(&typ)
}

fn split(text: &str) -> Option<(&str, &str, &str)> {
    let (header, rest) = text.split_once('.')?;
    let (payload, signature) = rest.split_once('.')?;
    (!signature.contains('.')).then_some((header, payload, signature))
}

/// Strict, so that each token has one form only: no padding, no bits left over.
fn decode(part: &str) -> Result<Vec<u8>, JwtRefusal> {
    BASE64URL.decode(part).map_err(|_| JwtRefusal::Malformed)
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}
