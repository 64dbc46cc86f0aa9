//! What each answer is taken for.

use std::time::{Duration, SystemTime};

use jumun_platform::{Failure, FailureKind, MAX_EXCERPT_BYTES, Outcome};

use super::receiver::{Receiver, answer};
use crate::support::{client, message, settings};

type Header = (&'static str, &'static str);

/// Sends one message to a receiver that answers so.
async fn outcome(status: u16, headers: &'static [Header], body: &'static str) -> Outcome {
    let receiver = Receiver::start(move |_| answer(status, headers, body)).await;
    let client = client(&settings(&receiver.url("/")));
    client.send(&message(1)).await.outcome
}

fn failed(kind: FailureKind, retry_after_s: Option<u64>, excerpt: &str) -> Outcome {
    Outcome::Failed(Failure {
        kind,
        retry_after: retry_after_s.map(Duration::from_secs),
        excerpt: excerpt.to_owned(),
    })
}

#[tokio::test]
async fn every_status_is_taken_for_what_it_says() {
    let check = async |status: u16, headers: &'static [Header], body, expected: Outcome| {
        assert_eq!(outcome(status, headers, body).await, expected, "{status}");
    };
    for status in [200, 201, 202, 204, 299] {
        let delivered = Outcome::Delivered {
            status: Some(status),
        };
        check(status, &[], "", delivered).await;
    }
    for status in [400, 401, 403, 404, 408, 409, 413, 422, 500, 502, 504, 599] {
        check(
            status,
            &[],
            "why",
            failed(FailureKind::Status(status), None, "why"),
        )
        .await;
    }
    let elsewhere: &[Header] = &[("location", "/elsewhere")];
    for status in [300, 301, 302, 303, 304, 307, 308] {
        check(
            status,
            elsewhere,
            "",
            failed(FailureKind::Redirect(status), None, "Location: /elsewhere"),
        )
        .await;
    }
    let moved = "Location: /elsewhere we have moved";
    check(
        301,
        elsewhere,
        "we have\nmoved",
        failed(FailureKind::Redirect(301), None, moved),
    )
    .await;
    check(302, &[], "", failed(FailureKind::Redirect(302), None, "")).await;
    let seven: &[Header] = &[("retry-after", "7")];
    for status in [429, 503] {
        check(
            status,
            seven,
            "slow down",
            failed(FailureKind::Status(status), Some(7), "slow down"),
        )
        .await;
    }
    let gone = Outcome::Gone {
        excerpt: "no more, please".to_owned(),
    };
    check(410, &[], "no more,\nplease\n", gone).await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Receiver::with_status(200).await;
    let location = elsewhere.url("/");
    let told = format!("Location: {location}");
    let receiver = Receiver::start(move |_| answer(307, &[("location", &location)], "")).await;
    let client = client(&settings(&receiver.url("/")));
    let outcome = client.send(&message(1)).await.outcome;
    assert_eq!(outcome, failed(FailureKind::Redirect(307), None, &told));
    assert!(elsewhere.received().is_empty());
}

#[tokio::test]
async fn a_date_to_retry_after_is_heeded() {
    let minute = Duration::from_secs(60);
    let receiver = Receiver::start(move |_| {
        let date = httpdate::fmt_http_date(SystemTime::now() + minute);
        answer(503, &[("retry-after", &date)], "")
    })
    .await;
    let client = client(&settings(&receiver.url("/")));
    let Outcome::Failed(failure) = client.send(&message(1)).await.outcome else {
        panic!("delivered");
    };
    // A date has whole seconds, and time passes until it is read.
    let asked = failure.retry_after.unwrap();
    assert!(asked <= minute && asked > minute / 2, "{asked:?}");
}

#[tokio::test]
async fn of_a_long_answer_the_beginning_is_kept_on_one_line() {
    let body: &'static str = "<p>재고\r\n부족\t".repeat(10_000).leak();
    let Outcome::Failed(failure) = outcome(500, &[], body).await else {
        panic!("delivered");
    };
    assert!(
        failure.excerpt.starts_with("<p>재고  부족 <p>"),
        "{failure:?}"
    );
    assert!(failure.excerpt.len() > MAX_EXCERPT_BYTES / 2);
    assert!(failure.excerpt.len() <= MAX_EXCERPT_BYTES);
    assert!(!failure.excerpt.contains(char::is_control));
}
