//! Tokens and keys that somebody, or chance, has changed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use fastrand::Rng;

use super::super::keys::KeySet;
use super::super::token::looks_like_jwt;
use super::signer::Signer;
use super::{claims, key_set, now, user, verifier};
use crate::jwt::Verdict;

/// Set to the seed that a failed run has printed.
const SEED: &str = "JUMUN_JWT_SEED";

/// What a byte of a token becomes: every letter of base64url, and what is none.
const BYTES: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+ \0";

/// How many of them are passed over within a part, where each is as good as
/// another and a signature takes its time: neighbours get other ones.
const STEP: usize = 8;

/// How many things chance makes.
const ROUNDS: usize = 20_000;

#[tokio::test]
async fn no_change_of_one_byte_is_believed() {
    let signers = Signer::each();
    let verifier = verifier(&signers.each_ref()).await;
    for signer in &signers {
        let token = signer.token(&claims());
        assert_eq!(verifier.verify(&token, now()), user(7));
        let mut changed = token.clone().into_bytes();
        for (at, byte) in token.bytes().enumerate() {
            // The last letter of a part has bits that are not used.
            let is_last = token[at + 1..].is_empty() || token[at + 1..].starts_with('.');
            let (first, step) = if is_last { (0, 1) } else { (at % STEP, STEP) };
            for &other in BYTES.iter().skip(first).step_by(step) {
                changed[at] = other;
                let text = std::str::from_utf8(&changed).unwrap();
                let verdict = verifier.verify(text, now());
                let is_same = other == byte;
                assert_eq!(matches!(verdict, Verdict::User(_)), is_same, "{text}");
            }
            changed[at] = byte;
        }
    }
}

#[tokio::test]
async fn no_piece_of_a_token_is_believed() {
    let signers = Signer::each();
    let verifier = verifier(&signers.each_ref()).await;
    for signer in &signers {
        let token = signer.token(&claims());
        for at in 0..token.len() {
            let (begin, end) = token.split_at(at);
            let without = format!("{begin}{}", &end[1..]);
            let twice = format!("{begin}{}{end}", &end[..1]);
            for text in [begin, end, &without, &twice] {
                let verdict = verifier.verify(text, now());
                // The whole is one of its ends.
                let is_whole = text == token;
                assert_eq!(matches!(verdict, Verdict::User(_)), is_whole, "{text}");
            }
        }
    }
}

#[tokio::test]
async fn random_tokens_are_refused_without_a_panic() {
    let signers = Signer::each();
    let verifier = verifier(&signers.each_ref()).await;
    let mut random = seeded();
    for round in 0..ROUNDS {
        let header = mutated(&mut random, signers[round % 3].header().to_string());
        let payload = mutated(&mut random, claims().to_string());
        let signature = any(&mut random);
        let text = match round % 4 {
            0 => String::from_utf8_lossy(&any(&mut random)).into_owned(),
            1 => BASE64URL.encode(&payload),
            2 => [&any(&mut random), &payload, &signature]
                .map(|part| BASE64URL.encode(part))
                .join("."),
            _ => [&header, &payload, &signature]
                .map(|part| BASE64URL.encode(part))
                .join("."),
        };
        looks_like_jwt(&text);
        let verdict = verifier.verify(&text, now());
        assert!(matches!(verdict, Verdict::Refused(_)), "{text}");
    }
}

#[tokio::test]
async fn random_claims_with_a_fitting_signature_are_judged_without_a_panic() {
    let signer = Signer::ed25519("e");
    let verifier = verifier(&[&signer]).await;
    let mut random = seeded();
    for _ in 0..ROUNDS / 10 {
        let payload = mutated(&mut random, claims().to_string());
        let token = signer.token_of(signer.header().to_string().as_bytes(), &payload);
        verifier.verify(&token, now());
    }
}

#[test]
fn random_key_sets_are_read_without_a_panic() {
    let signers = Signer::each();
    let tokens = signers.each_ref().map(|signer| signer.token(&claims()));
    let mut random = seeded();
    for _ in 0..ROUNDS {
        let json = mutated(&mut random, key_set(&signers.each_ref()));
        let Ok(keys) = KeySet::parse(&json, "here") else {
            continue;
        };
        let token = random.choice(&tokens).unwrap();
        let token = super::super::token::Token::parse(token).unwrap();
        // A changed key may still be the one that signed.
        let _ = keys.check(&token);
    }
}

/// Up to 300 bytes of anything.
fn any(random: &mut Rng) -> Vec<u8> {
    let length = random.usize(..300);
    std::iter::repeat_with(|| random.u8(..))
        .take(length)
        .collect()
}

/// The text with a few bytes changed, removed or repeated.
fn mutated(random: &mut Rng, text: String) -> Vec<u8> {
    let mut bytes = text.into_bytes();
    for _ in 0..random.usize(1..5) {
        let at = random.usize(..bytes.len());
        match random.u8(..4) {
            0 => bytes[at] = random.u8(..),
            1 => bytes[at] = *random.choice(b"{}[]\",:019eE-.\\ntu").unwrap(),
            2 => drop(bytes.remove(at)),
            _ => bytes.extend_from_within(at..),
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
    bytes
}

fn seeded() -> Rng {
    let seed = match std::env::var(SEED) {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => fastrand::u64(..),
    };
    println!("replay with {SEED}={seed}");
    Rng::with_seed(seed)
}
