//! Wishes to send events again.

use super::fixtures::{NAME, at, progress};
use super::trial::DeliveryTrial;
use crate::delivery::{
    MAX_OPEN_REPLAYS, Progress, Replay, ReplayProgress, ReplayRange, ReplayRefused,
};

async fn ask(trial: &DeliveryTrial, range: ReplayRange) -> Result<Replay, ReplayRefused> {
    trial
        .platforms()
        .replay(NAME, range, &jumun_domain::Actor::local())
        .await
        .unwrap()
}

fn sequences(first: u64, last: u64) -> ReplayRange {
    ReplayRange::Sequences { first, last }
}

pub(super) async fn a_replay_is_there_until_it_is_finished(trial: &DeliveryTrial) {
    let mut lease = trial.lease(NAME).await;
    let other = trial.lease("other").await;
    trial.orders(9).await;
    let mut asked = Vec::new();
    for range in [
        sequences(2, 8),
        ReplayRange::FailedSince(at(5)),
        sequences(2, 8),
        sequences(9, 9),
    ] {
        let replay = ask(trial, range).await.unwrap();
        assert_eq!(replay.range, range);
        if let ReplayRange::Sequences { first, .. } = range {
            assert_eq!(replay.position, first - 1);
        }
        asked.push(replay);
    }
    let mut ids: Vec<_> = asked.iter().map(|it| it.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), asked.len(), "each has an id of its own");
    assert!(asked.is_sorted_by_key(|it| it.requested_at));
    assert_eq!(trial.standing(&lease).await.replays, asked);
    assert_eq!(trial.view(NAME).await.replays, asked);
    assert_eq!(trial.standing(&other).await.replays, []);

    let advance = |place: usize, position, finished| ReplayProgress {
        id: asked[place].id,
        position,
        finished,
    };
    let record = Progress {
        replays: vec![
            advance(0, 5, false),
            advance(1, 0, true),
            advance(3, 9, true),
        ],
        ..progress(1, 0)
    };
    trial.record(&lease, record).await;
    let advanced = Replay {
        position: 5,
        ..asked[0].clone()
    };
    let left = [advanced, asked[2].clone()];
    assert_eq!(trial.standing(&lease).await.replays, left);
    trial.outbox().release_lease(&lease).await.unwrap();
    trial.shop.restart().await;
    lease = trial.lease(NAME).await;
    assert_eq!(trial.standing(&lease).await.replays, left);

    // One that is finished already is no matter.
    let record = Progress {
        replays: [0, 1, 2].map(|place| advance(place, 8, true)).to_vec(),
        ..progress(2, 0)
    };
    trial.record(&lease, record).await;
    assert_eq!(trial.standing(&lease).await.replays, []);
    assert_eq!(trial.view(NAME).await.replays, []);
}

pub(super) async fn a_replay_ends_with_the_newest_event(trial: &DeliveryTrial) {
    trial.lease(NAME).await;
    trial.orders(4).await;
    for last in [4, 5, 1_000, u64::MAX] {
        let replay = ask(trial, sequences(3, last)).await.unwrap();
        assert_eq!(replay.range, sequences(3, 4), "asked up to {last}");
    }
}

pub(super) async fn a_replay_that_cannot_be_is_refused_for_its_reason(trial: &DeliveryTrial) {
    assert_eq!(
        ask(trial, sequences(1, 1)).await,
        Err(ReplayRefused::NoSuchPlatform)
    );
    let lease = trial.lease(NAME).await;
    let no_event = |newest| Err(ReplayRefused::NoSuchEvent { newest });
    assert_eq!(ask(trial, sequences(1, 1)).await, no_event(0));
    trial.orders(3).await;
    for (first, last) in [(4, 4), (4, 9), (u64::MAX, u64::MAX), (3, 2)] {
        let refused = ask(trial, sequences(first, last)).await;
        assert_eq!(refused, no_event(3), "from {first} to {last}");
    }
    assert_eq!(trial.standing(&lease).await.replays, []);
}

pub(super) async fn so_many_replays_at_once_and_no_more(trial: &DeliveryTrial) {
    let lease = trial.lease(NAME).await;
    let other = trial.lease("other").await;
    trial.orders(1).await;
    let mut asked = Vec::new();
    for _ in 0..MAX_OPEN_REPLAYS {
        asked.push(ask(trial, sequences(1, 1)).await.unwrap());
    }
    for range in [sequences(1, 1), ReplayRange::FailedSince(at(1))] {
        assert_eq!(ask(trial, range).await, Err(ReplayRefused::TooMany));
    }
    let elsewhere = trial
        .platforms()
        .replay("other", sequences(1, 1), &jumun_domain::Actor::local())
        .await;
    assert!(elsewhere.unwrap().is_ok(), "another platform has room");
    assert_eq!(trial.standing(&other).await.replays.len(), 1);
    let record = Progress {
        replays: vec![ReplayProgress {
            id: asked[7].id,
            position: 1,
            finished: true,
        }],
        ..progress(1, 0)
    };
    trial.record(&lease, record).await;
    let room = ask(trial, ReplayRange::FailedSince(at(1))).await.unwrap();
    let open = trial.standing(&lease).await.replays;
    assert_eq!(open.len(), MAX_OPEN_REPLAYS);
    assert_eq!(open.last(), Some(&room));
}
