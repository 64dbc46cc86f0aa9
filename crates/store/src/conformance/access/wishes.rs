//! The lines of what operators do with data platforms.

use std::time::Duration;

use jumun_domain::{Actor, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::fixtures::{object, operator};
use super::trial::AccessTrial;
use crate::access::ChangeRecord;
use crate::conformance::Deliveries;
use crate::delivery::{Lease, MAX_OPEN_REPLAYS, Progress, Recorded, ReplayRange};

const NAME: &str = "창고 \"1\"";
const SUBJECT: &str = "platform:창고 \"1\"";

/// Longer than any case takes.
const LONG_TERM: Duration = Duration::from_secs(600);

async fn lease(deliveries: &Deliveries) -> Lease {
    let holder = Uuid::from_u128(1);
    let taken = deliveries.outbox.take_lease(NAME, holder, LONG_TERM).await;
    taken.unwrap().unwrap()
}

/// Places that many orders, so that there are events to send again.
async fn orders(trial: &AccessTrial, count: usize) {
    let user = trial.shop.user(1_000).await;
    let product = trial.shop.product(1, 1_000).await;
    for _ in 0..count {
        trial.shop.order(user, &[(product, 1)]).await;
    }
}

fn check(line: &ChangeRecord, action: &str, before: Option<Value>, after: Option<Value>) {
    assert_eq!((&*line.action, &*line.subject), (action, SUBJECT));
    assert_eq!(line.actor, operator());
    assert_eq!(object(line.before.as_ref()), before, "{line:?}");
    assert_eq!(object(line.after.as_ref()), after, "{line:?}");
    assert_eq!(line.reason, None);
}

pub(super) async fn each_wish_leaves_its_line(trial: &AccessTrial, deliveries: Deliveries) {
    let platforms = &deliveries.platforms;
    let by = &operator();
    orders(trial, 3).await;
    let lease = lease(&deliveries).await;
    let progress = Progress {
        number: 1,
        position: 3,
        ..Progress::default()
    };
    let recorded = deliveries.outbox.record(&lease, progress).await.unwrap();
    assert_eq!(recorded, Recorded::Durably);
    let began = trial.shop.now().await;
    assert!(platforms.pause(NAME, by).await.unwrap());
    assert!(platforms.resume(NAME, by).await.unwrap());
    let range = ReplayRange::Sequences { first: 2, last: 9 };
    let replay = platforms.replay(NAME, range, by).await.unwrap().unwrap();
    let since = ReplayRange::FailedSince(Timestamp::from_micros(9_000_000_000_000_000));
    let failed = platforms.replay(NAME, since, by).await.unwrap().unwrap();
    deliveries.outbox.release_lease(&lease).await.unwrap();
    assert_eq!(platforms.forget(NAME, by).await.unwrap(), Some(true));
    let ended = trial.shop.now().await;

    let lines = trial.lines_of(SUBJECT).await;
    assert_eq!(lines.len(), 5, "{lines:#?}");
    assert!(lines.iter().all(|it| (began..=ended).contains(&it.at)));
    let paused = |paused: bool| Some(json!({ "paused": paused }));
    check(&lines[0], "platform.pause", paused(false), paused(true));
    check(&lines[1], "platform.resume", paused(true), paused(false));
    // As far as there are events.
    let asked = json!({
        "replayId": replay.id.0.to_string(), "first": 2, "last": 3, "failedSince": null,
    });
    check(&lines[2], "platform.replay", None, Some(asked));
    let asked = json!({
        "replayId": failed.id.0.to_string(), "first": null, "last": null,
        "failedSince": "2255-03-14T16:00:00Z",
    });
    check(&lines[3], "platform.replay", None, Some(asked));
    let forgotten = Some(json!({ "position": 3 }));
    check(&lines[4], "platform.forget", forgotten, None);
}

pub(super) async fn a_wish_that_changes_nothing_leaves_no_line(
    trial: &AccessTrial,
    deliveries: Deliveries,
) {
    let platforms = &deliveries.platforms;
    let by = &operator();
    let all = ReplayRange::Sequences { first: 1, last: 9 };
    assert!(!platforms.pause(NAME, by).await.unwrap());
    assert!(!platforms.resume(NAME, by).await.unwrap());
    assert_eq!(platforms.forget(NAME, by).await.unwrap(), None);
    assert!(platforms.replay(NAME, all, by).await.unwrap().is_err());
    orders(trial, 1).await;
    let lease = lease(&deliveries).await;
    assert!(platforms.resume(NAME, by).await.unwrap(), "for nothing");
    assert_eq!(platforms.forget(NAME, by).await.unwrap(), Some(false));
    let later = ReplayRange::Sequences { first: 8, last: 9 };
    assert!(platforms.replay(NAME, later, by).await.unwrap().is_err());
    assert_eq!(trial.lines().await, [], "nothing was done");

    assert!(platforms.pause(NAME, by).await.unwrap());
    assert!(platforms.pause(NAME, by).await.unwrap(), "for nothing");
    assert!(platforms.resume(NAME, by).await.unwrap());
    assert!(platforms.resume(NAME, by).await.unwrap(), "for nothing");
    for _ in 0..MAX_OPEN_REPLAYS {
        platforms.replay(NAME, all, by).await.unwrap().unwrap();
    }
    assert!(platforms.replay(NAME, all, by).await.unwrap().is_err());
    assert_eq!(trial.lines().await.len(), 2 + MAX_OPEN_REPLAYS);

    // The platform itself is no operator; its pause is one already.
    let gone = Progress {
        number: 1,
        position: 1,
        gone_at: Some(trial.shop.now().await),
        ..Progress::default()
    };
    let recorded = deliveries.outbox.record(&lease, gone).await.unwrap();
    assert_eq!(recorded, Recorded::Durably);
    assert!(platforms.pause(NAME, by).await.unwrap(), "for nothing");
    assert_eq!(trial.lines().await.len(), 2 + MAX_OPEN_REPLAYS);
    assert!(platforms.resume(NAME, by).await.unwrap());
    assert_eq!(trial.lines().await.len(), 3 + MAX_OPEN_REPLAYS);
}

pub(super) async fn of_pauses_at_once_one_leaves_a_line(
    trial: &AccessTrial,
    deliveries: Deliveries,
) {
    const AT_ONCE: usize = 10;
    lease(&deliveries).await;
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|task| {
            let platforms = deliveries.platforms.clone();
            tokio::spawn(async move {
                let by = Actor::token(task);
                platforms.pause(NAME, &by).await.unwrap()
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(trial.lines_of(SUBJECT).await.len(), 1);
}
