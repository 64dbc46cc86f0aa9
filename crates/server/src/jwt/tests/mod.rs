//! Tokens, keys and issuers of all kinds.

mod accepted;
mod changes;
mod issuer;
mod key_sets;
mod refusals;
mod rotation;
mod settings;
mod signer;
mod sources;
mod vectors;

use std::path::PathBuf;

use jumun_domain::{Timestamp, UserId};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::settings::{JwksSource, JwtSettings};
use super::verifier::{JwtVerifier, Verdict};
use signer::Signer;

/// When every token of the tests is looked at.
const NOW_S: i64 = 1_800_000_000;

fn now() -> Timestamp {
    Timestamp::from_micros(NOW_S * 1_000_000)
}

fn user(id: i64) -> Verdict {
    Verdict::User(UserId::new(id).unwrap())
}

/// Claims that are believed, of user 7.
fn claims() -> Value {
    json!({
        "iss": "https://id.example.com/",
        "aud": "shop",
        "sub": "7",
        "exp": NOW_S + 300,
        "iat": NOW_S - 5,
    })
}

/// The claims with some of another value, or none where it is null.
fn with(changes: Value) -> Value {
    let mut claims = claims();
    let members = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => members.remove(name),
            value => members.insert(name.clone(), value.clone()),
        };
    }
    claims
}

/// Settings that the claims of the tests fit.
fn settings(jwks: JwksSource) -> JwtSettings {
    let issuer = "https://id.example.com/".to_owned();
    JwtSettings::new(jwks, issuer, "shop".to_owned())
}

fn key_set(signers: &[&Signer]) -> String {
    let keys: Vec<Value> = signers.iter().map(|signer| signer.jwk()).collect();
    json!({ "keys": keys }).to_string()
}

/// A folder with a file of keys.
struct KeyFile {
    directory: TempDir,
}

impl KeyFile {
    fn with(content: impl AsRef<[u8]>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = Self { directory };
        file.write(content);
        file
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("jwks.json")
    }

    fn write(&self, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(), content).unwrap();
    }

    fn settings(&self) -> JwtSettings {
        settings(JwksSource::File(self.path()))
    }
}

/// A verifier that knows the keys of these.
async fn verifier(signers: &[&Signer]) -> JwtVerifier {
    let file = KeyFile::with(key_set(signers));
    JwtVerifier::start(file.settings()).await.unwrap()
}
