//! Keys that change while the server runs.

use std::time::Duration;

use super::issuer::{Issuer, until};
use super::signer::Signer;
use super::{KeyFile, claims, key_set, now, settings, user, verifier};
use crate::jwt::source::Pace;
use crate::jwt::{JwtRefusal, JwtVerifier, Verdict};

const UNKNOWN: Verdict = Verdict::Refused(JwtRefusal::UnknownKey);

/// Reads by itself all the time.
const FAST: Pace = Pace {
    period: Duration::from_millis(2),
    ask_gap: Duration::from_secs(3600),
};

/// Reads for the sake of a token only, as often as there is one.
const ASKED: Pace = Pace {
    period: Duration::from_secs(3600),
    ask_gap: Duration::ZERO,
};

#[tokio::test]
async fn a_file_that_changes_is_read_again() {
    let [old, new] = [Signer::ed25519("old"), Signer::p256("new")];
    let file = KeyFile::with(key_set(&[&old]));
    let verifier = JwtVerifier::start_at(file.settings(), FAST).await.unwrap();
    let (old, new) = ((old.token(&claims()), old), (new.token(&claims()), new));
    assert_eq!(verifier.verify(&old.0, now()), user(7));
    assert_eq!(verifier.verify(&new.0, now()), UNKNOWN);

    file.write(key_set(&[&old.1, &new.1]));
    until("the new key is known", || {
        verifier.verify(&new.0, now()) == user(7)
    })
    .await;
    assert_eq!(verifier.verify(&old.0, now()), user(7));

    file.write(key_set(&[&new.1]));
    until("the old key is gone", || {
        verifier.verify(&old.0, now()) == UNKNOWN
    })
    .await;
    assert_eq!(verifier.verify(&new.0, now()), user(7));
}

#[tokio::test]
async fn a_file_is_read_for_the_sake_of_a_token() {
    let [old, new] = [Signer::ed25519("old"), Signer::ed25519("new")];
    let file = KeyFile::with(key_set(&[&old]));
    let verifier = JwtVerifier::start(file.settings()).await.unwrap();
    file.write(key_set(&[&new]));
    let token = new.token(&claims());
    assert_eq!(verifier.verify_after_refresh(&token, now()).await, user(7));
}

#[tokio::test]
async fn a_file_that_cannot_be_used_any_more_keeps_its_keys() {
    let [old, new] = [Signer::ed25519("old"), Signer::ed25519("new")];
    let file = KeyFile::with(key_set(&[&old]));
    let verifier = JwtVerifier::start_at(file.settings(), ASKED).await.unwrap();
    let (known, unknown) = (old.token(&claims()), new.token(&claims()));
    let half = key_set(&[&new]);
    for content in [&half[..half.len() / 2], "", "{\"keys\":[]}", "no JSON"] {
        file.write(content);
        assert_eq!(
            verifier.verify_after_refresh(&unknown, now()).await,
            UNKNOWN
        );
        assert_eq!(verifier.verify(&known, now()), user(7), "{content}");
    }
    std::fs::remove_file(file.path()).unwrap();
    assert_eq!(
        verifier.verify_after_refresh(&unknown, now()).await,
        UNKNOWN
    );
    assert_eq!(verifier.verify(&known, now()), user(7));

    file.write(key_set(&[&new]));
    assert_eq!(
        verifier.verify_after_refresh(&unknown, now()).await,
        user(7)
    );
    assert_eq!(verifier.verify(&known, now()), UNKNOWN);
}

#[tokio::test]
async fn a_url_is_asked_from_time_to_time() {
    let [old, new] = [Signer::ed25519("old"), Signer::ed25519("new")];
    let issuer = Issuer::with(&key_set(&[&old])).await;
    let settings = settings(issuer.source());
    let verifier = JwtVerifier::start_at(settings, FAST).await.unwrap();
    issuer.publish(&key_set(&[&new]));
    let (withdrawn, token) = (old.token(&claims()), new.token(&claims()));
    until("the new key is known", || {
        verifier.verify(&token, now()) == user(7)
    })
    .await;
    assert_eq!(verifier.verify(&withdrawn, now()), UNKNOWN);
}

#[tokio::test]
async fn a_url_is_asked_when_a_token_names_a_new_key() {
    let [old, new] = [Signer::ed25519("old"), Signer::rsa("new")];
    let issuer = Issuer::with(&key_set(&[&old])).await;
    let verifier = JwtVerifier::start(settings(issuer.source())).await.unwrap();
    issuer.publish(&key_set(&[&old, &new]));
    let token = new.token(&claims());
    assert_eq!(verifier.verify(&token, now()), UNKNOWN);
    assert_eq!(issuer.requests(), 1);
    assert_eq!(verifier.verify_after_refresh(&token, now()).await, user(7));
    assert_eq!(issuer.requests(), 2);
    // Nothing is asked for what is known, or refused for another reason.
    let stranger = Signer::ed25519("old").token(&claims());
    for token in [&token, &stranger, "a.b.c"] {
        verifier.verify_after_refresh(token, now()).await;
    }
    assert_eq!(issuer.requests(), 2);
}

#[tokio::test]
async fn a_flood_of_made_up_keys_asks_a_url_once() {
    let signer = Signer::ed25519("e");
    let issuer = Issuer::with(&key_set(&[&signer])).await;
    let verifier = JwtVerifier::start(settings(issuer.source())).await.unwrap();
    let mut flood = tokio::task::JoinSet::new();
    for index in 0..2_000 {
        let kid = serde_json::json!({"kid": index.to_string()});
        let token = signer.token_but(kid, &claims());
        let verifier = verifier.clone();
        flood.spawn(async move { verifier.verify_after_refresh(&token, now()).await });
    }
    for verdict in flood.join_all().await {
        assert_eq!(verdict, UNKNOWN);
    }
    // Once at the start, and once for all of them.
    assert_eq!(issuer.requests(), 2);
}

#[tokio::test]
async fn a_flood_while_the_url_is_silent_asks_once_and_lets_most_go() {
    let signer = Signer::ed25519("e");
    let issuer = Issuer::with(&key_set(&[&signer])).await;
    let verifier = JwtVerifier::start_at(settings(issuer.source()), ASKED)
        .await
        .unwrap();
    issuer.fall_silent();
    let made_up = signer.token_but(serde_json::json!({"kid": "no"}), &claims());
    let mut flood = tokio::task::JoinSet::new();
    for _ in 0..2_000 {
        let (verifier, token) = (verifier.clone(), made_up.clone());
        flood.spawn(async move { verifier.verify_after_refresh(&token, now()).await });
    }
    // Those who find no room to wait are answered while the issuer is silent.
    for _ in 0..1_700 {
        assert_eq!(flood.join_next().await.unwrap().unwrap(), UNKNOWN);
    }
    assert_eq!(verifier.verify(&signer.token(&claims()), now()), user(7));
    assert!(issuer.requests() <= 2, "{}", issuer.requests());
}

#[tokio::test]
async fn a_url_that_fails_keeps_its_keys() {
    let [old, new] = [Signer::ed25519("old"), Signer::ed25519("new")];
    let issuer = Issuer::with(&key_set(&[&old])).await;
    let verifier = JwtVerifier::start_at(settings(issuer.source()), ASKED)
        .await
        .unwrap();
    let (known, unknown) = (old.token(&claims()), new.token(&claims()));
    let answers = [
        "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"keys\":",
        "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{\"keys\":[]}",
        "no HTTP",
        "",
    ];
    for answer in answers {
        issuer.answer_with(answer);
        assert_eq!(
            verifier.verify_after_refresh(&unknown, now()).await,
            UNKNOWN
        );
        assert_eq!(verifier.verify(&known, now()), user(7), "{answer}");
    }
    issuer.publish(&key_set(&[&new]));
    assert_eq!(
        verifier.verify_after_refresh(&unknown, now()).await,
        user(7)
    );
}

#[tokio::test]
async fn the_task_ends_with_the_last_clone() {
    let tasks = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let before = tasks();
    let signer = Signer::ed25519("e");
    let first = verifier(&[&signer]).await;
    let second = first.clone();
    assert_eq!(tasks(), before + 1);
    drop(first);
    let token = signer.token_but(serde_json::json!({"kid": "no"}), &claims());
    assert_eq!(second.verify_after_refresh(&token, now()).await, UNKNOWN);
    assert_eq!(tasks(), before + 1);
    drop(second);
    until("the task has ended", || tasks() == before).await;
}

#[tokio::test]
async fn the_task_ends_even_while_it_waits_for_an_answer() {
    let issuer = Issuer::with(&key_set(&[&Signer::ed25519("e")])).await;
    let tasks = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let before = tasks();
    let verifier = JwtVerifier::start_at(settings(issuer.source()), FAST)
        .await
        .unwrap();
    issuer.fall_silent();
    let requests = issuer.requests();
    until("it asks", || issuer.requests() > requests + 1).await;
    drop(verifier);
    until("the task has ended", || tasks() == before).await;
}
