//! What operators do with platforms.

use super::fixtures::{LONG_TERM, NAME, at, dead, held, holder, progress, run};
use super::trial::DeliveryTrial;
use crate::delivery::{
    Attempt, AttemptResult, DeliveryFilter, PauseReason, Progress, Recorded, ReplayRange,
};

pub(super) async fn a_pause_lasts_until_it_is_taken_back(trial: &DeliveryTrial) {
    let platforms = trial.platforms();
    assert!(
        !platforms
            .pause(NAME, &jumun_domain::Actor::local())
            .await
            .unwrap(),
        "there is none"
    );
    assert!(
        !platforms
            .resume(NAME, &jumun_domain::Actor::local())
            .await
            .unwrap(),
        "there is none"
    );
    let mut lease = trial.lease(NAME).await;
    let other = trial.lease("other").await;
    assert!(
        platforms
            .resume(NAME, &jumun_domain::Actor::local())
            .await
            .unwrap(),
        "for nothing"
    );
    let before = trial.shop.now().await;
    assert!(
        platforms
            .pause(NAME, &jumun_domain::Actor::local())
            .await
            .unwrap()
    );
    let after = trial.shop.now().await;
    let pause = trial.standing(&lease).await.pause.unwrap();
    assert_eq!(pause.reason, PauseReason::Operator);
    assert!(
        (before..=after).contains(&pause.since),
        "{before:?} <= {:?} <= {after:?}",
        pause.since
    );
    assert!(
        platforms
            .pause(NAME, &jumun_domain::Actor::local())
            .await
            .unwrap(),
        "for nothing"
    );
    assert_eq!(trial.view(NAME).await.pause, Some(pause));
    assert_eq!(trial.standing(&other).await.pause, None);

    trial.outbox().release_lease(&lease).await.unwrap();
    trial.shop.restart().await;
    lease = trial.lease(NAME).await;
    assert_eq!(trial.standing(&lease).await.pause, Some(pause));
    assert!(
        trial
            .platforms()
            .resume(NAME, &jumun_domain::Actor::local())
            .await
            .unwrap()
    );
    assert_eq!(trial.standing(&lease).await.pause, None);
    assert_eq!(trial.view(NAME).await.pause, None);
}

pub(super) async fn a_platform_that_wants_no_more_is_paused(trial: &DeliveryTrial) {
    let lease = trial.lease(NAME).await;
    let gone = |number, second| Progress {
        gone_at: Some(at(second)),
        ..progress(number, 0)
    };
    trial.record(&lease, gone(1, 3)).await;
    let pause = trial.standing(&lease).await.pause.unwrap();
    assert_eq!((pause.reason, pause.since), (PauseReason::Gone, at(3)));
    trial.record(&lease, gone(2, 4)).await;
    assert!(
        trial
            .platforms()
            .pause(NAME, &jumun_domain::Actor::local())
            .await
            .unwrap()
    );
    trial.record(&lease, progress(3, 0)).await;
    assert_eq!(
        trial.standing(&lease).await.pause,
        Some(pause),
        "the first reason stays"
    );
    assert!(
        trial
            .platforms()
            .resume(NAME, &jumun_domain::Actor::local())
            .await
            .unwrap()
    );
    assert_eq!(trial.standing(&lease).await.pause, None);

    assert!(
        trial
            .platforms()
            .pause(NAME, &jumun_domain::Actor::local())
            .await
            .unwrap()
    );
    trial.record(&lease, gone(4, 5)).await;
    let pause = trial.standing(&lease).await.pause.unwrap();
    assert_eq!(pause.reason, PauseReason::Operator);
}

pub(super) async fn platforms_are_listed_by_name(trial: &DeliveryTrial) {
    assert_eq!(trial.platforms().platforms().await.unwrap(), []);
    for name in ["c", "a", "b"] {
        trial.lease(name).await;
    }
    trial
        .platforms()
        .pause("b", &jumun_domain::Actor::local())
        .await
        .unwrap();
    let listed = trial.platforms().platforms().await.unwrap();
    let told: Vec<_> = listed
        .iter()
        .map(|it| (&*it.name, it.pause.is_some(), it.leased_until.is_some()))
        .collect();
    assert_eq!(
        told,
        [("a", false, true), ("b", true, true), ("c", false, true)]
    );
}

pub(super) async fn a_platform_may_have_any_name(trial: &DeliveryTrial) {
    let names = [
        "창고 데이터".to_owned(),
        "https://data.example/v1?a=b%20c#d".to_owned(),
        "it's \"the\" \\ 'one'; --".to_owned(),
        "Case".to_owned(),
        "case".to_owned(),
        " case ".to_owned(),
        "é".to_owned(),
        "e\u{301}".to_owned(),
        "x".repeat(255),
        "가".repeat(85),
        "x".repeat(254),
    ];
    for (name, number) in names.iter().zip(1..) {
        let outbox = trial.outbox();
        let taken = outbox.take_lease(name, holder(number), LONG_TERM).await;
        taken.unwrap().unwrap();
    }
    let platforms = trial.platforms();
    assert_eq!(platforms.platforms().await.unwrap().len(), names.len());
    for name in &names {
        assert_eq!(trial.view(name).await.name, *name);
        assert!(
            platforms
                .pause(name, &jumun_domain::Actor::local())
                .await
                .unwrap(),
            "{name}"
        );
        let found = platforms.delivery(name, 1).await.unwrap();
        assert_eq!(found, None, "{name}");
    }
}

/// Records something of each kind for a platform; it needs three events.
async fn furnish(trial: &DeliveryTrial, name: &str) -> crate::delivery::Lease {
    let lease = trial.lease(name).await;
    let events = trial.orders(3).await;
    let position = events[2].sequence;
    let record = Progress {
        first_tries: vec![run(position - 2, 2, 1)],
        held: vec![held(&events[2], dead(2))],
        attempts: vec![Attempt {
            sequence: position,
            at: at(2),
            result: AttemptResult::Tls,
            status: None,
            latency: std::time::Duration::from_micros(1),
            excerpt: "an unknown issuer".to_owned(),
        }],
        ..progress(1, position)
    };
    trial.record(&lease, record).await;
    let range = ReplayRange::Sequences { first: 1, last: 1 };
    let asked = trial
        .platforms()
        .replay(name, range, &jumun_domain::Actor::local())
        .await;
    asked.unwrap().unwrap();
    lease
}

pub(super) async fn a_forgotten_platform_leaves_nothing_but_the_events(trial: &DeliveryTrial) {
    let platforms = trial.platforms();
    assert_eq!(
        platforms
            .forget(NAME, &jumun_domain::Actor::local())
            .await
            .unwrap(),
        None
    );
    let other = furnish(trial, "other").await;
    let lease = furnish(trial, NAME).await;
    let untouched = trial.standing(&other).await;
    assert_eq!(
        platforms
            .forget(NAME, &jumun_domain::Actor::local())
            .await
            .unwrap(),
        Some(false),
        "somebody delivers to it"
    );
    trial.standing(&lease).await;
    trial.outbox().release_lease(&lease).await.unwrap();
    let events = trial.events().await;
    assert_eq!(
        platforms
            .forget(NAME, &jumun_domain::Actor::local())
            .await
            .unwrap(),
        Some(true)
    );
    assert_eq!(
        platforms
            .forget(NAME, &jumun_domain::Actor::local())
            .await
            .unwrap(),
        None
    );
    assert_eq!(platforms.platform(NAME).await.unwrap(), None);
    assert_eq!(platforms.platforms().await.unwrap().len(), 1);
    assert_eq!(trial.events().await, events);
    assert_eq!(trial.outbox().keep_lease(&lease).await.unwrap(), None);
    let late = trial.outbox().record(&lease, progress(2, 6)).await.unwrap();
    assert_eq!(late, Recorded::Fenced);

    // One of the same name is another platform.
    let again = trial.lease(NAME).await;
    assert_ne!(again.platform, lease.platform);
    let standing = trial.standing(&again).await;
    assert_eq!((standing.position, standing.records), (6, 0));
    assert_eq!(standing.replays, []);
    assert_eq!(trial.outbox().pending(&again).await.unwrap(), []);
    let below = platforms.pending_below(NAME, DeliveryFilter::All, 100, 10);
    assert_eq!(below.await.unwrap(), []);
    assert_eq!(platforms.first_tries(NAME, 1, 10).await.unwrap(), []);
    assert_eq!(platforms.attempts(NAME, &[6], 10).await.unwrap(), []);
    let late = trial.outbox().record(&lease, progress(1, 6)).await.unwrap();
    assert_eq!(late, Recorded::Fenced);

    assert_eq!(trial.standing(&other).await, untouched);
    let pending = trial.outbox().pending(&other).await.unwrap();
    assert_eq!(pending.len(), 1);
}
