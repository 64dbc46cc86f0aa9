//! All that a dispatcher and operators ask for.

use std::time::Duration;

use jumun_domain::{Actor, Timestamp};
use jumun_store::NumberedEvent;
use jumun_store::delivery::{
    Attempt, AttemptResult, DeliveryFilter, FirstTries, FirstTry, Hold, Lease, Outbox, Pending,
    Platforms, Progress, Recorded, Replay, ReplayProgress, ReplayRange,
};
use jumun_store::{Fault, Page};
use uuid::Uuid;

use crate::shop::{Shop, Tried, found, read};

/// Longer than a round takes.
const TERM: Duration = Duration::from_secs(600);

/// When everything ended.
const ENDED: Timestamp = Timestamp::from_micros(1);

/// Delivers the events of a shop that has some to a platform of this round, and
/// lets operators do with that what they can; then it is forgotten.
pub(crate) async fn all(shop: &Shop, round: i64) -> Tried<()> {
    let (store, by) = (&shop.0, Actor::local());
    let name = &*format!("platform-{round}");
    let taken = store.take_lease(name, Uuid::from_u128(1), TERM).await;
    let lease = found("a lease", taken)?;
    found("a standing", store.keep_lease(&lease).await)?;
    let events = read("events", Outbox::events(store, 0, usize::MAX >> 1).await)?;
    let event = events.last().ok_or("there is no event")?;
    read("a pause", store.pause(name, &by).await)?;
    read("its end", store.resume(name, &by).await)?;
    let range = ReplayRange::Sequences {
        first: 1,
        last: event.sequence,
    };
    let replay = read("a replay", store.replay(name, range, &by).await)?;
    let replay = replay.map_err(|refused| refused.to_string())?;
    record(shop, &lease, event, &replay).await?;
    look_up(shop, name, &lease, event.sequence).await?;
    let later = Timestamp::from_micros(ENDED.as_micros() + 1);
    read("pruning", store.prune(&lease, later).await)?;
    read("the end of a lease", store.release_lease(&lease).await)?;
    match read("forgetting", store.forget(name, &by).await)? {
        Some(true) => Ok(()),
        other => Err(format!("forgetting is answered {other:?}")),
    }
}

/// An event that fails twice and is delivered, and another beside it.
async fn record(shop: &Shop, lease: &Lease, event: &NumberedEvent, replay: &Replay) -> Tried<()> {
    let failing = Pending {
        sequence: event.sequence,
        event_id: event.event.id,
        user_id: event.event.order.user_id,
        event_time: event.event.time,
        replayed: true,
        hold: Hold::Failing {
            failed_attempts: 1,
            first_failed_at: ENDED,
            last_failed_at: ENDED,
            next_attempt_at: ENDED,
        },
    };
    let done = |finished| ReplayProgress {
        id: replay.id,
        position: event.sequence,
        finished,
    };
    let position = event.sequence;
    let failed = Progress {
        number: 1,
        position,
        first_tries: vec![FirstTries {
            first_sequence: position,
            tries: vec![FirstTry::Delivered {
                at: ENDED,
                latency: Duration::ZERO,
                status: None,
            }],
        }],
        held: vec![failing.clone()],
        attempts: vec![Attempt {
            sequence: position,
            at: ENDED,
            result: AttemptResult::Timeout,
            status: None,
            latency: Duration::ZERO,
            excerpt: String::new(),
        }],
        replays: vec![done(false)],
        ..Progress::default()
    };
    let failed_again = Progress {
        number: 2,
        position,
        held: vec![failing],
        ..Progress::default()
    };
    let delivered = Progress {
        number: 3,
        position,
        delivered: vec![position],
        replays: vec![done(true)],
        ..Progress::default()
    };
    for progress in [failed, failed_again, delivered] {
        let recorded = read("a record", shop.0.record(lease, progress).await)?;
        if recorded != Recorded::Durably {
            return Err("another has the lease".to_owned());
        }
    }
    Ok(())
}

async fn look_up(shop: &Shop, name: &str, lease: &Lease, sequence: u64) -> Tried<()> {
    let store = &shop.0;
    read("pending events", store.pending(lease).await)?;
    read("platforms", store.platforms().await)?;
    found("a platform", store.platform(name).await)?;
    found("a delivery", store.delivery(name, sequence).await)?;
    let page = Page {
        after: None,
        limit: 5,
    };
    for filter in [DeliveryFilter::All, DeliveryFilter::Dead] {
        let listed: Result<_, Fault> = store.deliveries(name, filter, page).await;
        found("deliveries", listed)?;
    }
    Ok(())
}
