//! An identity provider of a test: a key, its public half as a set, and tokens.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

/// Who signs.
pub(crate) const ISSUER: &str = "https://id.example.com";
/// For whom.
pub(crate) const AUDIENCE: &str = "shop";

/// Signs tokens for users.
pub(crate) struct Issuer(Ed25519KeyPair);

impl Issuer {
    /// With a new key.
    pub(crate) fn new() -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
        Self(Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("the same key"))
    }

    /// The JSON Web Key Set with the public half.
    pub(crate) fn key_set(&self) -> String {
        let x = BASE64URL.encode(self.0.public_key());
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "1", "use": "sig"}]})
            .to_string()
    }

    /// A token of the user, for an hour.
    pub(crate) fn token(&self, user: &str) -> String {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("a date");
        let end = now.as_secs() + 3_600;
        self.sign(&json!({"iss": ISSUER, "aud": AUDIENCE, "sub": user, "exp": end}))
    }

    /// A token with these claims.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = json!({"alg": "EdDSA", "kid": "1", "typ": "JWT"});
        let part = |it: &Value| BASE64URL.encode(it.to_string());
        let signed = format!("{}.{}", part(&header), part(claims));
        let signature = self.0.sign(signed.as_bytes());
        format!("{signed}.{}", BASE64URL.encode(signature))
    }
}
