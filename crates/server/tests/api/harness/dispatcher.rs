//! A dispatcher by hand: it sends nothing, and records what a test wants to be so.

use std::sync::Arc;
use std::time::Duration;

use jumun_domain::Timestamp;
use jumun_store::delivery::{
    Attempt, AttemptResult, FirstTries, FirstTry, Hold, Lease, Outbox, Pending, Progress, Recorded,
};
use uuid::Uuid;

use super::Shop;

/// Longer than any test: nobody else shall get the lease in between.
const TERM: Duration = Duration::from_secs(3_600);

/// A time that all records have: long past, and the same in every run.
pub(crate) const RECORDED_AT: Timestamp = Timestamp::from_micros(1_763_632_800_000_000);

/// Holds the lease of one platform.
pub(crate) struct Dispatcher {
    outbox: Arc<dyn Outbox>,
    lease: Lease,
}

impl Dispatcher {
    /// Makes the platform known, if it is not, and takes its lease.
    pub(crate) async fn of(shop: &Shop, platform: &str) -> Self {
        let outbox = shop.outbox.clone();
        let lease = outbox.take_lease(platform, Uuid::now_v7(), TERM).await;
        Self {
            lease: lease.unwrap().expect("nobody else holds it"),
            outbox,
        }
    }

    /// Records this as the next progress.
    pub(crate) async fn record(&self, progress: Progress) {
        let standing = self.outbox.keep_lease(&self.lease).await.unwrap();
        let number = standing.expect("it is held").records + 1;
        let progress = Progress { number, ..progress };
        let recorded = self.outbox.record(&self.lease, progress).await.unwrap();
        assert_eq!(recorded, Recorded::Durably);
    }

    /// The event of this sequence, held up for this reason.
    pub(crate) async fn held(&self, sequence: u64, hold: Hold) -> Pending {
        let mut events = self.outbox.events(sequence - 1, 1).await.unwrap();
        let event = events.remove(0).event;
        Pending {
            sequence,
            event_id: event.id,
            user_id: event.order.user_id,
            event_time: event.time,
            replayed: false,
            hold,
        }
    }

    /// Gives the lease back.
    pub(crate) async fn release(self) {
        self.outbox.release_lease(&self.lease).await.unwrap();
    }
}

/// The platform took an event at once, and so for all of the run that are `true`.
pub(crate) fn first_tries(first_sequence: u64, delivered: &[bool]) -> FirstTries {
    let one = |delivered: &bool| match delivered {
        true => FirstTry::Delivered {
            at: RECORDED_AT,
            latency: Duration::from_micros(1_250),
            status: Some(204),
        },
        false => FirstTry::Otherwise,
    };
    FirstTries {
        first_sequence,
        tries: delivered.iter().map(one).collect(),
    }
}

/// An attempt that failed, `number` minutes after the first.
pub(crate) fn failed(
    sequence: u64,
    number: i64,
    result: AttemptResult,
    status: Option<u16>,
) -> Attempt {
    Attempt {
        sequence,
        at: Timestamp::from_micros(RECORDED_AT.as_micros() + number * 60_000_000),
        result,
        status,
        latency: Duration::from_millis(1_500),
        excerpt: format!("{} for reason {number}", result.label()),
    }
}
