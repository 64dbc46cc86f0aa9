//! What a dispatcher begins.

use std::time::Instant;

use super::Tour;
use super::work::{Done, Kind};
use crate::dispatch::schedule::{Moment, Step};
use crate::dispatch::terms::{
    LEASE_MARGIN, LEASE_PERIOD, PRUNE_PERIOD, RECORD_PAUSE, RECORD_PAUSE_WHEN_FULL,
};

impl Tour<'_> {
    /// Sends what may be sent.
    pub(super) fn send(&mut self, moment: Moment) -> Instant {
        // Until the next renewal there is nothing to wait for.
        let later = self.keep_at;
        if moment.now + LEASE_MARGIN >= self.holds_until {
            return later;
        }
        loop {
            match self.schedule.next(moment, fastrand::f64()) {
                Step::Send(message) => {
                    let client = self.courier.client.clone();
                    self.work.spawn(async move {
                        let delivery = client.send(&message).await;
                        Done::Sent(message.sequence, delivery)
                    });
                }
                Step::Fetch(sequence) => {
                    let desk = self.courier.desk.clone();
                    self.work.spawn(async move {
                        let before = sequence.saturating_sub(1);
                        Done::Fetched(sequence, desk.events(before, 1).await)
                    });
                }
                Step::WaitUntil(until) => return later.min(until),
                Step::Idle => return later,
            }
        }
    }

    /// Reads new events.
    pub(super) fn read(&mut self, moment: Moment) -> Instant {
        let now = moment.now;
        if self.under_way.contains(&Kind::Read) {
            return self.keep_at;
        }
        if !self.has_news && now < self.poll_at {
            return self.poll_at;
        }
        if now < self.read_at {
            return self.read_at;
        }
        let Some((after, limit)) = self.schedule.wants_fresh(moment) else {
            // Something else has to happen first, and wakes this.
            return self.keep_at;
        };
        self.news.mark_unchanged();
        self.has_news = false;
        let desk = self.courier.desk.clone();
        self.begin_work(Kind::Read, async move {
            Done::Read {
                events: desk.events(after, limit).await,
                limit,
                begun: now,
            }
        });
        self.keep_at
    }

    /// Reads events that are to be sent again.
    pub(super) fn read_again(&mut self, moment: Moment) {
        if self.under_way.contains(&Kind::ReadAgain) || moment.now < self.read_again_at {
            return;
        }
        if let Some((id, after, limit)) = self.schedule.wants_again(moment) {
            let desk = self.courier.desk.clone();
            self.begin_work(Kind::ReadAgain, async move {
                Done::ReadAgain {
                    id,
                    events: desk.events(after, limit).await,
                }
            });
        }
    }

    /// Records what is new; when to do so, if it is not the time yet.
    pub(super) fn record(&mut self, moment: Moment) -> Option<Instant> {
        if self.under_way.contains(&Kind::Record) || !self.is_dirty {
            return None;
        }
        let pause = if self.schedule.is_filling_up() {
            RECORD_PAUSE_WHEN_FULL
        } else {
            RECORD_PAUSE
        };
        let due = self.record_at.max(self.recorded_at + pause);
        if moment.now < due && self.stops_at.is_none() {
            return Some(due);
        }
        if self.progress.is_none() {
            self.progress = self.schedule.progress(moment);
        }
        let Some(progress) = self.progress.clone() else {
            self.recorded_at = moment.now;
            // A slow attempt may be passed by and by.
            self.is_dirty = self.schedule.is_stuck();
            return self.is_dirty.then_some(moment.now + RECORD_PAUSE);
        };
        let (desk, lease) = (self.courier.desk.clone(), self.lease.clone());
        self.begin_work(Kind::Record, async move {
            Done::Recorded(desk.record(lease, progress).await)
        });
        None
    }

    /// Keeps the lease; when to do so next.
    pub(super) fn keep(&mut self, now: Instant) -> Instant {
        if !self.under_way.contains(&Kind::Keep) && now >= self.keep_at {
            self.keep_at = now + LEASE_PERIOD;
            let (desk, lease) = (self.courier.desk.clone(), self.lease.clone());
            self.begin_work(Kind::Keep, async move {
                Done::Kept {
                    asked: now,
                    standing: desk.keep_lease(lease).await,
                }
            });
        }
        self.keep_at
    }

    /// Forgets old attempts; when to do so next.
    pub(super) fn prune(&mut self, now: Instant) -> Instant {
        if !self.under_way.contains(&Kind::Prune) && now >= self.prune_at {
            self.prune_at = now + PRUNE_PERIOD;
            let before = self.courier.forgets_before();
            let (desk, lease) = (self.courier.desk.clone(), self.lease.clone());
            self.begin_work(Kind::Prune, async move {
                Done::Pruned(desk.prune(lease, before).await)
            });
        }
        self.prune_at
    }

    pub(super) fn begin_work(
        &mut self,
        kind: Kind,
        work: impl Future<Output = Done> + Send + 'static,
    ) {
        self.under_way.insert(kind);
        self.work.spawn(work);
    }
}
