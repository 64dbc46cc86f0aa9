//! Tokens that are believed.

use std::time::Duration;

use serde_json::json;

use super::signer::Signer;
use super::{KeyFile, NOW_S, claims, key_set, now, user, verifier, with};
use crate::jwt::{JwtVerifier, looks_like_jwt};

#[tokio::test]
async fn a_token_of_each_algorithm_names_its_user() {
    let signers = Signer::each();
    let verifier = verifier(&signers.each_ref()).await;
    for signer in &signers {
        let token = signer.token(&claims());
        assert!(looks_like_jwt(&token));
        assert_eq!(
            verifier.verify(&token, now()),
            user(7),
            "{}",
            signer.algorithm()
        );
    }
}

#[tokio::test]
async fn a_token_may_say_the_same_in_other_ways() {
    let signer = Signer::ed25519("e");
    let verifier = verifier(&[&signer]).await;
    let tokens = [
        signer.token_but(json!({"typ": null}), &claims()),
        signer.token_but(json!({"typ": "jwt"}), &claims()),
        signer.token_but(json!({"typ": "at+jwt"}), &claims()),
        signer.token_but(json!({"typ": "application/at+JWT"}), &claims()),
        signer.token_but(json!({"alg": "Ed25519"}), &claims()),
        signer.token_but(json!({"kid": null}), &claims()),
        signer.token_but(json!({"jku": "https://evil.example.com/"}), &claims()),
        signer.token(&with(json!({"aud": ["other", "shop"]}))),
        signer.token(&with(json!({"sub": 7}))),
        signer.token(&with(json!({"exp": NOW_S as f64 + 0.5}))),
        signer.token(&with(json!({"exp": 1e300}))),
        signer.token(&with(json!({"nbf": NOW_S}))),
        signer.token(&with(json!({"iat": null}))),
        signer.token(&with(json!({"scope": "orders", "roles": [["deep"]]}))),
    ];
    for token in tokens {
        assert_eq!(verifier.verify(&token, now()), user(7), "{token}");
    }
}

#[tokio::test]
async fn the_largest_user_is_one_too() {
    let signer = Signer::ed25519("e");
    let verifier = verifier(&[&signer]).await;
    let largest = 9_007_199_254_740_991_i64;
    for subject in [json!(largest), json!(largest.to_string())] {
        let token = signer.token(&with(json!({"sub": subject})));
        assert_eq!(verifier.verify(&token, now()), user(largest));
    }
}

#[tokio::test]
async fn clocks_may_be_apart_by_the_leeway() {
    let signer = Signer::ed25519("e");
    let verifier = verifier(&[&signer]).await;
    let table = [
        json!({"exp": NOW_S - 59}),
        json!({"nbf": NOW_S + 60}),
        json!({"iat": NOW_S + 60}),
    ];
    for changes in table {
        let token = signer.token(&with(changes.clone()));
        assert_eq!(verifier.verify(&token, now()), user(7), "{changes}");
    }
}

#[tokio::test]
async fn another_claim_and_leeway_can_be_set() {
    let signer = Signer::p256("p");
    let file = KeyFile::with(key_set(&[&signer]));
    let mut settings = file.settings();
    settings.user_claim = "https://shop.example.com/user".to_owned();
    settings.leeway = Duration::ZERO;
    let verifier = JwtVerifier::start(settings).await.unwrap();
    let changes = json!({
        "sub": "auth0|5f7c8ec7c33c6c004bbafe82",
        "https://shop.example.com/user": 8,
        "exp": NOW_S + 1,
    });
    let token = signer.token(&with(changes));
    assert_eq!(verifier.verify(&token, now()), user(8));
}

#[test]
fn three_parts_of_base64url_look_like_a_token() {
    let table = [
        ("a.b.c", true),
        ("a.b.", true),
        ("A-_9.b.c", true),
        ("", false),
        ("jumun_0123456789abcdef", false),
        ("a.b", false),
        (".b.c", false),
        ("a..c", false),
        ("a.b.c.d", false),
        ("a.b.c=", false),
        ("a.b.c d", false),
        ("a.b.+/", false),
        ("가.b.c", false),
    ];
    for (text, expected) in table {
        assert_eq!(looks_like_jwt(text), expected, "{text}");
    }
}
