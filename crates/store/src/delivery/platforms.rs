//! The operators' side.

use async_trait::async_trait;
use jumun_domain::Actor;

use super::attempt::Attempt;
use super::log::{FirstTries, FirstTry};
use super::pending::Pending;
use super::replay::{Replay, ReplayRange, ReplayRefused};
use super::view::{DeliveryFilter, DeliveryState, DeliveryView, MAX_ATTEMPTS_SHOWN, PlatformView};
use super::{AttemptResult, Hold};
use crate::fault::Fault;
use crate::page::{Page, PageOf};
use crate::reads::NumberedEvent;

/// What operators ask of an engine, beside a running server too: each write is
/// one short transaction, and leaves its line in the history of changes within it.
///
/// An engine provides the first group of methods. How an event stands at a
/// platform is put together from them in one place, here.
#[async_trait]
pub trait Platforms: Send + Sync + 'static {
    /// All platforms that are known, by name.
    async fn platforms(&self) -> Result<Vec<PlatformView>, Fault>;

    /// One platform.
    async fn platform(&self, name: &str) -> Result<Option<PlatformView>, Fault>;

    /// Events with a sequence above `after`, oldest first, up to `limit`.
    async fn numbered_events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault>;

    /// Pending events of the platform with a sequence below `below` that pass
    /// the filter, newest first, up to `limit`.
    async fn pending_below(
        &self,
        name: &str,
        filter: DeliveryFilter,
        below: u64,
        limit: usize,
    ) -> Result<Vec<Pending>, Fault>;

    /// The packed runs that hold any of the sequences from `first` to `last`,
    /// both included, in any order.
    async fn first_tries(
        &self,
        name: &str,
        first: u64,
        last: u64,
    ) -> Result<Vec<FirstTries>, Fault>;

    /// The last attempts that are recorded by themselves, at most `limit` for
    /// each of these sequences, by sequence and then oldest first.
    async fn attempts(
        &self,
        name: &str,
        sequences: &[u64],
        limit: usize,
    ) -> Result<Vec<Attempt>, Fault>;

    /// Has events sent again. The dispatcher takes it up within seconds, after
    /// a pause if there is one.
    async fn replay(
        &self,
        name: &str,
        range: ReplayRange,
        by: &Actor,
    ) -> Result<Result<Replay, ReplayRefused>, Fault>;

    /// Stops what is sent to a platform, within seconds. `false` when there is
    /// none of that name. One that is paused stays so for its first reason.
    async fn pause(&self, name: &str, by: &Actor) -> Result<bool, Fault>;

    /// Goes on with it. `false` when there is none of that name.
    async fn resume(&self, name: &str, by: &Actor) -> Result<bool, Fault>;

    /// Forgets a platform and all that is recorded of it, one that nobody
    /// delivers to: `Some(false)` when somebody does, `None` when there is none
    /// of that name. Events stay.
    async fn forget(&self, name: &str, by: &Actor) -> Result<Option<bool>, Fault>;

    /// What became of events at a platform, newest first; `None` when there is
    /// no platform of that name.
    async fn deliveries(
        &self,
        name: &str,
        filter: DeliveryFilter,
        page: Page<u64>,
    ) -> Result<Option<PageOf<DeliveryView>>, Fault> {
        let Some(platform) = self.platform(name).await? else {
            return Ok(None);
        };
        let below = page.after.unwrap_or(u64::MAX);
        let wanted = page.limit + 1;
        let (events, pending) = if filter == DeliveryFilter::All {
            let last = below.saturating_sub(1).min(platform.newest);
            let reach = u64::try_from(wanted).unwrap_or(u64::MAX);
            let first_after = last.saturating_sub(reach);
            let count = usize::try_from(last - first_after).unwrap_or(usize::MAX);
            let events = match count {
                0 => Vec::new(),
                count => self.numbered_events(first_after, count).await?,
            };
            let pending = self
                .pending_below(name, filter, last.saturating_add(1), wanted)
                .await?;
            (events, pending)
        } else {
            let pending = self.pending_below(name, filter, below, wanted).await?;
            let mut events = Vec::with_capacity(pending.len());
            for one in pending.iter().rev() {
                let found = self.numbered_events(one.sequence - 1, 1).await?;
                events.extend(found.into_iter().filter(|it| it.sequence == one.sequence));
            }
            (events, pending)
        };
        let views = views(self, &platform, events, &pending, 1).await?;
        Ok(Some(PageOf::from_one_more(
            views.into_iter().rev().collect(),
            page.limit,
        )))
    }

    /// What became of one event at a platform, with every attempt that is
    /// recorded; `None` when there is no such platform or event.
    async fn delivery(&self, name: &str, sequence: u64) -> Result<Option<DeliveryView>, Fault> {
        let Some(before) = sequence.checked_sub(1) else {
            return Ok(None);
        };
        let Some(platform) = self.platform(name).await? else {
            return Ok(None);
        };
        let mut events = self.numbered_events(before, 1).await?;
        events.retain(|it| it.sequence == sequence);
        let pending = self
            .pending_below(name, DeliveryFilter::All, sequence.saturating_add(1), 1)
            .await?;
        let views = views(self, &platform, events, &pending, MAX_ATTEMPTS_SHOWN).await?;
        Ok(views.into_iter().next())
    }
}

/// Puts together what is known of events, given oldest first.
async fn views<P: Platforms + ?Sized>(
    platforms: &P,
    platform: &PlatformView,
    events: Vec<NumberedEvent>,
    pending: &[Pending],
    attempts_each: usize,
) -> Result<Vec<DeliveryView>, Fault> {
    let (Some(first), Some(last)) = (events.first(), events.last()) else {
        return Ok(Vec::new());
    };
    let name = &*platform.name;
    let runs = platforms
        .first_tries(name, first.sequence, last.sequence)
        .await?;
    let sequences: Vec<u64> = events.iter().map(|it| it.sequence).collect();
    let mut others = platforms
        .attempts(name, &sequences, attempts_each)
        .await?
        .into_iter()
        .peekable();
    let mut views = Vec::with_capacity(events.len());
    for NumberedEvent { sequence, event } in events {
        let tries = runs.iter().filter_map(|run| run.get(sequence));
        let mut attempts: Vec<Attempt> = tries.filter_map(|it| attempt(sequence, it)).collect();
        while let Some(attempt) = others.next_if(|it| it.sequence <= sequence) {
            if attempt.sequence == sequence {
                attempts.push(attempt);
            }
        }
        attempts.sort_by_key(|it| it.at);
        attempts.drain(..attempts.len().saturating_sub(attempts_each));
        let held = pending.iter().find(|it| it.sequence == sequence);
        views.push(DeliveryView {
            state: state(platform, sequence, held.map(|it| it.hold), &attempts),
            sequence,
            event,
            attempts,
        });
    }
    Ok(views)
}

fn attempt(sequence: u64, first_try: FirstTry) -> Option<Attempt> {
    match first_try {
        FirstTry::Otherwise => None,
        FirstTry::Delivered {
            at,
            latency,
            status,
        } => Some(Attempt {
            sequence,
            at,
            result: AttemptResult::Delivered,
            status,
            latency,
            excerpt: String::new(),
        }),
    }
}

fn state(
    platform: &PlatformView,
    sequence: u64,
    hold: Option<Hold>,
    attempts: &[Attempt],
) -> DeliveryState {
    if let Some(hold) = hold {
        return DeliveryState::Held(hold);
    }
    if sequence > platform.position {
        return DeliveryState::Waiting;
    }
    let last = attempts.last().map(|it| it.result);
    if sequence <= platform.starts_after && last != Some(AttemptResult::Delivered) {
        return DeliveryState::BeforeStart;
    }
    DeliveryState::Delivered
}
