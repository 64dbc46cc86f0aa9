//! Whose turn it is: when requests become due, and which connection sends them.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::sync::Notify;

use super::alarm::Alarm;
use super::plan::Pace;

/// A request that is due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// Since when. In a closed loop it is due when a connection is free.
    pub(super) due: Instant,
    /// Whether it became due while all connections were busy.
    pub(super) has_waited: bool,
}

/// The turns of one thread.
pub(super) struct Line {
    arrivals: Option<Arrivals>,
    until: Instant,
    has_ended: Cell<bool>,
    /// Connections that wait for a turn, the longest first.
    idle: RefCell<VecDeque<Rc<Place>>>,
    /// Somebody has become idle.
    news: Notify,
}

/// Where a waiting connection is told of its turn.
#[derive(Default)]
struct Place {
    turn: Cell<Option<Turn>>,
    told: Notify,
}

/// A Poisson process.
struct Arrivals {
    next: Cell<Instant>,
    mean_gap_seconds: f64,
    rng: RefCell<Rng>,
}

impl Line {
    /// Turns from `start` to `until`, at this share of a plan's pace.
    pub(super) fn new(pace: Pace, start: Instant, until: Instant) -> Self {
        let arrivals = match pace {
            Pace::Closed => None,
            Pace::PerSecond(rate) => Some(Arrivals::new(rate, start)),
        };
        Self {
            arrivals,
            until,
            has_ended: Cell::new(false),
            idle: RefCell::default(),
            news: Notify::new(),
        }
    }

    /// Whether nothing is to be sent any more.
    pub(super) fn has_ended(&self) -> bool {
        self.has_ended.get()
    }

    /// Waits for a turn; `None` when there are no more.
    pub(super) async fn turn(&self) -> Option<Turn> {
        let now = Instant::now();
        if self.has_ended() || now >= self.until {
            return None;
        }
        let Some(arrivals) = &self.arrivals else {
            let has_waited = false;
            return Some(Turn {
                due: now,
                has_waited,
            });
        };
        // Whoever is idle already goes first.
        if arrivals.next.get() <= now && self.idle.borrow().is_empty() {
            let has_waited = true;
            return Some(Turn {
                due: arrivals.take(),
                has_waited,
            });
        }
        let place = Rc::new(Place::default());
        self.idle.borrow_mut().push_back(Rc::clone(&place));
        self.news.notify_one();
        place.told.notified().await;
        place.turn.get()
    }

    /// Tells idle connections of their turns, for as long as it is polled.
    ///
    /// # Errors
    ///
    /// When the operating system has no timer.
    pub(super) async fn tell(&self) -> io::Result<()> {
        let Some(arrivals) = &self.arrivals else {
            return std::future::pending().await;
        };
        let alarm = Alarm::new()?;
        loop {
            alarm.ring_at(arrivals.next.get()).await?;
            while arrivals.next.get() <= Instant::now() {
                let Some(place) = self.idle.borrow_mut().pop_front() else {
                    break;
                };
                place.turn.set(Some(Turn {
                    due: arrivals.take(),
                    has_waited: false,
                }));
                place.told.notify_one();
            }
            if self.idle.borrow().is_empty() {
                self.news.notified().await;
            } else {
                // Those who were told go before the next.
                tokio::task::yield_now().await;
            }
        }
    }

    /// Ends all waiting, and gives out no more turns.
    pub(super) fn end(&self) {
        self.has_ended.set(true);
        for place in self.idle.borrow_mut().drain(..) {
            place.told.notify_one();
        }
    }

    /// The moments before `end` at which requests were due that nobody has sent.
    pub(super) fn left_over(&self, end: Instant) -> impl Iterator<Item = Instant> {
        let arrivals = self.arrivals.as_ref();
        std::iter::from_fn(move || {
            let arrivals = arrivals.filter(|it| it.next.get() < end)?;
            Some(arrivals.take())
        })
    }
}

impl Arrivals {
    fn new(rate: f64, start: Instant) -> Self {
        let arrivals = Self {
            next: Cell::new(start),
            mean_gap_seconds: 1.0 / rate,
            rng: RefCell::new(Rng::new()),
        };
        arrivals.take();
        arrivals
    }

    /// The next arrival, which is then the one after it.
    fn take(&self) -> Instant {
        let due = self.next.get();
        // From above zero to one, so that the logarithm is finite.
        let uniform = 1.0 - self.rng.borrow_mut().f64();
        let gap = Duration::from_secs_f64(-uniform.ln() * self.mean_gap_seconds);
        self.next.set(due + gap);
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_come_at_the_rate_and_at_random() {
        let start = Instant::now();
        let arrivals = Arrivals::new(1_000.0, start);
        let times: Vec<Instant> = (0..100_000).map(|_| arrivals.take()).collect();
        let rate = 100_000.0 / (times[99_999] - start).as_secs_f64();
        assert!((980.0..1_020.0).contains(&rate), "{rate}");
        // Of a Poisson process 1 − 1/e of the gaps are shorter than the mean.
        let gaps = times.windows(2).map(|it| it[1] - it[0]);
        let short = gaps.filter(|it| *it < Duration::from_millis(1)).count();
        assert!((62_000..64_500).contains(&short), "{short}");
    }

    #[test]
    fn what_nobody_sends_is_left_over() {
        let start = Instant::now();
        let line = Line::new(Pace::PerSecond(1_000.0), start, start);
        let left = line.left_over(start + Duration::from_secs(10)).count();
        assert!((9_500..10_500).contains(&left), "{left}");
        let closed = Line::new(Pace::Closed, start, start);
        assert_eq!(closed.left_over(start + Duration::from_secs(10)).count(), 0);
    }

    #[tokio::test]
    async fn who_waits_is_told_of_a_turn_or_of_the_end() {
        let start = Instant::now();
        let until = start + Duration::from_secs(60);
        let line = Line::new(Pace::PerSecond(10_000.0), start, until);
        let turn = tokio::select! {
            turn = line.turn() => turn,
            told = line.tell() => panic!("{told:?}"),
        };
        assert!(turn.is_some_and(|it| it.due >= start && !it.has_waited));
        let line = Line::new(Pace::PerSecond(0.001), start, until);
        let (turn, ()) = tokio::join!(line.turn(), async { line.end() });
        assert!(turn.is_none());
        assert!(line.turn().await.is_none());
    }
}
