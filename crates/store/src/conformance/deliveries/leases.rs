//! Who may deliver to a platform, and where it begins.

use std::time::{Duration, Instant};

use super::fixtures::{LONG_TERM, NAME, holder, progress};
use super::harness::Leases;
use super::trial::DeliveryTrial;

/// Short enough to be waited for, long enough that a busy machine asks once
/// more within it.
const SHORT_TERM: Duration = Duration::from_secs(2);

/// Far more than any term: who waits so long waits for ever.
const DEADLINE: Duration = Duration::from_secs(60);

/// Between two looks at what is waited for.
const POLL: Duration = Duration::from_millis(20);

pub(super) async fn a_new_platform_begins_after_the_newest_event(trial: &DeliveryTrial) {
    let first = trial.lease("first").await;
    trial.orders(3).await;
    let second = trial.lease("second").await;
    trial.orders(2).await;
    for (name, lease, begins_after) in [("first", first, 0), ("second", second, 3)] {
        let standing = trial.standing(&lease).await;
        assert_eq!(standing.position, begins_after, "{name}");
        assert_eq!(standing.newest, 5, "{name}");
        assert_eq!(standing.records, 0, "{name}");
        assert_eq!(standing.pause, None, "{name}");
        assert_eq!(standing.replays, [], "{name}");
        let view = trial.view(name).await;
        assert_eq!(
            (view.starts_after, view.position, view.newest),
            (begins_after, begins_after, 5),
            "{name}"
        );
    }
}

pub(super) async fn a_known_platform_keeps_its_place_over_restarts(trial: &DeliveryTrial) {
    let lease = trial.lease(NAME).await;
    trial.orders(5).await;
    trial.record(&lease, progress(1, 2)).await;
    trial.record(&lease, progress(2, 3)).await;
    let before = trial.view(NAME).await;
    trial.outbox().release_lease(&lease).await.unwrap();
    trial.shop.restart().await;
    let again = trial.lease(NAME).await;
    assert_eq!(again.platform, lease.platform);
    assert!(again.epoch > lease.epoch, "{again:?} after {lease:?}");
    let standing = trial.standing(&again).await;
    assert_eq!((standing.position, standing.records), (3, 2));
    let after = trial.view(NAME).await;
    assert_eq!(
        (after.created_at, after.starts_after),
        (before.created_at, 0)
    );
    trial.record(&again, progress(3, 5)).await;
    assert_eq!(trial.view(NAME).await.position, 5);
}

pub(super) async fn a_lease_is_held_by_one_holder_at_a_time(trial: &DeliveryTrial) {
    let outbox = trial.outbox();
    let take = async |number| {
        let taken = outbox.take_lease(NAME, holder(number), SHORT_TERM).await;
        taken.unwrap()
    };
    let began = Instant::now();
    let first = take(1).await.unwrap();
    let second = match trial.leases {
        Leases::Exclusive => take(2).await.unwrap(),
        Leases::Terms => loop {
            let asked = began.elapsed();
            if let Some(lease) = take(2).await {
                let held_for = began.elapsed();
                assert!(held_for >= SHORT_TERM, "taken away after {held_for:?}");
                break lease;
            }
            assert!(asked < DEADLINE, "nobody gets the lease");
            tokio::time::sleep(POLL).await;
        },
    };
    assert_eq!(second.platform, first.platform);
    assert!(second.epoch > first.epoch, "{second:?} after {first:?}");
    assert_eq!(outbox.keep_lease(&first).await.unwrap(), None);
    assert!(outbox.keep_lease(&second).await.unwrap().is_some());
}

pub(super) async fn a_lease_that_was_given_back_is_free_at_once(trial: &DeliveryTrial) {
    let outbox = trial.outbox();
    assert_eq!(trial.platforms().platform(NAME).await.unwrap(), None);
    let mut last_epoch = i64::MIN;
    for number in 1..=3 {
        let taken = outbox.take_lease(NAME, holder(number), LONG_TERM).await;
        let lease = taken.unwrap().unwrap();
        assert!(lease.epoch > last_epoch);
        last_epoch = lease.epoch;
        assert!(trial.view(NAME).await.leased_until.is_some());
        outbox.release_lease(&lease).await.unwrap();
        assert_eq!(trial.view(NAME).await.leased_until, None);
        // For nothing, but no fault.
        outbox.release_lease(&lease).await.unwrap();
    }
}

pub(super) async fn a_holder_that_asks_again_gets_a_new_epoch(trial: &DeliveryTrial) {
    let first = trial.lease(NAME).await;
    let second = trial.lease(NAME).await;
    assert!(second.epoch > first.epoch, "{second:?} after {first:?}");
    assert_eq!(second.term, LONG_TERM);
    let outbox = trial.outbox();
    assert_eq!(outbox.keep_lease(&first).await.unwrap(), None);
    assert!(outbox.keep_lease(&second).await.unwrap().is_some());
}

pub(super) async fn a_late_return_leaves_the_next_holder_its_lease(trial: &DeliveryTrial) {
    let outbox = trial.outbox();
    let first = trial.lease(NAME).await;
    outbox.release_lease(&first).await.unwrap();
    let taken = outbox.take_lease(NAME, holder(2), LONG_TERM).await;
    let second = taken.unwrap().unwrap();
    outbox.release_lease(&first).await.unwrap();
    assert!(outbox.keep_lease(&second).await.unwrap().is_some());
    assert!(trial.view(NAME).await.leased_until.is_some());
}

pub(super) async fn a_lease_of_one_platform_is_none_of_another(trial: &DeliveryTrial) {
    let lease = trial.lease(NAME).await;
    let other = trial.lease("other").await;
    assert_ne!(lease.platform, other.platform);
    trial.orders(2).await;
    trial.record(&lease, progress(1, 2)).await;
    trial.outbox().release_lease(&lease).await.unwrap();
    let standing = trial.standing(&other).await;
    assert_eq!((standing.position, standing.records), (0, 0));
}
