//! Tokens that are not believed: each reason, and how it is told.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use ring::hmac;
use serde_json::{Value, json};

use super::signer::Signer;
use super::{NOW_S, claims, now, verifier, with};
use crate::jwt::token::MAX_TOKEN_BYTES;
use crate::jwt::{JwtRefusal, Verdict};

/// Checks that a verifier that knows one key of each kind refuses each token.
async fn check(signers: &[Signer; 3], table: Vec<(String, JwtRefusal)>) {
    let verifier = verifier(&signers.each_ref()).await;
    for (token, refusal) in table {
        assert_eq!(
            verifier.verify(&token, now()),
            Verdict::Refused(refusal),
            "{token}"
        );
        let said = refusal.to_string();
        assert!(said.contains("; ") && !said.ends_with('.'), "{said}");
    }
}

#[tokio::test]
async fn a_token_that_is_none_is_malformed() {
    let signers = Signer::each();
    let good = signers[2].token(&claims());
    let mut parts = good.split('.');
    let (header, payload) = (parts.next().unwrap(), parts.next().unwrap());
    let of =
        |header: &str, payload: &str| signers[2].token_of(header.as_bytes(), payload.as_bytes());
    let table = [
        String::new(),
        "jumun_0123".to_owned(),
        "..".to_owned(),
        format!("{header}.{payload}"),
        format!("{good}.{payload}"),
        format!("{good}="),
        format!("{good} "),
        format!("{good}\n"),
        of("", "{}"),
        of("[]", "{}"),
        of("{}", "{}"),
        of("{\"alg\":7}", "{}"),
        of("{\"alg\":\"EdDSA\",\"kid\":7}", "{}"),
        of("{\"alg\":\"EdDSA\",\"alg\":\"none\"}", "{}"),
        of("{\"alg\":\"EdDSA\"}{}", "{}"),
        of("{\"alg\":\"EdDSA\"}", ""),
        of("{\"alg\":\"EdDSA\"}", "[]"),
        of("{\"alg\":\"EdDSA\"}", &"[".repeat(5_000)),
        of("{\"alg\":\"EdDSA\"}", "\u{feff}{}"),
        of(
            "{\"alg\":\"EdDSA\"}",
            &claims().to_string().replace("300", "1e999"),
        ),
    ];
    let table = table.map(|token| (token, JwtRefusal::Malformed));
    check(&signers, table.into()).await;
}

#[tokio::test]
async fn a_token_is_refused_by_its_header() {
    use JwtRefusal as Refusal;
    let signers = Signer::each();
    let [rsa, p256, ed25519] = &signers;
    let header = |changes: Value| ed25519.token_but(changes, &claims());
    let long = with(json!({"more": "a".repeat(MAX_TOKEN_BYTES)}));
    let unsigned = ed25519.token_but(json!({"alg": "none"}), &claims());
    let unsigned = &unsigned[..=unsigned.rfind('.').unwrap()];
    let table = vec![
        (ed25519.token(&long), Refusal::TooLong),
        ("a".repeat(MAX_TOKEN_BYTES + 1), Refusal::TooLong),
        (
            header(json!({"crit": ["b64"], "b64": false})),
            Refusal::CriticalExtension,
        ),
        (header(json!({"crit": []})), Refusal::CriticalExtension),
        (header(json!({"typ": "logout+jwt"})), Refusal::WrongType),
        (header(json!({"typ": "dpop+jwt"})), Refusal::WrongType),
        (header(json!({"typ": ""})), Refusal::WrongType),
        (
            header(json!({"alg": "none"})),
            Refusal::UnsupportedAlgorithm,
        ),
        (
            header(json!({"alg": "None"})),
            Refusal::UnsupportedAlgorithm,
        ),
        (
            header(json!({"alg": "HS256"})),
            Refusal::UnsupportedAlgorithm,
        ),
        (
            header(json!({"alg": "PS256"})),
            Refusal::UnsupportedAlgorithm,
        ),
        (
            header(json!({"alg": "ES384"})),
            Refusal::UnsupportedAlgorithm,
        ),
        (
            header(json!({"alg": "rs256"})),
            Refusal::UnsupportedAlgorithm,
        ),
        (header(json!({"alg": ""})), Refusal::UnsupportedAlgorithm),
        (unsigned.to_owned(), Refusal::UnsupportedAlgorithm),
        (header(json!({"kid": "other"})), Refusal::UnknownKey),
        (header(json!({"kid": ""})), Refusal::UnknownKey),
        (header(json!({"kid": "e\u{0}"})), Refusal::UnknownKey),
        (header(json!({"kid": "p"})), Refusal::WrongAlgorithm),
        (header(json!({"alg": "RS256"})), Refusal::WrongAlgorithm),
        (
            rsa.token_but(json!({"alg": "ES256"}), &claims()),
            Refusal::WrongAlgorithm,
        ),
        (
            p256.token_but(json!({"kid": "r"}), &claims()),
            Refusal::WrongAlgorithm,
        ),
    ];
    check(&signers, table).await;
}

#[tokio::test]
async fn a_public_key_is_no_shared_secret() {
    let signers = Signer::each();
    let mut table = Vec::new();
    for signer in &signers {
        let jwk = signer.jwk();
        for member in ["n", "x"] {
            let Some(public) = jwk[member].as_str() else {
                continue;
            };
            for secret in [
                public.as_bytes().to_vec(),
                BASE64URL.decode(public).unwrap(),
            ] {
                let header = json!({"alg": "HS256", "kid": jwk["kid"]});
                let token = signer.token_with(&header, &claims());
                let signed = &token[..token.rfind('.').unwrap()];
                let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
                let tag = BASE64URL.encode(hmac::sign(&key, signed.as_bytes()));
                table.push((format!("{signed}.{tag}"), JwtRefusal::UnsupportedAlgorithm));
            }
        }
    }
    assert_eq!(table.len(), 6);
    check(&signers, table).await;
}

#[tokio::test]
async fn a_signature_of_someone_else_does_not_fit() {
    let signers = Signer::each();
    let strangers = [Signer::p256("p"), Signer::ed25519("e")];
    let mut table = Vec::new();
    for stranger in &strangers {
        table.push((stranger.token(&claims()), JwtRefusal::BadSignature));
        // A key that the token brings along is not looked at.
        let header = json!({"jwk": stranger.jwk()});
        let token = stranger.token_but(header, &claims());
        table.push((token, JwtRefusal::BadSignature));
    }
    for signer in &signers {
        let token = signer.token(&claims());
        let (signed, _) = token.rsplit_once('.').unwrap();
        let length = if signer.algorithm() == "RS256" {
            256
        } else {
            64
        };
        for signature in [vec![], vec![0; length], vec![0; length + 1], vec![255; 9]] {
            let token = format!("{signed}.{}", BASE64URL.encode(signature));
            table.push((token, JwtRefusal::BadSignature));
        }
    }
    check(&signers, table).await;
}

#[tokio::test]
async fn a_token_is_refused_by_its_claims() {
    use JwtRefusal as Refusal;
    let signers = Signer::each();
    let table = [
        (json!({"iss": null}), Refusal::WrongIssuer),
        (
            json!({"iss": "https://id.example.com"}),
            Refusal::WrongIssuer,
        ),
        (
            json!({"iss": ["https://id.example.com/"]}),
            Refusal::WrongIssuer,
        ),
        (json!({"aud": null}), Refusal::WrongAudience),
        (json!({"aud": "shops"}), Refusal::WrongAudience),
        (json!({"aud": []}), Refusal::WrongAudience),
        (json!({"aud": ["other", "SHOP"]}), Refusal::WrongAudience),
        (json!({"aud": [["shop"]]}), Refusal::WrongAudience),
        (json!({"aud": {"shop": "shop"}}), Refusal::WrongAudience),
        (json!({"exp": null}), Refusal::NoExpiry),
        (json!({"exp": "1900000000"}), Refusal::Malformed),
        (json!({"exp": true}), Refusal::Malformed),
        (json!({"exp": NOW_S - 60}), Refusal::Expired),
        (json!({"exp": 0}), Refusal::Expired),
        (json!({"exp": -1e300}), Refusal::Expired),
        (json!({"nbf": NOW_S + 61}), Refusal::NotYetValid),
        (json!({"nbf": NOW_S as f64 + 60.5}), Refusal::NotYetValid),
        (json!({"nbf": "0"}), Refusal::Malformed),
        (json!({"iat": NOW_S + 61}), Refusal::NotYetValid),
        (json!({"iat": []}), Refusal::Malformed),
        (json!({"sub": null}), Refusal::NoUser),
        (json!({"sub": 0}), Refusal::NoUser),
        (json!({"sub": -7}), Refusal::NoUser),
        (json!({"sub": 7.0}), Refusal::NoUser),
        (json!({"sub": 9_007_199_254_740_992_i64}), Refusal::NoUser),
        (json!({"sub": u64::MAX}), Refusal::NoUser),
        (json!({"sub": true}), Refusal::NoUser),
        (json!({"sub": ["7"]}), Refusal::NoUser),
        (json!({"sub": ""}), Refusal::NoUser),
        (json!({"sub": "0"}), Refusal::NoUser),
        (json!({"sub": "07"}), Refusal::NoUser),
        (json!({"sub": "+7"}), Refusal::NoUser),
        (json!({"sub": "-7"}), Refusal::NoUser),
        (json!({"sub": " 7"}), Refusal::NoUser),
        (json!({"sub": "7.0"}), Refusal::NoUser),
        (json!({"sub": "7e0"}), Refusal::NoUser),
        (json!({"sub": "٧"}), Refusal::NoUser),
        (json!({"sub": "9007199254740992"}), Refusal::NoUser),
        (json!({"sub": "99999999999999999999"}), Refusal::NoUser),
        (json!({"sub": "alice"}), Refusal::NoUser),
    ];
    for signer in &signers {
        let of = |(changes, refusal): &(Value, Refusal)| {
            (signer.token(&with(changes.clone())), *refusal)
        };
        check(&signers, table.iter().map(of).collect()).await;
    }
}

#[tokio::test]
async fn a_key_that_is_not_named_must_be_the_only_one_of_its_algorithm() {
    let [p256, ed25519] = [Signer::p256("p"), Signer::ed25519("e")];
    let other = Signer::ed25519("other");
    let verifier = verifier(&[&p256, &ed25519, &other]).await;
    let unnamed = |signer: &Signer| {
        let token = signer.token_but(json!({"kid": null}), &claims());
        verifier.verify(&token, now())
    };
    let refused = Verdict::Refused;
    assert_eq!(unnamed(&p256), super::user(7));
    assert_eq!(unnamed(&ed25519), refused(JwtRefusal::KeyNotNamed));
    assert_eq!(unnamed(&Signer::rsa("r")), refused(JwtRefusal::UnknownKey));
}

#[tokio::test]
async fn claims_are_not_read_before_the_signature_fits() {
    let signers = Signer::each();
    let stranger = Signer::ed25519("e");
    let table = [
        stranger.token(&with(json!({"exp": 0}))),
        stranger.token(&with(json!({"iss": "other"}))),
        stranger.token_of(stranger.header().to_string().as_bytes(), b"no JSON"),
    ];
    let table = table.map(|token| (token, JwtRefusal::BadSignature));
    check(&signers, table.into()).await;
}
