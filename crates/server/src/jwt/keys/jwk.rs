//! A JSON Web Key, and whether it can be used.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::algorithm::Algorithm;
use super::key::PublicKey;

/// Why a key is left out, for the log.
type Unusable = &'static str;

/// A key as it is published.
#[derive(Deserialize)]
pub(super) struct Jwk {
    pub(super) kid: Option<String>,
    kty: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    d: Option<IgnoredAny>,
}

impl Jwk {
    /// The key, if it is a public one that verifies signatures by an algorithm
    /// that is accepted. The algorithm is that of the key's type.
    pub(super) fn public_key(&self) -> Result<PublicKey, Unusable> {
        let public = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => PublicKey::rsa(&bytes(&self.n)?, &bytes(&self.e)?)?,
            ("EC", Some("P-256")) => PublicKey::p256(&bytes(&self.x)?, &bytes(&self.y)?)?,
            ("OKP", Some("Ed25519")) => PublicKey::ed25519(&bytes(&self.x)?)?,
            ("EC" | "OKP", _) => return Err("its curve is neither P-256 nor Ed25519"),
            ("oct", _) => return Err("it is a shared secret; whoever has it could sign"),
            _ => return Err("its type is none of RSA, EC and OKP"),
        };
        if self
            .purpose
            .as_deref()
            .is_some_and(|purpose| purpose != "sig")
        {
            return Err("its use is not sig");
        }
        if let Some(operations) = &self.key_ops
            && !operations.iter().any(|operation| operation == "verify")
        {
            return Err("its key_ops do not hold verify");
        }
        if let Some(name) = &self.alg
            && Algorithm::named(name) != Some(public.algorithm())
        {
            return Err("its alg is not RS256, ES256 or EdDSA as its type is");
        }
        if self.d.is_some() {
            return Err(
                "it holds the private key, which others can read now; make a new one and publish its public part only",
            );
        }
        Ok(public)
    }
}

fn bytes(member: &Option<String>) -> Result<Vec<u8>, Unusable> {
    let text = member.as_deref().ok_or("one of its numbers is missing")?;
    BASE64URL
        .decode(text)
        .map_err(|_| "one of its numbers is not base64url")
}
