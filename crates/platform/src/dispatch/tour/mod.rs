//! Delivers to one platform as long as its lease holds.

mod errands;
mod reports;
mod work;

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::time::Instant;

use jumun_store::Fault;
use jumun_store::delivery::{Lease, Progress};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::courier::Courier;
use super::schedule::{Moment, Schedule};
use super::terms::{LEAST_NAP, PRUNE_PERIOD, STOP_PERIOD, TROUBLE_PAUSE};
use work::{Done, Kind};

/// Why a tour ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    /// Another holds the lease.
    Lost,
    /// It could not go on from where it was.
    Broken,
    /// It was told to.
    Stopped,
}

/// A dispatcher that holds its lease.
pub(super) struct Tour<'a> {
    courier: &'a Courier,
    lease: Lease,
    /// The lease surely holds until then.
    holds_until: Instant,
    schedule: Schedule,
    work: JoinSet<Done>,
    under_way: HashSet<Kind>,
    news: watch::Receiver<()>,
    /// There may be events that were not read.
    has_news: bool,
    /// The record that is being written, to be repeated if its outcome is lost.
    progress: Option<Progress>,
    /// How often it could not be written.
    failed_records: u32,
    /// There may be something to record.
    is_dirty: bool,
    read_at: Instant,
    poll_at: Instant,
    read_again_at: Instant,
    /// Not before this, after a failure.
    record_at: Instant,
    recorded_at: Instant,
    keep_at: Instant,
    prune_at: Instant,
    /// The database has failed, and was complained about.
    in_trouble: bool,
    /// When to stop waiting, once it was told to stop.
    stops_at: Option<Instant>,
}

impl<'a> Tour<'a> {
    /// Looks how the platform stands. `None` when the lease is lost already.
    pub(super) async fn begin(
        courier: &'a Courier,
        lease: Lease,
        asked: Instant,
    ) -> Result<Option<Self>, Fault> {
        let news = courier.desk.news();
        let Some(standing) = courier.desk.keep_lease(lease.clone()).await? else {
            return Ok(None);
        };
        let pending = courier.desk.pending(lease.clone()).await?;
        let moment = courier.moment();
        let now = moment.now;
        Ok(Some(Self {
            courier,
            holds_until: asked + lease.term,
            lease,
            schedule: Schedule::new(courier.rules, &standing, pending, moment),
            work: JoinSet::new(),
            under_way: HashSet::new(),
            news,
            has_news: true,
            progress: None,
            failed_records: 0,
            is_dirty: true,
            read_at: now,
            poll_at: now,
            read_again_at: now,
            record_at: now,
            recorded_at: now,
            keep_at: now,
            prune_at: now + PRUNE_PERIOD,
            in_trouble: false,
            stops_at: None,
        }))
    }

    /// Delivers until the lease is lost or it is told to stop.
    pub(super) async fn run(mut self, stop: &mut watch::Receiver<bool>) -> End {
        loop {
            let moment = self.courier.moment();
            let wake_at = self.act(moment);
            if self.has_stopped(moment) {
                // What fails here only makes the next one wait for its end.
                let _ = self.courier.desk.release_lease(self.lease).await;
                return End::Stopped;
            }
            let hears_news = !self.has_news && self.stops_at.is_none();
            tokio::select! {
                Some(done) = self.work.join_next() => {
                    let mut next = Some(done);
                    while let Some(done) = next {
                        match done {
                            Ok(done) => {
                                if let ControlFlow::Break(end) = self.take_in(done) {
                                    return end;
                                }
                            }
                            // All that is known of what it did is lost: begin anew.
                            Err(error) => {
                                tracing::error!(%error, "a part of a dispatcher has panicked");
                                return End::Broken;
                            }
                        }
                        next = self.work.try_join_next();
                    }
                }
                heard = self.news.changed(), if hears_news => {
                    self.has_news = true;
                    if heard.is_err() {
                        // The store is closed: reads will fail, and say so.
                        self.read_at = moment.now + TROUBLE_PAUSE;
                    }
                }
                () = self.courier.clock.sleep_until(wake_at) => {}
                _ = stop.wait_for(|asked| *asked), if self.stops_at.is_none() => {
                    self.stops_at = Some(moment.now + STOP_PERIOD);
                    self.schedule.close();
                    self.is_dirty = true;
                }
            }
        }
    }

    /// Begins all that can be begun now; until when there is nothing more to do.
    fn act(&mut self, moment: Moment) -> Instant {
        let now = moment.now;
        let mut wake_at = self.keep(now);
        if self.stops_at.is_none() {
            wake_at = wake_at.min(self.send(moment)).min(self.read(moment));
            self.read_again(moment);
            wake_at = wake_at.min(self.prune(now));
        }
        if let Some(record_at) = self.record(moment) {
            wake_at = wake_at.min(record_at);
        }
        let wake_at = self.stops_at.map_or(wake_at, |it| wake_at.min(it));
        // What is due already waits for something that is under way.
        wake_at.max(now + LEAST_NAP)
    }

    /// Complains, once for a while.
    fn trouble(&mut self, fault: &Fault) {
        if !std::mem::replace(&mut self.in_trouble, true) {
            tracing::warn!(
                platform = &*self.courier.name, %fault,
                "the database fails; deliveries go on when it works again"
            );
        }
    }

    /// Whether everything was done that is done before a stop.
    fn has_stopped(&self, moment: Moment) -> bool {
        let Some(stops_at) = self.stops_at else {
            return false;
        };
        let is_recorded = !self.is_dirty && self.progress.is_none();
        moment.now >= stops_at || (!self.schedule.is_sending() && is_recorded)
    }
}
