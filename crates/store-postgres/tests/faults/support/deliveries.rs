//! A dispatcher's part, step by step.

use std::time::Duration;

use jumun_domain::{EventId, Timestamp};
use jumun_store::Fault;
use jumun_store::delivery::{
    Attempt, AttemptResult, FirstTries, FirstTry, Hold, Lease, Outbox as _, Pending, Progress,
    Recorded,
};
use uuid::Uuid;

use super::commands::user;
use super::shop::{Instance, Shop};
use super::wait::in_time;

/// The platform of all tests.
pub(crate) const PLATFORM: &str = "warehouse";

/// Longer than a test takes.
pub(crate) const LONG_TERM: Duration = Duration::from_secs(600);

/// Two who deliver.
pub(crate) const HOLDERS: [Uuid; 2] = [Uuid::from_u128(1), Uuid::from_u128(2)];

const SOME_TIME: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// Takes the lease, which must be free.
pub(crate) async fn lease(instance: &Instance) -> Lease {
    let taken = instance.take_lease(PLATFORM, HOLDERS[0], LONG_TERM);
    let taken = in_time("a lease", taken).await;
    taken.expect("no fault").expect("it is free")
}

/// A record with a row of each kind: one event at once, one that fails.
pub(crate) fn progress(number: u64) -> Progress {
    let (first, second) = (number * 2 - 1, number * 2);
    Progress {
        number,
        position: second,
        first_tries: vec![FirstTries {
            first_sequence: first,
            tries: vec![FirstTry::Delivered {
                at: SOME_TIME,
                latency: Duration::from_millis(1),
                status: Some(204),
            }],
        }],
        held: vec![Pending {
            sequence: second,
            event_id: EventId(Uuid::from_u128(second.into())),
            user_id: user(1),
            event_time: SOME_TIME,
            replayed: false,
            hold: Hold::Failing {
                failed_attempts: 1,
                first_failed_at: SOME_TIME,
                last_failed_at: SOME_TIME,
                next_attempt_at: SOME_TIME,
            },
        }],
        attempts: vec![Attempt {
            sequence: second,
            at: SOME_TIME,
            result: AttemptResult::Status,
            status: Some(500),
            latency: Duration::from_millis(1),
            excerpt: "it is on fire".to_owned(),
        }],
        ..Progress::default()
    }
}

/// Records, without a fault, whatever happens to the connection.
pub(crate) async fn record(instance: &Instance, lease: &Lease, number: u64) -> Recorded {
    let recorded = in_time("a record", instance.record(lease, progress(number))).await;
    recorded.expect("no fault")
}

/// Asks again after each fault, as a dispatcher does.
pub(crate) async fn repeated<T>(mut ask: impl AsyncFnMut() -> Result<T, Fault>) -> T {
    in_time("an answer", async {
        loop {
            if let Ok(answer) = ask().await {
                return answer;
            }
        }
    })
    .await
}

/// The records, rows and position that so many records make, each done once.
pub(crate) fn check(shop: &Shop, records: u64) {
    let found = shop.sql(
        "SELECT records, position, (SELECT count(*) FROM pending_deliveries), \
         (SELECT count(*) FROM delivery_attempts), (SELECT count(*) FROM delivery_log) \
         FROM platforms",
    );
    let position = records * 2;
    let expected = format!("{records}|{position}|{records}|{records}|{records}");
    assert_eq!(found, expected);
}
