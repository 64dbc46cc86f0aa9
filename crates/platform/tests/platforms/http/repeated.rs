//! Answers that repeat the request, with all that is secret in it.

use jumun_platform::{MAX_EXCERPT_BYTES, Outcome};

use super::receiver::{Received, Receiver, answer};
use crate::support::{client, message, settings};

/// Words that stand in secrets only, and `user:hunter2` as it is sent.
const CANARIES: [&str; 5] = [
    "hunter",
    "dXNlcjpodW50ZXIy",
    "giraffe",
    "token=",
    "two words",
];

/// The path and the head of a request, as a page for debugging shows them.
fn repeated(request: &Received) -> String {
    format!("POST {}\n{:?}", request.uri, request.headers.values())
        + request.header("authorization")
        + " for user:hunter2 with hunter3, two words"
}

/// The excerpt of the answer with this status, where a redirect leads to what
/// was asked for, after so many bytes of something else.
async fn excerpt(status: u16, before_bytes: usize) -> String {
    let receiver = Receiver::start(move |request| {
        let body = ".".repeat(before_bytes) + &repeated(request);
        let location = format!("https://elsewhere{}", request.uri);
        answer(status, &[("location", &location)], &body)
    })
    .await;
    let url = receiver
        .url("/x?token=hunter3&note=two%20words&giraffe")
        .replace("://", "://user:hunter2@");
    let outcome = client(&settings(&url)).send(&message(1)).await.outcome;
    match outcome {
        Outcome::Failed(failure) => failure.excerpt,
        Outcome::Gone { excerpt } => excerpt,
        Outcome::Delivered { .. } => panic!("{status} was delivered"),
    }
}

#[track_caller]
fn assert_hidden(excerpt: &str) {
    for canary in CANARIES {
        assert!(!excerpt.contains(canary), "{canary:?} is in {excerpt:?}");
    }
}

#[tokio::test]
async fn an_answer_that_repeats_the_request_tells_no_secret_of_it() {
    for status in [302, 400, 410, 500] {
        let excerpt = excerpt(status, 0).await;
        assert_hidden(&excerpt);
        // What is no secret stays.
        for part in ["POST /x?***", "Basic ***", "with ***"] {
            assert!(excerpt.contains(part), "{part:?} is not in {excerpt:?}");
        }
        let leads = excerpt.starts_with("Location: https://elsewhere/x?*** POST");
        assert_eq!(leads, status == 302, "{excerpt}");
    }
}

#[tokio::test]
async fn no_secret_is_told_where_an_excerpt_ends_within_it() {
    for before_bytes in MAX_EXCERPT_BYTES - 120..=MAX_EXCERPT_BYTES {
        let excerpt = excerpt(500, before_bytes).await;
        assert!(excerpt.len() <= MAX_EXCERPT_BYTES);
        assert_hidden(&excerpt);
        // Nor the beginning of one.
        for beginning in ["/x?t", "Basic d"] {
            assert!(!excerpt.contains(beginning), "{excerpt}");
        }
    }
}
