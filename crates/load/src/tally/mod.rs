//! What a load was answered, and how fast.

mod latency;
mod outcomes;
mod series;

use std::time::{Duration, Instant};

pub use latency::{Latency, Percentiles};
pub use outcomes::{Outcomes, Refusal};
pub(crate) use outcomes::{code, is_doubtful};
pub use series::{Point, Series};

use crate::wire::{Answer, Loss};

/// The status of an order that was placed.
pub(crate) const CREATED: u16 = 201;

/// Bytes of a refusal's text that a report shows.
const MAX_REFUSAL_BYTES: usize = 300;

/// The part of a load that is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) from: Instant,
    pub(crate) until: Instant,
}

impl Window {
    pub(crate) fn length(&self) -> Duration {
        self.until.saturating_duration_since(self.from)
    }

    fn contains(&self, time: Instant) -> bool {
        time >= self.from && time < self.until
    }
}

/// The outcome of a load.
///
/// Latencies and outcomes are those of every request that was due within the
/// window, whenever its answer came: a stall at the end of the window is not
/// left out. Rates and the series are of what was answered within the window.
#[derive(Clone, Debug)]
pub struct Tally {
    kinds: Vec<KindTally>,
    window: Duration,
    series: Series,
    orders: u64,
    answers: u64,
    waited: u64,
    not_sent: u64,
    refused_connections: u64,
    reconnections: u64,
    first_refusal: Option<String>,
}

/// The part of the requests of one kind.
#[derive(Clone, Debug)]
pub struct KindTally {
    /// Such as `order`.
    pub kind: &'static str,
    /// From when a request was due to its answer.
    pub latency: Latency,
    /// What became of the requests.
    pub outcomes: Outcomes,
}

impl Tally {
    pub(crate) fn new(kinds: &'static [&'static str], window: &Window) -> Self {
        let kind = |kind: &&'static str| KindTally {
            kind,
            latency: Latency::default(),
            outcomes: Outcomes::default(),
        };
        Self {
            kinds: kinds.iter().map(kind).collect(),
            window: window.length(),
            series: Series::over(window.length()),
            orders: 0,
            answers: 0,
            waited: 0,
            not_sent: 0,
            refused_connections: 0,
            reconnections: 0,
            first_refusal: None,
        }
    }

    /// Counts what became of a request of a kind that was due then.
    pub(crate) fn count(
        &mut self,
        window: &Window,
        kind: usize,
        due: Instant,
        outcome: &Result<Answer<'_>, Loss>,
    ) {
        let now = Instant::now();
        let latency = now.saturating_duration_since(due);
        let is_order = kind == 0 && matches!(outcome, Ok(answer) if answer.status == CREATED);
        if window.contains(now) {
            let at = now.saturating_duration_since(window.from);
            self.orders += u64::from(is_order);
            self.answers += u64::from(outcome.is_ok());
            self.series.count(at, latency, is_order, outcome.is_ok());
        }
        if !window.contains(due) {
            return;
        }
        if let Some(kind) = self.kinds.get_mut(kind) {
            match outcome {
                Ok(answer) => kind.outcomes.answered(answer),
                Err(loss) => kind.outcomes.lost(*loss),
            }
            // It would have taken longer still.
            if !matches!(outcome, Err(loss) if *loss != Loss::TimedOut) {
                kind.latency.record(latency);
            }
        }
        if let Ok(answer) = outcome
            && answer.status >= 400
            && self.first_refusal.is_none()
        {
            let shown = &answer.body[..answer.body.len().min(MAX_REFUSAL_BYTES)];
            self.first_refusal = Some(String::from_utf8_lossy(shown).into_owned());
        }
    }

    /// A request became due while all connections were busy.
    pub(crate) fn count_waiting(&mut self, window: &Window, due: Instant) {
        self.waited += u64::from(window.contains(due));
    }

    /// A request was due, and the load ended before it could be sent.
    pub(crate) fn count_not_sent(&mut self, window: &Window, due: Instant) {
        self.not_sent += u64::from(window.contains(due));
    }

    /// A connection was made anew.
    pub(crate) fn count_reconnection(&mut self) {
        self.reconnections += 1;
    }

    /// A connection could not be made.
    pub(crate) fn count_refused_connection(&mut self) {
        self.refused_connections += 1;
    }

    /// The load ended early: the window is as long as it was.
    pub(crate) fn cut(&mut self, window: Duration) {
        self.window = window;
        self.series.cut(window);
    }

    /// Adds what another thread has counted.
    pub(crate) fn merge(&mut self, other: Self) {
        for (own, other) in self.kinds.iter_mut().zip(other.kinds) {
            own.latency.merge(&other.latency);
            own.outcomes.merge(other.outcomes);
        }
        self.window = self.window.max(other.window);
        self.series.merge(&other.series);
        self.orders += other.orders;
        self.answers += other.answers;
        self.waited += other.waited;
        self.not_sent += other.not_sent;
        self.refused_connections += other.refused_connections;
        self.reconnections += other.reconnections;
        self.first_refusal = self.first_refusal.take().or(other.first_refusal);
    }

    /// How long was counted.
    pub fn window(&self) -> Duration {
        self.window
    }

    /// Each kind of request; orders are the first.
    pub fn kinds(&self) -> &[KindTally] {
        &self.kinds
    }

    /// From when a request was due to its answer, of all kinds together.
    pub fn latency(&self) -> Latency {
        let mut all = Latency::default();
        for kind in &self.kinds {
            all.merge(&kind.latency);
        }
        all
    }

    /// What became of the requests, of all kinds together.
    pub fn outcomes(&self) -> Outcomes {
        let mut all = Outcomes::default();
        for kind in &self.kinds {
            all.merge(kind.outcomes.clone());
        }
        all
    }

    /// Orders that were acknowledged within the window.
    pub fn orders(&self) -> u64 {
        self.orders
    }

    /// Orders that were acknowledged within the window, a second.
    pub fn orders_per_second(&self) -> f64 {
        per_second(self.orders, self.window)
    }

    /// Answers of any kind and status within the window, a second.
    pub fn answers_per_second(&self) -> f64 {
        per_second(self.answers, self.window)
    }

    /// Requests that became due while all connections were busy, and waited for
    /// one of them. In a closed loop there are none.
    pub fn waited(&self) -> u64 {
        self.waited
    }

    /// Requests that were due, and could not be sent before the load ended.
    pub fn not_sent(&self) -> u64 {
        self.not_sent
    }

    /// Attempts to connect that the server did not accept.
    pub fn refused_connections(&self) -> u64 {
        self.refused_connections
    }

    /// Connections that were made in the place of lost ones.
    pub fn reconnections(&self) -> u64 {
        self.reconnections
    }

    /// The beginning of the first problem that a request was answered with.
    pub fn first_refusal(&self) -> Option<&str> {
        self.first_refusal.as_deref()
    }

    /// Rates and latencies over time.
    pub fn series(&self) -> &Series {
        &self.series
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts of minutes")]
fn per_second(count: u64, window: Duration) -> f64 {
    if window.is_zero() {
        return 0.0;
    }
    count as f64 / window.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: &[&str] = &["order", "read"];

    fn answer(status: u16) -> Result<Answer<'static>, Loss> {
        Ok(Answer {
            status,
            body: b"{\"code\":\"out-of-stock\"}",
        })
    }

    #[test]
    fn what_was_due_in_the_window_counts_whenever_its_answer_came() {
        let now = Instant::now();
        let second = Duration::from_secs(1);
        // The window has ended already; the answers come late.
        let over = Window {
            from: now - 3 * second,
            until: now - second,
        };
        let mut tally = Tally::new(KINDS, &over);
        tally.count(&over, 0, now - 2 * second, &answer(201));
        tally.count(&over, 0, now - 4 * second, &answer(201));
        assert_eq!((tally.orders(), tally.latency().count()), (0, 1));
        let slowest_us = tally.latency().percentiles().max_us;
        assert!(slowest_us >= 1_990_000, "{slowest_us}");
        // A window that lasts: what was due before is answered in it.
        let open = Window {
            from: now,
            until: now + 60 * second,
        };
        let mut tally = Tally::new(KINDS, &open);
        tally.count(&open, 0, now - second, &answer(201));
        assert_eq!((tally.orders(), tally.latency().count()), (1, 0));
    }

    #[test]
    fn orders_are_the_created_ones_of_the_first_kind() {
        let now = Instant::now();
        let window = Window {
            from: now,
            until: now + Duration::from_secs(60),
        };
        let mut tally = Tally::new(KINDS, &window);
        let table = [
            (0, answer(201)),
            (0, answer(400)),
            (1, answer(201)),
            (0, Err(Loss::Closed)),
            (0, Err(Loss::TimedOut)),
        ];
        for (kind, outcome) in table {
            tally.count(&window, kind, Instant::now(), &outcome);
        }
        let mut other = Tally::new(KINDS, &window);
        other.count(&window, 0, Instant::now(), &answer(201));
        tally.merge(other);
        assert_eq!(tally.orders(), 2);
        // A lost connection has no latency, a timeout has at least its own.
        assert_eq!(tally.latency().count(), 5);
        assert_eq!(tally.outcomes().total(), 6);
        assert!(
            tally
                .first_refusal()
                .is_some_and(|it| it.contains("out-of-stock"))
        );
        tally.cut(Duration::from_secs(4));
        assert!((tally.orders_per_second() - 0.5).abs() < 1e-9);
    }
}
