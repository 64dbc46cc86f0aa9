//! What a dispatcher hears of what it has begun.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use jumun_store::delivery::{Recorded, ReplayId, Standing};
use jumun_store::{Fault, NumberedEvent};

use super::work::{Done, Kind};
use super::{End, Tour};
use crate::dispatch::schedule::Moment;
use crate::dispatch::terms::{
    MAX_FAILED_RECORDS, POLL_PERIOD, PRUNE_LOT_PAUSE, READ_OF_LOAD, READ_PAUSE,
    READ_PAUSE_UNDER_LOAD, TROUBLE_PAUSE,
};

impl Tour<'_> {
    /// Takes in what has ended.
    pub(super) fn take_in(&mut self, done: Done) -> ControlFlow<End> {
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

    pub(super) fn read_in(
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

    pub(super) fn read_in_again(&mut self, id: ReplayId, events: &[NumberedEvent], moment: Moment) {
        if events.is_empty() {
            self.schedule.offered_all(id);
        }
        for event in events {
            let message = self.courier.message(event);
            self.schedule.offer_again(id, event, message, moment);
        }
        self.is_dirty = true;
    }

    pub(super) fn heard_of_record(
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

    pub(super) fn heard_of_lease(
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
    pub(super) fn show(&mut self, moment: Moment) {
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
}
