//! Platforms, records and times for the cases.

use std::time::Duration;

use jumun_domain::Timestamp;
use uuid::Uuid;

use super::trial::DeliveryTrial;
use crate::NumberedEvent;
use crate::delivery::{
    FirstTries, FirstTry, Hold, Lease, Pending, PlatformView, Progress, Recorded, Standing,
};

/// The platform of a case that needs but one.
pub(super) const NAME: &str = "warehouse";

/// Longer than any case takes.
pub(super) const LONG_TERM: Duration = Duration::from_secs(600);

/// Somewhere in 2023: what is recorded is in the past.
const BASE_MICROS: i64 = 1_700_000_000_000_000;

/// A time to the microsecond, that many seconds after some moment.
pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(BASE_MICROS + second * 1_000_000 + 7)
}

/// Different holders by their number.
pub(super) fn holder(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// A record that only moves the position.
pub(super) fn progress(number: u64, position: u64) -> Progress {
    Progress {
        number,
        position,
        ..Progress::default()
    }
}

/// The event as one that is held up.
pub(super) fn held(it: &NumberedEvent, hold: Hold) -> Pending {
    Pending {
        sequence: it.sequence,
        event_id: it.event.id,
        user_id: it.event.order.user_id,
        event_time: it.event.time,
        replayed: false,
        hold,
    }
}

/// Tried again: it has failed that often, last at that second.
pub(super) fn failing(failed_attempts: u32, last_second: i64) -> Hold {
    Hold::Failing {
        failed_attempts,
        first_failed_at: at(0),
        last_failed_at: at(last_second),
        next_attempt_at: at(last_second + 5),
    }
}

/// A dead letter that failed last at that second.
pub(super) fn dead(last_second: i64) -> Hold {
    Hold::Dead {
        failed_attempts: 1_000,
        first_failed_at: at(0),
        last_failed_at: at(last_second),
        died_at: at(last_second + 1),
    }
}

/// Delivered at once, at that second.
pub(super) fn delivered(second: i64) -> FirstTry {
    FirstTry::Delivered {
        at: at(second),
        latency: Duration::from_micros(421),
        status: Some(204),
    }
}

/// A run of events, each delivered at once at that second.
pub(super) fn run(first_sequence: u64, count: usize, second: i64) -> FirstTries {
    FirstTries {
        first_sequence,
        tries: vec![delivered(second); count],
    }
}

impl DeliveryTrial {
    /// Takes the lease of the platform of that name.
    pub(super) async fn lease(&self, name: &str) -> Lease {
        let taken = self.outbox().take_lease(name, holder(1), LONG_TERM).await;
        taken.unwrap().unwrap()
    }

    /// Has that many orders placed by one new user, and returns their events.
    pub(super) async fn orders(&self, count: usize) -> Vec<NumberedEvent> {
        let before = self.events().await.last().map_or(0, |it| it.sequence);
        let price = 10;
        let user = self.shop.user(price * i64::try_from(count).unwrap()).await;
        let product = self.shop.product(price, 1_000_000).await;
        for _ in 0..count {
            self.shop.order(user, &[(product, 1)]).await;
        }
        let events = self.outbox().events(before, count + 1).await.unwrap();
        assert_eq!(events.len(), count, "one event an order");
        events
    }

    /// All events.
    pub(super) async fn events(&self) -> Vec<NumberedEvent> {
        self.outbox().events(0, usize::MAX).await.unwrap()
    }

    /// Keeps the lease, which must be held.
    pub(super) async fn standing(&self, lease: &Lease) -> Standing {
        self.outbox().keep_lease(lease).await.unwrap().unwrap()
    }

    /// Records what must be taken.
    pub(super) async fn record(&self, lease: &Lease, progress: Progress) {
        let recorded = self.outbox().record(lease, progress).await.unwrap();
        assert_eq!(recorded, Recorded::Durably);
    }

    /// The platform as operators see it, which must be known.
    pub(super) async fn view(&self, name: &str) -> PlatformView {
        let found = self.platforms().platform(name).await.unwrap();
        found.unwrap_or_else(|| panic!("the platform {name} is known"))
    }
}
