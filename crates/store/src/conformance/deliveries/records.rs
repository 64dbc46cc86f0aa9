//! What becomes of a dispatcher's records.

use std::time::Duration;

use super::fixtures::{NAME, at, dead, failing, held, holder, progress, run};
use super::trial::DeliveryTrial;
use crate::Fault;
use crate::conformance::fixtures::{place, plain};
use crate::delivery::{
    Attempt, AttemptResult, DeliveryFilter, FirstTries, Hold, Lease, MAX_RUN, PauseReason, Pending,
    PlatformView, Progress, Recorded,
};

/// All that is recorded of a platform, the time of its lease apart.
#[derive(PartialEq, Debug)]
struct Written {
    view: PlatformView,
    records: u64,
    pending: Vec<Pending>,
    first_tries: Vec<FirstTries>,
    attempts: Vec<Attempt>,
}

async fn written(trial: &DeliveryTrial, lease: &Lease) -> Written {
    let platforms = trial.platforms();
    let mut first_tries = platforms.first_tries(NAME, 1, 1_000).await.unwrap();
    first_tries.sort_by_key(|it| it.first_sequence);
    let sequences: Vec<u64> = (1..=20).collect();
    let mut view = trial.view(NAME).await;
    view.leased_until = None;
    Written {
        view,
        records: trial.standing(lease).await.records,
        pending: trial.outbox().pending(lease).await.unwrap(),
        first_tries,
        attempts: platforms.attempts(NAME, &sequences, 100).await.unwrap(),
    }
}

fn failed(sequence: u64, second: i64) -> Attempt {
    Attempt {
        sequence,
        at: at(second),
        result: AttemptResult::Timeout,
        status: None,
        latency: Duration::from_micros(1_000_001),
        excerpt: "no answer within 1 s".to_owned(),
    }
}

/// A record of events 1 to 4 with something of each kind; it needs four events.
async fn of_everything(trial: &DeliveryTrial) -> Progress {
    let events = trial.orders(4).await;
    Progress {
        position: 4,
        first_tries: vec![run(1, 2, 1), run(4, 1, 3)],
        held: vec![
            held(&events[1], Hold::Behind),
            held(&events[2], failing(1, 2)),
        ],
        attempts: vec![failed(3, 2)],
        gone_at: Some(at(9)),
        ..progress(1, 4)
    }
}

pub(super) async fn a_record_is_written_whole(trial: &DeliveryTrial) {
    let lease = trial.lease(NAME).await;
    let recorded = of_everything(trial).await;
    trial.record(&lease, recorded.clone()).await;
    let before = written(trial, &lease).await;
    assert_eq!((before.view.position, before.records), (4, 1));
    assert_eq!(before.pending, recorded.held);
    assert_eq!(before.first_tries, recorded.first_tries);
    assert_eq!(before.attempts, recorded.attempts);
    let pause = before.view.pause.unwrap();
    assert_eq!((pause.reason, pause.since), (PauseReason::Gone, at(9)));

    trial.outbox().release_lease(&lease).await.unwrap();
    trial.shop.restart().await;
    let lease = trial.lease(NAME).await;
    assert_eq!(written(trial, &lease).await, before);
    let standing = trial.standing(&lease).await;
    assert_eq!((standing.position, standing.pause), (4, Some(pause)));
}

pub(super) async fn the_same_record_again_is_written_once(trial: &DeliveryTrial) {
    let mut lease = trial.lease(NAME).await;
    let recorded = of_everything(trial).await;
    trial.record(&lease, recorded.clone()).await;
    let before = written(trial, &lease).await;
    for _ in 0..2 {
        trial.record(&lease, recorded.clone()).await;
        assert_eq!(written(trial, &lease).await, before);
        trial.outbox().release_lease(&lease).await.unwrap();
        trial.shop.restart().await;
        lease = trial.lease(NAME).await;
    }
}

pub(super) async fn a_record_out_of_turn_is_refused_and_writes_nothing(trial: &DeliveryTrial) {
    let lease = trial.lease(NAME).await;
    let recorded = of_everything(trial).await;
    trial.record(&lease, recorded.clone()).await;
    trial.record(&lease, progress(2, 4)).await;
    let before = written(trial, &lease).await;
    for number in [0, 1, 4, 5, u64::MAX] {
        let out_of_turn = Progress {
            number,
            ..recorded.clone()
        };
        let outcome = trial.outbox().record(&lease, out_of_turn).await;
        assert!(
            matches!(outcome, Err(Fault::Determinate(_))),
            "number {number} after 2: {outcome:?}"
        );
        assert_eq!(written(trial, &lease).await, before, "number {number}");
    }
}

pub(super) async fn a_record_under_an_old_lease_writes_nothing(trial: &DeliveryTrial) {
    let old = trial.lease(NAME).await;
    let recorded = of_everything(trial).await;
    let lease = trial.lease(NAME).await;
    let before = written(trial, &lease).await;
    for number in 0..3 {
        let late = Progress {
            number,
            ..recorded.clone()
        };
        let outcome = trial.outbox().record(&old, late).await.unwrap();
        assert_eq!(outcome, Recorded::Fenced);
    }
    assert_eq!(written(trial, &lease).await, before);
    trial.record(&lease, recorded).await;
    // Not even one that is a repeat.
    let outcome = trial.outbox().record(&old, progress(1, 4)).await.unwrap();
    assert_eq!(outcome, Recorded::Fenced);
}

pub(super) async fn a_position_never_goes_back(trial: &DeliveryTrial) {
    let lease = trial.lease(NAME).await;
    let events = trial.orders(4).await;
    trial.record(&lease, progress(1, 3)).await;
    for position in [0, 2] {
        let back = Progress {
            held: vec![held(&events[0], dead(1))],
            ..progress(2, position)
        };
        let outcome = trial.outbox().record(&lease, back).await;
        assert!(matches!(outcome, Err(Fault::Determinate(_))), "{outcome:?}");
        let standing = trial.standing(&lease).await;
        assert_eq!((standing.position, standing.records), (3, 1));
        assert_eq!(trial.outbox().pending(&lease).await.unwrap(), []);
    }
    trial.record(&lease, progress(2, 3)).await;
    trial.record(&lease, progress(3, 4)).await;
}

pub(super) async fn a_run_of_no_events_or_too_many_is_refused(trial: &DeliveryTrial) {
    let lease = trial.lease(NAME).await;
    for count in [0, MAX_RUN + 1] {
        let unfit = Progress {
            first_tries: vec![run(1, count, 1)],
            ..progress(1, 0)
        };
        let outcome = trial.outbox().record(&lease, unfit).await;
        assert!(
            matches!(outcome, Err(Fault::Determinate(_))),
            "{count}: {outcome:?}"
        );
    }
    assert_eq!(trial.standing(&lease).await.records, 0);
}

pub(super) async fn records_of_one_platform_are_none_of_another(trial: &DeliveryTrial) {
    let other = trial.lease("other").await;
    let lease = trial.lease(NAME).await;
    let recorded = of_everything(trial).await;
    trial.record(&other, recorded).await;
    let written = written(trial, &lease).await;
    assert_eq!((written.view.position, written.records), (0, 0));
    assert_eq!(written.view.pause, None);
    assert_eq!(written.pending, []);
    assert_eq!(written.first_tries, []);
    assert_eq!(written.attempts, []);
    let listed = trial
        .platforms()
        .pending_below(NAME, DeliveryFilter::All, u64::MAX, 10)
        .await;
    assert_eq!(listed.unwrap(), []);
}

pub(super) async fn records_beside_orders_are_answered_like_all_of_them(trial: &DeliveryTrial) {
    const ORDERS: usize = 200;
    const RECORDS: u64 = 50;
    let lease = trial.lease(NAME).await;
    let users = trial.shop.users(20, 1_000).await;
    let product = trial.shop.product(1, 10_000).await;
    trial.orders(1).await;
    let recording = tokio::spawn({
        let (outbox, lease) = (trial.outbox(), lease.clone());
        async move {
            for number in 1..=RECORDS {
                let one = Progress {
                    first_tries: vec![run(1, 1, 1)],
                    ..progress(number, 1)
                };
                let recorded = outbox.record(&lease, one).await.unwrap();
                assert_eq!(recorded, Recorded::Durably, "record {number}");
            }
            // One under a lease that somebody else has by now, amid the orders.
            let taken = outbox.take_lease("other", holder(1), lease.term).await;
            let stale = taken.unwrap().unwrap();
            outbox.release_lease(&stale).await.unwrap();
            let taken = outbox.take_lease("other", holder(2), lease.term).await;
            taken.unwrap().unwrap();
            let recorded = outbox.record(&stale, progress(1, 1)).await.unwrap();
            assert_eq!(recorded, Recorded::Fenced);
        }
    });
    let orders = (0..ORDERS).map(|index| plain(place(users[index % users.len()], &[(product, 1)])));
    trial.shop.all_done(orders.collect()).await;
    recording.await.unwrap();
    assert_eq!(trial.standing(&lease).await.records, RECORDS);
    let runs = trial.platforms().first_tries(NAME, 1, 1).await;
    assert_eq!(runs.unwrap().len(), usize::try_from(RECORDS).unwrap());
    let product = trial.shop.store().product(product).await.unwrap().unwrap();
    assert_eq!(product.stock.get(), 10_000 - ORDERS as i64);
}
