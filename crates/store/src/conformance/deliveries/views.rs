//! What became of events, as operators see it.

use std::time::Duration;

use super::fixtures::{NAME, at, dead, delivered, failing, held, progress, run};
use super::trial::DeliveryTrial;
use crate::delivery::{
    Attempt, AttemptResult, DeliveryFilter, DeliveryState, FirstTries, FirstTry, Hold, Lease,
    MAX_ATTEMPTS_SHOWN, Progress,
};
use crate::{NumberedEvent, Page};

fn attempt(sequence: u64, second: i64, result: AttemptResult) -> Attempt {
    Attempt {
        sequence,
        at: at(second),
        result,
        status: Some(500),
        latency: Duration::from_micros(77),
        excerpt: format!("attempt at {second}"),
    }
}

/// Two events before the platform is known, and ten after: 3 to 9 dealt with,
/// and of these 4, 5 and 7 not delivered.
async fn in_every_state(trial: &DeliveryTrial) -> (Lease, Vec<NumberedEvent>) {
    trial.orders(2).await;
    let lease = trial.lease(NAME).await;
    trial.orders(10).await;
    let events = trial.events().await;
    let otherwise = FirstTry::Otherwise;
    let record = Progress {
        first_tries: vec![FirstTries {
            first_sequence: 3,
            tries: vec![
                delivered(1),
                otherwise,
                otherwise,
                delivered(3),
                otherwise,
                delivered(2),
                delivered(3),
            ],
        }],
        held: vec![
            held(&events[3], failing(2, 9)),
            held(&events[4], Hold::Behind),
            held(&events[6], dead(9)),
        ],
        attempts: vec![
            attempt(4, 2, AttemptResult::Timeout),
            attempt(4, 9, AttemptResult::Status),
            attempt(7, 9, AttemptResult::Status),
        ],
        ..progress(1, 9)
    };
    trial.record(&lease, record).await;
    (lease, events)
}

fn states_newest_first() -> Vec<(u64, DeliveryState)> {
    vec![
        (12, DeliveryState::Waiting),
        (11, DeliveryState::Waiting),
        (10, DeliveryState::Waiting),
        (9, DeliveryState::Delivered),
        (8, DeliveryState::Delivered),
        (7, DeliveryState::Held(dead(9))),
        (6, DeliveryState::Delivered),
        (5, DeliveryState::Held(Hold::Behind)),
        (4, DeliveryState::Held(failing(2, 9))),
        (3, DeliveryState::Delivered),
        (2, DeliveryState::BeforeStart),
        (1, DeliveryState::BeforeStart),
    ]
}

/// Reads a list to its end, `limit` at a time.
async fn listed(
    trial: &DeliveryTrial,
    filter: DeliveryFilter,
    mut after: Option<u64>,
    limit: usize,
) -> Vec<(u64, DeliveryState)> {
    let mut all = Vec::new();
    loop {
        let page = trial
            .platforms()
            .deliveries(NAME, filter, Page { after, limit })
            .await;
        let page = page.unwrap().unwrap();
        assert!(
            page.items.len() == limit || !page.more,
            "a page with more after it is full"
        );
        let more = page.more;
        all.extend(page.items.into_iter().map(|it| (it.sequence, it.state)));
        if !more {
            return all;
        }
        after = all.last().map(|it| it.0);
    }
}

pub(super) async fn deliveries_are_listed_newest_first_in_pages_of_every_size(
    trial: &DeliveryTrial,
) {
    let lease = trial.lease(NAME).await;
    let none = listed(trial, DeliveryFilter::All, None, 3).await;
    assert_eq!(none, [], "there are no events");
    trial.outbox().release_lease(&lease).await.unwrap();
    assert_eq!(
        trial
            .platforms()
            .forget(NAME, &jumun_domain::Actor::local())
            .await
            .unwrap(),
        Some(true)
    );

    in_every_state(trial).await;
    let states = states_newest_first();
    for limit in 1..=states.len() + 1 {
        for after in [None, Some(u64::MAX), Some(13)] {
            let all = listed(trial, DeliveryFilter::All, after, limit).await;
            assert_eq!(all, states, "{limit} at a time from {after:?} on");
        }
    }
    for after in 1..=12 {
        let rest = listed(trial, DeliveryFilter::All, Some(after), 5).await;
        let expected: Vec<_> = states.iter().filter(|it| it.0 < after).copied().collect();
        assert_eq!(rest, expected, "after {after}");
    }
}

pub(super) async fn deliveries_are_listed_by_what_holds_them_up(trial: &DeliveryTrial) {
    let (lease, events) = in_every_state(trial).await;
    let record = Progress {
        held: [9, 10, 11]
            .map(|place| held(&events[place], dead(10)))
            .to_vec(),
        ..progress(2, 12)
    };
    trial.record(&lease, record).await;
    let table: [(DeliveryFilter, &[u64]); 3] = [
        (DeliveryFilter::Failing, &[4]),
        (DeliveryFilter::Behind, &[5]),
        (DeliveryFilter::Dead, &[12, 11, 10, 7]),
    ];
    for (filter, expected) in table {
        for limit in 1..=5 {
            let found = listed(trial, filter, None, limit).await;
            let found: Vec<_> = found.into_iter().map(|it| it.0).collect();
            assert_eq!(found, expected, "{filter:?}, {limit} at a time");
        }
    }
}

pub(super) async fn a_delivery_is_told_with_its_event_and_attempts(trial: &DeliveryTrial) {
    let (_, events) = in_every_state(trial).await;
    let states = states_newest_first();
    let platforms = trial.platforms();
    for (numbered, (_, state)) in events.iter().zip(states.iter().rev()) {
        let sequence = numbered.sequence;
        let found = platforms.delivery(NAME, sequence).await.unwrap().unwrap();
        assert_eq!(found.sequence, sequence);
        assert_eq!(found.event, numbered.event, "{sequence}");
        assert_eq!(found.state, *state, "{sequence}");
        let ends: Vec<_> = found.attempts.iter().map(|it| it.at).collect();
        let expected = match sequence {
            3 => vec![at(1)],
            4 => vec![at(2), at(9)],
            6 | 9 => vec![at(3)],
            7 => vec![at(9)],
            8 => vec![at(2)],
            _ => vec![],
        };
        assert_eq!(ends, expected, "{sequence}");
    }
    let first_try = platforms.delivery(NAME, 3).await.unwrap().unwrap().attempts;
    assert_eq!(
        first_try,
        [Attempt {
            sequence: 3,
            at: at(1),
            result: AttemptResult::Delivered,
            status: Some(204),
            latency: Duration::from_micros(421),
            excerpt: String::new(),
        }]
    );
}

pub(super) async fn an_event_that_was_tried_again_is_told_in_the_order_of_its_attempts(
    trial: &DeliveryTrial,
) {
    const FAILURES: i64 = MAX_ATTEMPTS_SHOWN as i64 + 20;
    let (lease, events) = in_every_state(trial).await;
    let failures = (0..FAILURES).map(|it| attempt(4, 10 + it, AttemptResult::Reset));
    let record = Progress {
        attempts: failures.collect(),
        held: vec![held(&events[3], failing(122, 9 + FAILURES))],
        ..progress(2, 9)
    };
    trial.record(&lease, record).await;
    // Delivered at last, and later once more by a replay.
    let end = 10 + FAILURES;
    let record = Progress {
        attempts: vec![attempt(4, end, AttemptResult::Delivered)],
        delivered: vec![4],
        first_tries: vec![run(4, 1, end + 1)],
        ..progress(3, 9)
    };
    trial.record(&lease, record).await;
    let found = trial.platforms().delivery(NAME, 4).await.unwrap().unwrap();
    assert_eq!(found.state, DeliveryState::Delivered);
    let ends: Vec<_> = found.attempts.iter().map(|it| it.at).collect();
    let last_ones = end + 2 - MAX_ATTEMPTS_SHOWN as i64..end + 2;
    assert_eq!(ends, last_ones.map(at).collect::<Vec<_>>());
}

pub(super) async fn an_old_event_counts_as_delivered_once_a_replay_has_sent_it(
    trial: &DeliveryTrial,
) {
    let (lease, events) = in_every_state(trial).await;
    let state = async |sequence| {
        let found = trial.platforms().delivery(NAME, sequence).await;
        found.unwrap().unwrap().state
    };
    let record = Progress {
        first_tries: vec![FirstTries {
            first_sequence: 1,
            tries: vec![delivered(20), FirstTry::Otherwise],
        }],
        attempts: vec![attempt(2, 20, AttemptResult::Status)],
        held: vec![crate::delivery::Pending {
            replayed: true,
            ..held(&events[1], failing(1, 20))
        }],
        ..progress(2, 9)
    };
    trial.record(&lease, record).await;
    assert_eq!(state(1).await, DeliveryState::Delivered);
    assert_eq!(state(2).await, DeliveryState::Held(failing(1, 20)));
    let record = Progress {
        attempts: vec![attempt(2, 30, AttemptResult::Delivered)],
        delivered: vec![2],
        ..progress(3, 9)
    };
    trial.record(&lease, record).await;
    assert_eq!(state(2).await, DeliveryState::Delivered);
}

pub(super) async fn what_is_not_there_has_no_delivery(trial: &DeliveryTrial) {
    in_every_state(trial).await;
    let platforms = trial.platforms();
    for sequence in [0, 13, 1_000, u64::MAX] {
        let found = platforms.delivery(NAME, sequence).await.unwrap();
        assert_eq!(found, None, "{sequence}");
    }
    let page = Page {
        after: None,
        limit: 3,
    };
    for name in ["", "ware", "WAREHOUSE", "warehouse "] {
        assert_eq!(platforms.platform(name).await.unwrap(), None, "{name:?}");
        let found = platforms.delivery(name, 3).await.unwrap();
        assert_eq!(found, None, "{name:?}");
        let all = DeliveryFilter::All;
        let found = platforms.deliveries(name, all, page).await.unwrap();
        assert_eq!(found, None, "{name:?}");
        let found = platforms.pending_below(name, all, 100, 10).await.unwrap();
        assert_eq!(found, [], "{name:?}");
        let found = platforms.attempts(name, &[4], 10).await.unwrap();
        assert_eq!(found, [], "{name:?}");
        let found = platforms.first_tries(name, 1, 12).await.unwrap();
        assert_eq!(found, [], "{name:?}");
    }
}
