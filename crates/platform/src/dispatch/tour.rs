//! Delivers to one platform as long as its lease holds.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use jumun_store::delivery::{Lease, Progress, Recorded, ReplayId, Standing};
use jumun_store::{Fault, NumberedEvent};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::courier::Courier;
use super::schedule::{Moment, Schedule, Step};
use super::terms::{
    LEASE_MARGIN, LEASE_PERIOD, LEAST_NAP, MAX_FAILED_RECORDS, POLL_PERIOD, PRUNE_LOT_PAUSE,
    PRUNE_PERIOD, READ_OF_LOAD, READ_PAUSE, READ_PAUSE_UNDER_LOAD, RECORD_PAUSE,
    RECORD_PAUSE_WHEN_FULL, STOP_PERIOD, TROUBLE_PAUSE,
};
use crate::client::Delivery;

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

/// Something that was begun has ended.
enum Done {
    Sent(u64, Delivery),
    Read {
        events: Result<Vec<NumberedEvent>, Fault>,
        limit: usize,
        begun: Instant,
    },
    ReadAgain {
        id: ReplayId,
        events: Result<Vec<NumberedEvent>, Fault>,
    },
    Fetched(u64, Result<Vec<NumberedEvent>, Fault>),
    /// The first event that was not read, for the figures.
    Peeked(Result<Vec<NumberedEvent>, Fault>),
    Recorded(Result<Recorded, Fault>),
    Kept {
        asked: Instant,
        standing: Result<Option<Standing>, Fault>,
    },
    Pruned(Result<bool, Fault>),
}

/// What is under way, one at a time of each kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Kind {
    Read,
    ReadAgain,
    Peek,
    Record,
    Keep,
    Prune,
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

    /// Sends what may be sent.
    fn send(&mut self, moment: Moment) -> Instant {
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
    fn read(&mut self, moment: Moment) -> Instant {
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
    fn read_again(&mut self, moment: Moment) {
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
    fn record(&mut self, moment: Moment) -> Option<Instant> {
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
    fn keep(&mut self, now: Instant) -> Instant {
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
    fn prune(&mut self, now: Instant) -> Instant {
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

    fn begin_work(&mut self, kind: Kind, work: impl Future<Output = Done> + Send + 'static) {
        self.under_way.insert(kind);
        self.work.spawn(work);
    }

    /// Takes in what has ended.
    fn take_in(&mut self, done: Done) -> ControlFlow<End> {
        let moment = self.courier.moment();
        match done {
            Done::Sent(sequence, delivery) => {
                self.courier.figures.attempt(&delivery);
                let random = fastrand::f64();
                let news = self.schedule.settle(sequence, &delivery, moment, random);
                if let Some(news) = news {
                    self.courier.tell(news, sequence, &delivery);
                }
                self.is_dirty = true;
            }
            Done::Read {
                events,
                limit,
                begun,
            } => {
                self.under_way.remove(&Kind::Read);
                self.read_in(events, limit, begun, moment);
            }
            Done::ReadAgain { id, events } => {
                self.under_way.remove(&Kind::ReadAgain);
                match events {
                    Ok(events) => self.read_in_again(id, &events, moment),
                    Err(fault) => {
                        self.trouble(&fault);
                        self.read_again_at = moment.now + TROUBLE_PAUSE;
                    }
                }
            }
            Done::Fetched(sequence, events) => {
                let found = match &events {
                    Ok(events) => events.first().filter(|it| it.sequence == sequence),
                    Err(fault) => {
                        self.trouble(fault);
                        None
                    }
                };
                match found {
                    Some(event) => {
                        let message = self.courier.message(event);
                        self.schedule.provide(message, moment);
                    }
                    None => {
                        let until = moment.now + TROUBLE_PAUSE;
                        self.schedule.not_fetched(sequence, until, moment);
                    }
                }
            }
            Done::Peeked(events) => {
                self.under_way.remove(&Kind::Peek);
                let first = events.ok().and_then(|it| it.into_iter().next());
                let counts = self.schedule.counts();
                let oldest = first.map(|it| it.event.time);
                self.courier.figures.show(&counts, oldest, moment.at);
            }
            Done::Recorded(outcome) => {
                self.under_way.remove(&Kind::Record);
                return self.heard_of_record(outcome, moment);
            }
            Done::Kept { asked, standing } => {
                self.under_way.remove(&Kind::Keep);
                return self.heard_of_lease(asked, standing, moment);
            }
            Done::Pruned(outcome) => {
                self.under_way.remove(&Kind::Prune);
                match outcome {
                    Ok(true) => self.prune_at = moment.now + PRUNE_LOT_PAUSE,
                    Ok(false) => {}
                    Err(fault) => self.trouble(&fault),
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn read_in(
        &mut self,
        events: Result<Vec<NumberedEvent>, Fault>,
        limit: usize,
        begun: Instant,
        moment: Moment,
    ) {
        self.poll_at = moment.now + POLL_PERIOD;
        match events {
            Ok(events) => {
                // A full read means that there is more.
                let is_full = events.len() >= limit;
                self.has_news |= is_full;
                self.read_at = begun
                    + match events.len() {
                        _ if is_full => Duration::ZERO,
                        few if few < READ_OF_LOAD => READ_PAUSE,
                        _ => READ_PAUSE_UNDER_LOAD,
                    };
                for event in &events {
                    let message = self.courier.message(event);
                    self.schedule.offer_fresh(event, message, moment);
                }
            }
            Err(fault) => {
                self.trouble(&fault);
                self.has_news = true;
                self.read_at = moment.now + TROUBLE_PAUSE;
            }
        }
    }

    fn read_in_again(&mut self, id: ReplayId, events: &[NumberedEvent], moment: Moment) {
        if events.is_empty() {
            self.schedule.offered_all(id);
        }
        for event in events {
            let message = self.courier.message(event);
            self.schedule.offer_again(id, event, message, moment);
        }
        self.is_dirty = true;
    }

    fn heard_of_record(
        &mut self,
        outcome: Result<Recorded, Fault>,
        moment: Moment,
    ) -> ControlFlow<End> {
        match outcome {
            Ok(Recorded::Durably) => {
                self.progress = None;
                self.failed_records = 0;
                self.schedule.recorded();
                self.recorded_at = moment.now;
                if std::mem::take(&mut self.in_trouble) {
                    tracing::info!(
                        platform = &*self.courier.name,
                        "deliveries are recorded again"
                    );
                }
            }
            Ok(Recorded::Fenced) => return ControlFlow::Break(End::Lost),
            Err(fault) => {
                self.trouble(&fault);
                self.record_at = moment.now + TROUBLE_PAUSE;
                self.failed_records += 1;
                if self.failed_records >= MAX_FAILED_RECORDS {
                    return ControlFlow::Break(End::Broken);
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn heard_of_lease(
        &mut self,
        asked: Instant,
        standing: Result<Option<Standing>, Fault>,
        moment: Moment,
    ) -> ControlFlow<End> {
        match standing {
            Ok(Some(standing)) => {
                self.holds_until = asked + self.lease.term;
                self.schedule.stands(&standing, moment);
                self.is_dirty = true;
                self.show(moment);
            }
            Ok(None) => return ControlFlow::Break(End::Lost),
            Err(fault) => {
                self.trouble(&fault);
                self.keep_at = moment.now + TROUBLE_PAUSE;
            }
        }
        ControlFlow::Continue(())
    }

    /// Shows the figures. How old the oldest event is may have to be looked up.
    fn show(&mut self, moment: Moment) {
        let counts = self.schedule.counts();
        if counts.oldest.is_some() || counts.lag_events == 0 {
            self.courier.figures.show(&counts, counts.oldest, moment.at);
        } else if !self.under_way.contains(&Kind::Peek) {
            let desk = self.courier.desk.clone();
            self.begin_work(Kind::Peek, async move {
                Done::Peeked(desk.events(counts.read_to, 1).await)
            });
        }
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
