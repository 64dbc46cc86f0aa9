//! What is kept of attempts.

use std::time::Duration;

use super::fixtures::{NAME, at, dead, delivered, held, progress, run};
use super::trial::DeliveryTrial;
use crate::conformance::fixtures::{FAR_AHEAD, LONG_AGO};
use crate::delivery::{Attempt, AttemptResult, FirstTries, FirstTry, Lease, MAX_RUN, Progress};

/// Looks for runs, in the order of their ends.
async fn runs(trial: &DeliveryTrial, first: u64, last: u64) -> Vec<FirstTries> {
    let found = trial.platforms().first_tries(NAME, first, last).await;
    let mut found = found.unwrap();
    found.sort_by_key(|it| {
        it.tries.iter().find_map(|one| match one {
            FirstTry::Delivered { at, .. } => Some(*at),
            FirstTry::Otherwise => None,
        })
    });
    found
}

async fn record_runs(trial: &DeliveryTrial, lease: &Lease, number: u64, runs: &[FirstTries]) {
    let record = Progress {
        first_tries: runs.to_vec(),
        ..progress(number, 0)
    };
    trial.record(lease, record).await;
}

pub(super) async fn first_tries_are_found_by_any_of_their_sequences(trial: &DeliveryTrial) {
    let lease = trial.lease(NAME).await;
    let other = trial.lease("other").await;
    let mixed = FirstTries {
        first_sequence: 11,
        tries: vec![
            FirstTry::Otherwise,
            delivered(40),
            FirstTry::Delivered {
                at: at(41),
                latency: Duration::from_micros(123_456_789),
                status: None,
            },
            FirstTry::Otherwise,
        ],
    };
    // Two records of two runs, and a replay of some of their events.
    let all = [
        run(1, 1, 10),
        run(2, 7, 20),
        run(9, 2, 30),
        mixed,
        run(5, 8, 50),
    ];
    record_runs(trial, &lease, 1, &all[..2]).await;
    record_runs(trial, &other, 1, &[run(1, 20, 15)]).await;
    record_runs(trial, &lease, 2, &all[2..4]).await;
    record_runs(trial, &lease, 3, &all[4..]).await;
    for first in 1..=16 {
        for last in first..=16 {
            let expected: Vec<_> = all
                .iter()
                .filter(|it| it.first_sequence <= last && it.last_sequence() >= first)
                .cloned()
                .collect();
            assert_eq!(
                runs(trial, first, last).await,
                expected,
                "from {first} to {last}"
            );
        }
    }
    assert_eq!(runs(trial, 1, u64::MAX).await.len(), all.len());
}

pub(super) async fn the_longest_run_is_found_from_end_to_end(trial: &DeliveryTrial) {
    let lease = trial.lease(NAME).await;
    let length = MAX_RUN as u64;
    let longest = run(100, MAX_RUN, 1);
    let next = run(100 + length, MAX_RUN, 2);
    record_runs(trial, &lease, 1, &[longest.clone(), next.clone()]).await;
    for (sequence, expected) in [
        (99, None),
        (100, Some(&longest)),
        (101, Some(&longest)),
        (99 + length, Some(&longest)),
        (100 + length, Some(&next)),
        (99 + 2 * length, Some(&next)),
        (100 + 2 * length, None),
    ] {
        let found = runs(trial, sequence, sequence).await;
        assert_eq!(found.first(), expected, "{sequence}");
    }
}

pub(super) async fn attempts_come_back_as_they_were_recorded(trial: &DeliveryTrial) {
    let lease = trial.lease(NAME).await;
    let attempts: Vec<_> = AttemptResult::ALL
        .into_iter()
        .zip(1..)
        .map(|(result, sequence)| Attempt {
            sequence,
            at: at(i64::try_from(sequence).unwrap()),
            result,
            status: [None, Some(0), Some(503), Some(u16::MAX)][sequence as usize % 4],
            latency: Duration::from_micros(sequence * 1_000_003),
            excerpt: ["", "잠시 후 다시", "it's \"late\" \\ 100%", "é\u{1F600}"]
                [sequence as usize % 4]
                .to_owned(),
        })
        .collect();
    let record = Progress {
        attempts: attempts.clone(),
        ..progress(1, 0)
    };
    trial.record(&lease, record).await;
    let sequences: Vec<_> = attempts.iter().map(|it| it.sequence).collect();
    let found = trial.platforms().attempts(NAME, &sequences, 1).await;
    assert_eq!(found.unwrap(), attempts);
}

/// Three attempts each of event 3 and 5, one of 4, in the order of their ends.
fn some_attempts() -> Vec<Attempt> {
    [(3, 1), (5, 2), (3, 3), (4, 4), (5, 5), (5, 6), (3, 7)]
        .map(|(sequence, second)| Attempt {
            sequence,
            at: at(second),
            result: AttemptResult::Connect,
            status: None,
            latency: Duration::from_micros(9),
            excerpt: "connection refused".to_owned(),
        })
        .to_vec()
}

pub(super) async fn the_last_attempts_of_each_event_are_found(trial: &DeliveryTrial) {
    let lease = trial.lease(NAME).await;
    let attempts = some_attempts();
    for (part, number) in attempts.chunks(3).zip(1..) {
        let record = Progress {
            attempts: part.to_vec(),
            ..progress(number, 0)
        };
        trial.record(&lease, record).await;
    }
    let table: [(&[u64], usize, &[i64]); 6] = [
        (&[3], 10, &[1, 3, 7]),
        (&[3], 2, &[3, 7]),
        (&[3, 4, 5], 1, &[7, 4, 6]),
        (&[5, 3], 3, &[1, 3, 7, 2, 5, 6]),
        (&[1, 2, 6], 3, &[]),
        (&[], 3, &[]),
    ];
    for (sequences, limit, seconds) in table {
        let found = trial.platforms().attempts(NAME, sequences, limit).await;
        let found: Vec<_> = found.unwrap().into_iter().map(|it| it.at).collect();
        let expected: Vec<_> = seconds.iter().copied().map(at).collect();
        assert_eq!(found, expected, "the last {limit} each of {sequences:?}");
    }
}

/// Prunes until there is no more; more lots than that are a loop without end.
async fn prune(trial: &DeliveryTrial, lease: &Lease, before: jumun_domain::Timestamp) {
    const MOST_LOTS: usize = 1_000;
    for _ in 0..MOST_LOTS {
        if !trial.outbox().prune(lease, before).await.unwrap() {
            return;
        }
    }
    panic!("there is always more to prune");
}

pub(super) async fn old_attempts_are_pruned_and_all_else_stays(trial: &DeliveryTrial) {
    let lease = trial.lease(NAME).await;
    let other = trial.lease("other").await;
    let events = trial.orders(5).await;
    let record = Progress {
        first_tries: vec![run(1, 2, 7)],
        attempts: some_attempts(),
        held: vec![held(&events[2], dead(7))],
        ..progress(1, 5)
    };
    trial.record(&lease, record.clone()).await;
    trial.record(&other, record).await;
    let left = async |name: &str| {
        let platforms = trial.platforms();
        let attempts = platforms.attempts(name, &[3, 4, 5], 10).await.unwrap();
        let runs = platforms.first_tries(name, 1, 5).await.unwrap();
        (attempts.len(), runs.len())
    };
    for (before, expected) in [
        (LONG_AGO, (7, 1)),
        (at(1), (7, 1)),
        (at(5), (3, 1)),
        (at(5), (3, 1)),
        (FAR_AHEAD, (0, 0)),
    ] {
        prune(trial, &lease, before).await;
        assert_eq!(left(NAME).await, expected, "before {before:?}");
    }
    assert_eq!(left("other").await, (7, 1), "another's stay");
    let pending = trial.outbox().pending(&lease).await.unwrap();
    assert_eq!(pending, [held(&events[2], dead(7))]);
    assert_eq!(trial.events().await, events);
    let standing = trial.standing(&lease).await;
    assert_eq!((standing.position, standing.records), (5, 1));
}

pub(super) async fn a_long_history_is_pruned_in_lots(trial: &DeliveryTrial) {
    const ATTEMPTS: usize = 3_000;
    let lease = trial.lease(NAME).await;
    let record = Progress {
        attempts: vec![some_attempts()[0].clone(); ATTEMPTS],
        ..progress(1, 0)
    };
    trial.record(&lease, record).await;
    let left = async || {
        let found = trial.platforms().attempts(NAME, &[3], ATTEMPTS + 1).await;
        found.unwrap().len()
    };
    assert_eq!(left().await, ATTEMPTS);
    assert!(trial.outbox().prune(&lease, FAR_AHEAD).await.unwrap());
    let after_one = left().await;
    assert!(
        (1..ATTEMPTS).contains(&after_one),
        "one lot leaves {after_one} of {ATTEMPTS}"
    );
    prune(trial, &lease, FAR_AHEAD).await;
    assert_eq!(left().await, 0);
}
