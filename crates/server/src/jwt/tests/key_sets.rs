//! Sets of keys that hold more than keys that can be used.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde_json::{Value, json};

use super::super::keys::{KeySet, MAX_KEYS};
use super::super::token::Token;
use super::signer::Signer;
use super::{claims, key_set};
use crate::jwt::{JwtError, JwtRefusal};

fn parse(keys: &[Value]) -> Result<KeySet, JwtError> {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes(), "here")
}

/// The key with some members of another value, or without where it is null.
fn but(mut jwk: Value, changes: Value) -> Value {
    let members = jwk.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => members.remove(name),
            value => members.insert(name.clone(), value.clone()),
        };
    }
    jwk
}

fn number(bytes: usize, last: u8) -> String {
    let mut number = vec![0xff; bytes];
    number[bytes - 1] = last;
    BASE64URL.encode(number)
}

#[test]
fn a_key_for_something_else_or_a_weak_one_is_left_out() {
    let [rsa, p256, ed25519] = Signer::each().map(|signer| signer.jwk());
    let x = p256["x"].clone();
    let table = [
        (
            json!({"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"}),
            "a shared secret",
        ),
        (
            json!({"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"}),
            "its type",
        ),
        (json!({"kid": "no type"}), "a member is missing"),
        (json!("no object"), "a member is missing"),
        (json!(null), "a member is missing"),
        (
            but(rsa.clone(), json!({"n": 5})),
            "a member is missing, or of another",
        ),
        (but(rsa.clone(), json!({"n": null})), "numbers is missing"),
        (but(rsa.clone(), json!({"e": "A+B/"})), "not base64url"),
        (
            but(rsa.clone(), json!({"n": number(255, 1)})),
            "fewer than 2048",
        ),
        (
            but(rsa.clone(), json!({"n": number(128, 1)})),
            "fewer than 2048",
        ),
        (but(rsa.clone(), json!({"n": ""})), "fewer than 2048"),
        (
            but(rsa.clone(), json!({"n": number(1025, 1)})),
            "more than 8192",
        ),
        (
            but(rsa.clone(), json!({"n": number(256, 2)})),
            "not one of RSA",
        ),
        (but(rsa.clone(), json!({"e": ""})), "not one of RSA"),
        (but(rsa.clone(), json!({"e": "AQ"})), "not one of RSA"),
        (but(rsa.clone(), json!({"e": "Ag"})), "not one of RSA"),
        (
            but(rsa.clone(), json!({"e": number(5, 1)})),
            "not one of RSA",
        ),
        (but(p256.clone(), json!({"crv": "P-384"})), "its curve"),
        (but(p256.clone(), json!({"crv": "secp256k1"})), "its curve"),
        (but(p256.clone(), json!({"crv": "Ed25519"})), "its curve"),
        (but(p256.clone(), json!({"crv": null})), "its curve"),
        (but(p256.clone(), json!({"y": null})), "numbers is missing"),
        (
            but(p256.clone(), json!({"y": number(31, 1)})),
            "not 32 bytes",
        ),
        (but(ed25519.clone(), json!({"crv": "X25519"})), "its curve"),
        (but(ed25519.clone(), json!({"crv": "Ed448"})), "its curve"),
        (
            but(ed25519.clone(), json!({"x": number(33, 1)})),
            "not 32 bytes",
        ),
        (
            but(ed25519.clone(), json!({"use": "enc"})),
            "use is not sig",
        ),
        (
            but(ed25519.clone(), json!({"key_ops": ["sign"]})),
            "key_ops",
        ),
        (but(ed25519.clone(), json!({"key_ops": []})), "key_ops"),
        (but(ed25519.clone(), json!({"alg": "ES256"})), "its alg"),
        (but(rsa.clone(), json!({"alg": "PS256"})), "its alg"),
        (but(rsa.clone(), json!({"alg": "RS512"})), "its alg"),
        (but(ed25519.clone(), json!({"d": x})), "private key"),
    ];
    for (key, expected) in table {
        let error = parse(std::slice::from_ref(&key)).unwrap_err();
        let JwtError::NoUsableKey { reason, .. } = error else {
            panic!("{error}: {key}");
        };
        assert!(reason.contains(expected), "{reason}: {key}");
        // It does no harm to a good one.
        let mut good = ed25519.clone();
        good["kid"] = "good".into();
        assert!(parse(&[key.clone(), good]).is_ok(), "{key}");
    }
}

#[test]
fn a_key_may_say_what_it_is_for() {
    let signers = Signer::each();
    for signer in &signers {
        let token = signer.token(&claims());
        let token = Token::parse(&token).unwrap();
        let table = [
            json!({"use": null}),
            json!({"key_ops": ["verify"]}),
            json!({"key_ops": ["sign", "verify"]}),
            json!({"alg": signer.algorithm()}),
            json!({"x5t": "AAAA", "x5c": ["AAAA"], "exp": 5}),
        ];
        for changes in table {
            let keys = parse(&[but(signer.jwk(), changes.clone())]).unwrap();
            assert_eq!(keys.check(&token), Ok(()), "{changes}");
        }
    }
}

#[test]
fn a_modulus_may_begin_with_a_zero() {
    let signer = Signer::rsa("r");
    let mut jwk = signer.jwk();
    let mut modulus = BASE64URL.decode(jwk["n"].as_str().unwrap()).unwrap();
    modulus.insert(0, 0);
    jwk["n"] = BASE64URL.encode(modulus).into();
    let token = signer.token(&claims());
    let token = Token::parse(&token).unwrap();
    assert_eq!(parse(&[jwk]).unwrap().check(&token), Ok(()));
}

#[test]
fn of_two_keys_with_one_name_the_first_counts() {
    let [first, second] = [Signer::ed25519("same"), Signer::ed25519("same")];
    // Another algorithm is told apart by the token.
    let third = Signer::p256("same");
    let keys = parse(&[first.jwk(), second.jwk(), third.jwk()]).unwrap();
    let table = [
        (&first, Ok(())),
        (&second, Err(JwtRefusal::BadSignature)),
        (&third, Ok(())),
    ];
    for (signer, expected) in table {
        let token = signer.token(&claims());
        assert_eq!(keys.check(&Token::parse(&token).unwrap()), expected);
    }
}

#[test]
fn a_point_beside_the_curve_verifies_nothing() {
    let signer = Signer::p256("p");
    let jwk = but(signer.jwk(), json!({"y": number(32, 1)}));
    let keys = parse(&[jwk]).unwrap();
    let token = signer.token(&claims());
    let outcome = keys.check(&Token::parse(&token).unwrap());
    assert_eq!(outcome, Err(JwtRefusal::BadSignature));
}

#[test]
fn what_is_no_set_of_keys_is_told_so() {
    let key = Signer::ed25519("e").jwk();
    let many = json!({"keys": vec![key.clone(); MAX_KEYS + 1]}).to_string();
    let table = [
        ("".to_owned(), "not a JSON Web Key Set"),
        (
            "<html>".to_owned(),
            "not a JSON Web Key Set (line 1, column 1)",
        ),
        ("[]".to_owned(), "not a JSON Web Key Set"),
        ("{}".to_owned(), "not a JSON Web Key Set"),
        (key.to_string(), "not a JSON Web Key Set"),
        ("{\"keys\":{}}".to_owned(), "not a JSON Web Key Set"),
        ("[".repeat(10_000), "not a JSON Web Key Set"),
        (
            "{\"keys\":[]}".to_owned(),
            "no key that can be used (it is empty)",
        ),
        (many, "more than 100 keys"),
    ];
    for (json, expected) in table {
        let said = KeySet::parse(json.as_bytes(), "here")
            .unwrap_err()
            .to_string();
        assert!(said.contains(expected), "{said}");
        assert!(said.starts_with("here ") && said.contains("; "), "{said}");
    }
}

#[test]
fn as_many_keys_as_allowed_are_read() {
    let signer = Signer::ed25519("e");
    let mut keys = vec![but(signer.jwk(), json!({"kid": null})); MAX_KEYS - 1];
    keys.push(signer.jwk());
    let keys = parse(&keys).unwrap();
    let token = signer.token(&claims());
    assert_eq!(keys.check(&Token::parse(&token).unwrap()), Ok(()));
    assert!(KeySet::parse(key_set(&[&signer]).as_bytes(), "here").is_ok());
}
