//! A world around a schedule, in which time is a number: a shop that makes
//! events, a database that keeps what is recorded, a platform that answers as
//! it is told. It checks what has to hold whatever happens.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use jumun_domain::{Event, EventId, EventKind, Money, Order, OrderId, Timestamp, UserId};
use jumun_store::NumberedEvent;
use jumun_store::delivery::{
    Attempt, FirstTry, Hold, Pause, PauseReason, Pending, Progress, Replay, ReplayId, ReplayRange,
    Standing,
};
use uuid::Uuid;

use crate::client::Delivery;
use crate::dispatch::schedule::entry::LineKey;
use crate::dispatch::schedule::{Moment, Rules, Schedule, Step};
use crate::message::Message;
use crate::outcome::{Failure, FailureKind, Outcome};

pub(super) const DAY: Duration = Duration::from_secs(24 * 3600);

pub(super) fn rules() -> Rules {
    Rules {
        max_in_flight: 8,
        dead_letter_after: 3 * DAY,
        dead_letter_blocks_for: DAY,
    }
}

/// A message on its way, with the time at which it is answered.
pub(super) struct Flight {
    pub(super) message: Message,
    line: LineKey,
    pub(super) sent_at: Duration,
}

pub(super) struct World {
    pub(super) rules: Rules,
    pub(super) schedule: Schedule,
    /// Since the beginning.
    pub(super) time: Duration,
    begun: Instant,
    /// The events of the shop: the place is the sequence less one.
    pub(super) users: Vec<i64>,
    pub(super) database: Database,
    pub(super) flights: Vec<Flight>,
    /// A progress that is on its way to the database.
    pub(super) recording: Option<Progress>,
    pub(super) received: Received,
    pub(super) random: fastrand::Rng,
}

/// What is on stable storage.
#[derive(Default)]
pub(super) struct Database {
    pub(super) position: u64,
    pub(super) records: u64,
    pub(super) pending: BTreeMap<u64, Pending>,
    pub(super) attempts: Vec<Attempt>,
    /// Delivered at the first attempt, by the log.
    pub(super) logged: BTreeSet<u64>,
    pub(super) replays: Vec<Replay>,
    pub(super) pause: Option<Pause>,
}

/// What the platform has.
#[derive(Default)]
pub(super) struct Received {
    /// How often it has taken each event.
    pub(super) times: BTreeMap<u64, u32>,
    /// The newest event of each user, by first receipt.
    newest: HashMap<i64, u64>,
    /// Events that came after a later one of their user.
    pub(super) backwards: Vec<u64>,
}

impl Received {
    fn take(&mut self, message: &Message) {
        let times = self.times.entry(message.sequence).or_default();
        *times += 1;
        if *times > 1 {
            return;
        }
        let newest = self.newest.entry(message.user_id.get()).or_default();
        if message.sequence < *newest {
            self.backwards.push(message.sequence);
        }
        *newest = message.sequence.max(*newest);
    }
}

impl World {
    pub(super) fn new(rules: Rules) -> Self {
        let database = Database::default();
        let begun = Instant::now();
        let at = Moment {
            now: begun,
            at: Timestamp::from_micros(0),
        };
        Self {
            rules,
            schedule: Schedule::new(rules, &database.standing(0), Vec::new(), at),
            time: Duration::ZERO,
            begun,
            users: Vec::new(),
            database,
            flights: Vec::new(),
            recording: None,
            received: Received::default(),
            random: fastrand::Rng::with_seed(7),
        }
    }

    pub(super) fn moment(&self) -> Moment {
        Moment {
            now: self.begun + self.time,
            at: self.at(self.time),
        }
    }

    pub(super) fn at(&self, time: Duration) -> Timestamp {
        Timestamp::from_micros(i64::try_from(time.as_micros()).unwrap())
    }

    pub(super) fn newest(&self) -> u64 {
        u64::try_from(self.users.len()).unwrap()
    }

    /// The shop commits an order of each of these users.
    pub(super) fn orders(&mut self, users: &[i64]) {
        self.users.extend(users);
    }

    pub(super) fn event(&self, sequence: u64) -> NumberedEvent {
        let user = self.users[usize::try_from(sequence).unwrap() - 1];
        let order = Order {
            id: OrderId(Uuid::from_u128(sequence.into())),
            user_id: UserId::new(user).unwrap(),
            lines: Vec::new(),
            coupon_id: None,
            subtotal: Money::ZERO,
            discount: Money::ZERO,
            total: Money::ZERO,
            balance_after: Money::ZERO,
            created_at: self.at(Duration::ZERO),
            cancellation: None,
        };
        NumberedEvent {
            sequence,
            event: Event {
                id: EventId(Uuid::from_u128(sequence.into())),
                kind: EventKind::OrderPaid,
                order: Arc::new(order),
                time: self.at(Duration::ZERO),
            },
        }
    }

    fn message(&self, event: &NumberedEvent) -> Message {
        Message {
            sequence: event.sequence,
            id: event.event.id.0,
            user_id: event.event.order.user_id,
            body: Bytes::new(),
        }
    }

    /// Reads all that is wanted.
    pub(super) fn read(&mut self) {
        let moment = self.moment();
        if let Some((after, limit)) = self.schedule.wants_fresh(moment) {
            let last = self.newest().min(after + u64::try_from(limit).unwrap());
            for sequence in after + 1..=last {
                let event = self.event(sequence);
                let message = self.message(&event);
                self.schedule.offer_fresh(&event, message, moment);
            }
        }
        while let Some((id, after, limit)) = self.schedule.wants_again(moment) {
            let last = self.newest().min(after + u64::try_from(limit).unwrap());
            for sequence in after + 1..=last {
                let event = self.event(sequence);
                let message = self.message(&event);
                self.schedule.offer_again(id, &event, message, moment);
            }
            if after >= last {
                self.schedule.offered_all(id);
            }
        }
    }

    /// Sends all that may be sent; until when to wait.
    pub(super) fn send(&mut self) -> Option<Duration> {
        let moment = self.moment();
        loop {
            let random = self.random.f64();
            match self.schedule.next(moment, random) {
                Step::Send(message) => self.fly(message),
                Step::Fetch(sequence) => {
                    let message = self.message(&self.event(sequence));
                    self.schedule.provide(message, moment);
                }
                Step::WaitUntil(until) => return Some(until - self.begun),
                Step::Idle => return None,
            }
        }
    }

    fn fly(&mut self, message: Message) {
        // What an operator wants sent again goes beside the new events.
        let line = self.schedule.entries[&message.sequence].line();
        assert!(
            !self.flights.iter().any(|it| it.line == line),
            "two of one user at a time: {message:?}"
        );
        self.flights.push(Flight {
            message,
            line,
            sent_at: self.time,
        });
        assert!(
            self.flights.len() <= self.rules.max_in_flight,
            "too many in flight"
        );
    }

    /// The platform answers one message.
    pub(super) fn answer(&mut self, place: usize, outcome: Outcome) {
        let flight = self.flights.swap_remove(place);
        if matches!(outcome, Outcome::Delivered { .. }) {
            self.received.take(&flight.message);
        }
        let delivery = Delivery {
            outcome,
            latency: self.time.saturating_sub(flight.sent_at),
        };
        let (moment, random) = (self.moment(), self.random.f64());
        self.schedule
            .settle(flight.message.sequence, &delivery, moment, random);
    }

    /// The platform answers everything in this way.
    pub(super) fn answer_all(&mut self, outcome: &Outcome) {
        while !self.flights.is_empty() {
            self.answer(0, outcome.clone());
        }
    }

    /// Records all that is new.
    pub(super) fn record(&mut self) {
        let moment = self.moment();
        while self.begin_record(moment) {
            self.end_record();
        }
    }

    pub(super) fn begin_record(&mut self, moment: Moment) -> bool {
        if self.recording.is_none() {
            self.recording = self.schedule.progress(moment);
        }
        self.recording.is_some()
    }

    pub(super) fn end_record(&mut self) {
        if let Some(progress) = self.recording.take() {
            self.database.apply(&progress, &self.received);
            self.schedule.recorded();
        }
    }

    /// What the dispatcher hears each second.
    pub(super) fn hear(&mut self) {
        let standing = self.database.standing(self.newest());
        self.schedule.stands(&standing, self.moment());
    }

    /// The process is killed and another takes over from what is on storage.
    /// What was on its way may have arrived.
    pub(super) fn crash(&mut self, arrived: impl Fn(&Message) -> bool) {
        for flight in std::mem::take(&mut self.flights) {
            if arrived(&flight.message) {
                self.received.take(&flight.message);
            }
        }
        self.recording = None;
        let pending = self.database.pending.values().cloned().collect();
        let standing = self.database.standing(self.newest());
        self.schedule = Schedule::new(self.rules, &standing, pending, self.moment());
    }

    /// Reads, sends, gets this answer, records, until nothing more happens now.
    pub(super) fn settle_down(&mut self, outcome: &Outcome) {
        loop {
            self.hear();
            self.read();
            self.send();
            let none = self.flights.is_empty();
            self.answer_all(outcome);
            self.record();
            if none {
                return;
            }
        }
    }

    /// Lets time pass, and answers all in this way whenever something is sent.
    pub(super) fn pass(&mut self, period: Duration, outcome: &Outcome) {
        let end = self.time + period;
        loop {
            self.settle_down(outcome);
            let next = self.send().filter(|it| *it > self.time && *it < end);
            match next {
                Some(next) => self.time = next,
                None => break,
            }
        }
        self.time = end;
        self.settle_down(outcome);
    }

    /// Asks for a replay, as an operator does.
    pub(super) fn replay(&mut self, range: ReplayRange) {
        let id = ReplayId(Uuid::from_u128(self.random.u128(..)));
        let position = match range {
            ReplayRange::Sequences { first, .. } => first - 1,
            ReplayRange::FailedSince(_) => 0,
        };
        self.database.replays.push(Replay {
            id,
            range,
            position,
            requested_at: self.at(self.time),
        });
    }

    /// Everything that was ever ordered is delivered, and nothing is left over.
    pub(super) fn assert_all_delivered(&self) {
        for sequence in 1..=self.newest() {
            assert!(
                self.received.times.contains_key(&sequence),
                "{sequence} is lost; position {}, pending {:?}",
                self.database.position,
                self.database.pending
            );
        }
        assert_eq!(self.database.position, self.newest());
        assert!(
            self.database.pending.is_empty(),
            "{:?}",
            self.database.pending
        );
        assert!(
            self.database.replays.is_empty(),
            "{:?}",
            self.database.replays
        );
    }
}

impl Database {
    pub(super) fn standing(&self, newest: u64) -> Standing {
        Standing {
            position: self.position,
            newest,
            records: self.records,
            pause: self.pause,
            replays: self.replays.clone(),
        }
    }

    /// Writes a progress, and checks that it tells the truth.
    fn apply(&mut self, progress: &Progress, received: &Received) {
        assert_eq!(progress.number, self.records + 1, "a record is missing");
        assert!(progress.position >= self.position, "a position goes back");
        let before = self.position;
        self.records = progress.number;
        self.position = progress.position;
        for pending in &progress.held {
            assert!(
                pending.sequence <= self.position,
                "pending above the position"
            );
            self.pending.insert(pending.sequence, pending.clone());
        }
        for sequence in &progress.delivered {
            assert!(
                received.times.contains_key(sequence),
                "{sequence} was not delivered"
            );
            assert!(
                self.pending.remove(sequence).is_some(),
                "{sequence} was not pending"
            );
        }
        for sequence in before + 1..=self.position {
            assert!(
                received.times.contains_key(&sequence) || self.pending.contains_key(&sequence),
                "{sequence} was passed and is neither delivered nor pending"
            );
        }
        for run in &progress.first_tries {
            for sequence in run.first_sequence..=run.last_sequence() {
                if let Some(FirstTry::Delivered { .. }) = run.get(sequence) {
                    assert!(
                        received.times.contains_key(&sequence),
                        "{sequence} is told wrongly"
                    );
                    self.logged.insert(sequence);
                }
            }
        }
        self.attempts.extend(progress.attempts.iter().cloned());
        for replay in &progress.replays {
            if replay.finished {
                self.replays.retain(|it| it.id != replay.id);
            } else if let Some(it) = self.replays.iter_mut().find(|it| it.id == replay.id) {
                assert!(replay.position >= it.position, "a replay goes back");
                it.position = replay.position;
            }
        }
        if let Some(at) = progress.gone_at {
            self.pause = Some(Pause {
                reason: PauseReason::Gone,
                since: at,
            });
        }
    }

    /// Pending events that are dead letters.
    pub(super) fn dead(&self) -> Vec<u64> {
        let dead = |it: &&Pending| matches!(it.hold, Hold::Dead { .. });
        self.pending
            .values()
            .filter(dead)
            .map(|it| it.sequence)
            .collect()
    }
}

pub(super) fn taken() -> Outcome {
    Outcome::Delivered { status: Some(200) }
}

pub(super) fn refused(status: u16) -> Outcome {
    Outcome::Failed(Failure {
        kind: FailureKind::Status(status),
        retry_after: None,
        excerpt: "no".to_owned(),
    })
}

pub(super) fn later(retry_after: Duration) -> Outcome {
    Outcome::Failed(Failure {
        kind: FailureKind::Status(429),
        retry_after: Some(retry_after),
        excerpt: String::new(),
    })
}
