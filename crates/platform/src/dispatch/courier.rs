//! Delivers to one platform, whenever it holds its lease.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jumun_domain::Timestamp;
use jumun_store::NumberedEvent;
use jumun_store::delivery::Lease;
use tokio::sync::watch;
use uuid::Uuid;

use super::figures::Figures;
use super::outbox::Desk;
use super::schedule::{Moment, News, Rules};
use super::terms::LEASE_PERIOD;
use super::tour::{End, Tour};
use super::{Clock, Render};
use crate::client::{Client, Delivery};
use crate::message::Message;
use crate::outcome::Outcome;

/// All that is needed to deliver to one platform.
pub(super) struct Courier {
    pub(super) name: Arc<str>,
    pub(super) rules: Rules,
    /// How long the record of attempts is kept.
    pub(super) attempts_kept_for: Duration,
    pub(super) holder: Uuid,
    pub(super) desk: Desk,
    pub(super) client: Arc<dyn Client>,
    pub(super) render: Render,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) figures: Figures,
}

/// A lease, and when it was asked for.
pub(super) type Taken = (Lease, Instant);

impl Courier {
    /// Delivers until it is told to stop; with the lease that was taken already,
    /// if it could be had.
    pub(super) async fn run(self, mut taken: Option<Taken>, mut stop: watch::Receiver<bool>) {
        loop {
            let (lease, asked) = match taken.take() {
                Some(taken) => taken,
                None => match self.wait_for_lease(&mut stop).await {
                    Some(taken) => taken,
                    None => return,
                },
            };
            let tour = match Tour::begin(&self, lease, asked).await {
                Ok(Some(tour)) => tour,
                Ok(None) => continue,
                Err(fault) => {
                    tracing::warn!(platform = &*self.name, %fault, "a dispatcher cannot begin; it tries again");
                    if self.pause(&mut stop).await.is_none() {
                        return;
                    }
                    continue;
                }
            };
            tracing::info!(platform = &*self.name, "delivers to this platform");
            let end = tour.run(&mut stop).await;
            self.figures.idle();
            match end {
                End::Stopped => return,
                End::Broken => {
                    tracing::error!(
                        platform = &*self.name,
                        "a dispatcher begins anew; what was on its way is sent again"
                    );
                    if self.pause(&mut stop).await.is_none() {
                        return;
                    }
                }
                End::Lost => {
                    tracing::warn!(
                        platform = &*self.name,
                        "another instance delivers to this platform now"
                    );
                }
            }
        }
    }

    /// Asks for the lease until it is had; with it, when it was asked for.
    /// `None` when it is told to stop.
    async fn wait_for_lease(&self, stop: &mut watch::Receiver<bool>) -> Option<Taken> {
        let mut in_trouble = false;
        loop {
            if *stop.borrow() {
                return None;
            }
            let asked = self.clock.now();
            match self.desk.take_lease(self.name.clone(), self.holder).await {
                Ok(Some(lease)) => return Some((lease, asked)),
                Ok(None) => {}
                Err(fault) if in_trouble => {
                    tracing::debug!(platform = &*self.name, %fault, "no lease yet");
                }
                Err(fault) => {
                    in_trouble = true;
                    tracing::warn!(
                        platform = &*self.name, %fault,
                        "it is not known who delivers to this platform; it is asked again each second"
                    );
                }
            }
            self.pause(stop).await?;
        }
    }

    /// Waits for as long as between two renewals; `None` when it is told to stop.
    async fn pause(&self, stop: &mut watch::Receiver<bool>) -> Option<()> {
        let until = self.clock.now() + LEASE_PERIOD;
        tokio::select! {
            () = self.clock.sleep_until(until) => Some(()),
            // A sender that is gone wants it to stop, too.
            _ = stop.wait_for(|asked| *asked) => None,
        }
    }

    pub(super) fn moment(&self) -> Moment {
        Moment {
            now: self.clock.now(),
            at: self.clock.at(),
        }
    }

    pub(super) fn message(&self, event: &NumberedEvent) -> Message {
        Message {
            sequence: event.sequence,
            id: event.event.id.0,
            user_id: event.event.order.user_id,
            body: (self.render)(event),
        }
    }

    /// Tells the operator what became of an attempt.
    pub(super) fn tell(&self, news: News, sequence: u64, delivery: &Delivery) {
        let platform = &*self.name;
        let (why, excerpt) = match &delivery.outcome {
            Outcome::Failed(failure) => (failure.kind.to_string(), &*failure.excerpt),
            Outcome::Gone { excerpt } => ("it answered 410".to_owned(), &**excerpt),
            Outcome::Delivered { .. } => (String::new(), ""),
        };
        match news {
            News::Down => tracing::warn!(
                platform,
                why,
                excerpt,
                "the platform takes nothing; it is tried with one event at a time until it does"
            ),
            News::Back => tracing::info!(platform, "the platform takes events again"),
            News::Gone => tracing::warn!(
                platform,
                excerpt,
                "the platform wants no more events; it is paused until `jumun events resume`"
            ),
            News::Died => tracing::warn!(
                platform,
                sequence,
                why,
                excerpt,
                "an event has failed for too long and is a dead letter; see `jumun events list`"
            ),
        }
    }

    /// Attempts that ended before this are forgotten.
    pub(super) fn forgets_before(&self) -> Timestamp {
        let kept = i64::try_from(self.attempts_kept_for.as_micros()).unwrap_or(i64::MAX);
        Timestamp::from_micros(self.clock.at().as_micros().saturating_sub(kept))
    }
}
