//! What is kept of events that are held up.

use super::fixtures::{NAME, at, dead, failing, held, progress};
use super::trial::DeliveryTrial;
use crate::delivery::{DeliveryFilter, Hold, Pending, PlatformCounts, Progress};

pub(super) async fn pending_events_come_back_as_they_were_recorded(trial: &DeliveryTrial) {
    let lease = trial.lease(NAME).await;
    let events = trial.orders(6).await;
    let extreme = Hold::Failing {
        failed_attempts: u32::MAX,
        first_failed_at: at(-1_000_000),
        last_failed_at: at(0),
        next_attempt_at: at(1_000_000_000),
    };
    let holds = [Hold::Behind, failing(1, 0), extreme, dead(9), failing(2, 3)];
    let mut recorded: Vec<Pending> = events
        .iter()
        .zip(holds)
        .map(|(it, h)| held(it, h))
        .collect();
    recorded[3].replayed = true;
    recorded[4].replayed = true;
    // Not in the order in which they are told.
    let unsorted = [3, 0, 4, 2, 1].map(|place| recorded[place].clone());
    let record = Progress {
        held: unsorted.to_vec(),
        ..progress(1, 5)
    };
    trial.record(&lease, record).await;
    assert_eq!(trial.outbox().pending(&lease).await.unwrap(), recorded);
    trial.outbox().release_lease(&lease).await.unwrap();
    trial.shop.restart().await;
    let lease = trial.lease(NAME).await;
    assert_eq!(trial.outbox().pending(&lease).await.unwrap(), recorded);
}

pub(super) async fn a_hold_changes_and_what_was_delivered_is_gone(trial: &DeliveryTrial) {
    let lease = trial.lease(NAME).await;
    let events = trial.orders(4).await;
    let of = |place: usize, hold| held(&events[place], hold);
    let steps: [(Vec<Pending>, Vec<u64>, Vec<Pending>); 4] = [
        (
            vec![of(0, failing(1, 1)), of(1, Hold::Behind)],
            vec![],
            vec![of(0, failing(1, 1)), of(1, Hold::Behind)],
        ),
        (
            vec![of(0, dead(2)), of(1, failing(1, 2)), of(2, Hold::Behind)],
            // Nothing is pending there.
            vec![4],
            vec![of(0, dead(2)), of(1, failing(1, 2)), of(2, Hold::Behind)],
        ),
        (
            vec![of(2, failing(7, 3)), of(0, failing(1_001, 3))],
            vec![2],
            vec![of(0, failing(1_001, 3)), of(2, failing(7, 3))],
        ),
        (vec![], vec![3, 1, 2], vec![]),
    ];
    for ((held, delivered, left), number) in steps.into_iter().zip(1..) {
        let record = Progress {
            held,
            delivered,
            ..progress(number, 4)
        };
        trial.record(&lease, record).await;
        let pending = trial.outbox().pending(&lease).await.unwrap();
        assert_eq!(pending, left, "after record {number}");
    }
}

pub(super) async fn pending_events_are_counted_by_what_holds_them_up(trial: &DeliveryTrial) {
    let lease = trial.lease(NAME).await;
    assert_eq!(trial.view(NAME).await.oldest_undelivered, None);
    let events = trial.orders(8).await;
    let view = trial.view(NAME).await;
    assert_eq!(view.oldest_undelivered, Some(events[0].event.time));
    assert_eq!((view.counts, view.lag_events()), (counts(0, 0, 0), 8));

    let record = Progress {
        held: vec![
            held(&events[0], dead(1)),
            held(&events[1], failing(2, 2)),
            held(&events[2], Hold::Behind),
            held(&events[3], Hold::Behind),
            held(&events[4], dead(5)),
            held(&events[5], dead(5)),
        ],
        ..progress(1, 6)
    };
    trial.record(&lease, record).await;
    let view = trial.view(NAME).await;
    assert_eq!(view.counts, counts(1, 2, 3));
    assert_eq!(view.lag_events(), 5, "dead letters left out");
    assert_eq!(view.oldest_undelivered, Some(events[1].event.time));

    let record = Progress {
        delivered: vec![2, 3, 4],
        ..progress(2, 6)
    };
    trial.record(&lease, record).await;
    let view = trial.view(NAME).await;
    assert_eq!((view.counts, view.lag_events()), (counts(0, 0, 3), 2));
    assert_eq!(view.oldest_undelivered, Some(events[6].event.time));

    trial.record(&lease, progress(3, 8)).await;
    let view = trial.view(NAME).await;
    assert_eq!((view.counts, view.lag_events()), (counts(0, 0, 3), 0));
    assert_eq!(view.oldest_undelivered, None);
}

fn counts(failing: u64, behind: u64, dead: u64) -> PlatformCounts {
    PlatformCounts {
        failing,
        behind,
        dead,
    }
}

pub(super) async fn pending_events_are_listed_by_hold_newest_first(trial: &DeliveryTrial) {
    let lease = trial.lease(NAME).await;
    let events = trial.orders(9).await;
    let holds = [Hold::Behind, failing(1, 1), dead(1)];
    let all: Vec<_> = events
        .iter()
        .zip(holds.into_iter().cycle())
        .map(|(it, hold)| held(it, hold))
        .collect();
    let record = Progress {
        held: all.clone(),
        ..progress(1, 9)
    };
    trial.record(&lease, record).await;
    let filters = [
        (DeliveryFilter::All, vec![9, 8, 7, 6, 5, 4, 3, 2, 1]),
        (DeliveryFilter::Behind, vec![7, 4, 1]),
        (DeliveryFilter::Failing, vec![8, 5, 2]),
        (DeliveryFilter::Dead, vec![9, 6, 3]),
    ];
    for (filter, sequences) in filters {
        for below in [0, 1, 4, 5, 9, 10, u64::MAX] {
            for limit in [1, 2, 9, 10, usize::MAX] {
                let found = trial
                    .platforms()
                    .pending_below(NAME, filter, below, limit)
                    .await;
                let expected: Vec<_> = sequences
                    .iter()
                    .filter(|it| **it < below)
                    .take(limit)
                    .map(|it| all[*it as usize - 1].clone())
                    .collect();
                assert_eq!(
                    found.unwrap(),
                    expected,
                    "{filter:?} below {below} up to {limit}"
                );
            }
        }
    }
}
