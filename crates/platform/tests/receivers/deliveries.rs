//! What is genuine is taken.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::program::{PROGRAMS, Running};
use crate::sender::{Ended, NEW, OLD, client, events, message, send};

#[tokio::test]
async fn an_event_is_stored_once_however_often_it_comes() {
    for program in PROGRAMS {
        let running = Running::start(program, &[OLD]);
        let client = client(&running.url, &[OLD]);
        let mut sends = JoinSet::new();
        // Each three times at once, and once more afterwards.
        for number in (1..=40).chain(1..=40).chain(1..=40) {
            let client = Arc::clone(&client);
            sends.spawn(async move { send(&*client, &message(number)).await });
        }
        while let Some(ended) = sends.join_next().await {
            assert_eq!(ended.unwrap(), Ended::Delivered, "{program:?}");
        }
        for number in 1..=40 {
            let ended = send(&*client, &message(number)).await;
            assert_eq!(ended, Ended::Delivered, "{program:?}");
        }
        assert_eq!(running.stored(), events(1..=40), "{program:?}");
    }
}

#[tokio::test]
async fn while_secrets_change_whoever_knows_one_of_them_believes_the_event() {
    for program in PROGRAMS {
        let check = async |known: &[&str], used: &[&str], expected: Ended| {
            let running = Running::start(program, known);
            let ended = send(&*client(&running.url, used), &message(1)).await;
            assert_eq!(ended, expected, "{program:?} {known:?} {used:?}");
            let stored = events((expected == Ended::Delivered).then_some(1));
            assert_eq!(running.stored(), stored, "{program:?} {known:?} {used:?}");
        };
        check(&[OLD], &[NEW, OLD], Ended::Delivered).await;
        check(&[NEW], &[NEW, OLD], Ended::Delivered).await;
        check(&[NEW], &[NEW], Ended::Delivered).await;
        check(&[NEW, OLD], &[OLD], Ended::Delivered).await;
        check(&[NEW], &[OLD], Ended::Refused).await;
        check(&[OLD], &[], Ended::Refused).await;
        check(&[], &[OLD], Ended::Refused).await;
    }
}
