//! Rates and latencies over time.

use std::time::Duration;

use hdrhistogram::Histogram;

use super::latency::{in_place, micros};

/// Most points: as many as a plot has room for, and a few megabytes.
const MAX_POINTS: u128 = 600;

/// Lengths of a point, of which the shortest is taken that has room.
const PERIODS: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_secs(1),
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_secs(600),
];

/// A plot has no room for more.
const SIGNIFICANT_DIGITS: u8 = 2;

/// What was answered, period by period.
#[derive(Clone, Debug)]
pub struct Series {
    period: Duration,
    slices: Vec<Slice>,
}

#[derive(Clone, Debug, Default)]
struct Slice {
    orders: u64,
    answers: u64,
    lost: u64,
    /// None where nothing was answered.
    latency: Option<Histogram<u32>>,
}

/// One period.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Point {
    /// When it begins, from the begin of the window.
    pub at: Duration,
    /// How long it is: the last one may be shorter.
    pub length: Duration,
    /// Orders that were acknowledged.
    pub orders: u64,
    /// Answers of any kind and status.
    pub answers: u64,
    /// Requests that were given up.
    pub lost: u64,
    /// Half of the answers took no longer; none where there was no answer.
    pub p50_us: Option<u64>,
    /// 99 % took no longer.
    pub p99_us: Option<u64>,
    /// The slowest.
    pub max_us: Option<u64>,
}

impl Point {
    /// Orders a second.
    #[allow(clippy::cast_precision_loss, reason = "a count of minutes")]
    pub fn orders_per_second(&self) -> f64 {
        self.orders as f64 / self.length.as_secs_f64()
    }
}

impl Series {
    /// Nothing yet, over a window of this length.
    pub(super) fn over(window: Duration) -> Self {
        let fits = |period: &Duration| window.as_nanos().div_ceil(period.as_nanos()) <= MAX_POINTS;
        let longest = PERIODS[PERIODS.len() - 1];
        let period = PERIODS.into_iter().find(fits).unwrap_or(longest);
        Self {
            period,
            slices: Vec::new(),
        }
    }

    /// Counts what was answered `at` so long after the begin.
    pub(super) fn count(
        &mut self,
        at: Duration,
        latency: Duration,
        is_order: bool,
        answered: bool,
    ) {
        let index = at.as_nanos() / self.period.as_nanos();
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        if index >= self.slices.len() {
            self.slices
                .resize_with(index.saturating_add(1), Slice::default);
        }
        let Some(slice) = self.slices.get_mut(index) else {
            return;
        };
        slice.orders += u64::from(is_order);
        slice.answers += u64::from(answered);
        slice.lost += u64::from(!answered);
        if answered && let Some(it) = in_place(&mut slice.latency, SIGNIFICANT_DIGITS) {
            it.saturating_record(micros(latency));
        }
    }

    /// Makes it as long as the window was: periods in which nothing came are
    /// points as well.
    pub(super) fn cut(&mut self, window: Duration) {
        let count = window.as_nanos().div_ceil(self.period.as_nanos());
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        self.slices.resize_with(count, Slice::default);
        // What would be divided by nearly nothing is noise.
        let rest = window.as_nanos() % self.period.as_nanos();
        if rest > 0 && rest * 10 < self.period.as_nanos() {
            self.slices.pop();
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        if other.slices.len() > self.slices.len() {
            self.slices.resize_with(other.slices.len(), Slice::default);
        }
        for (own, other) in self.slices.iter_mut().zip(&other.slices) {
            own.orders += other.orders;
            own.answers += other.answers;
            own.lost += other.lost;
            if let Some(latency) = &other.latency {
                let place = in_place(&mut own.latency, SIGNIFICANT_DIGITS);
                // Both have the same bounds, so nothing is left out.
                let _ = place.map(|it| it.add(latency));
            }
        }
    }

    /// The length of a point.
    pub fn period(&self) -> Duration {
        self.period
    }

    /// The points of a window of this length.
    pub fn points(&self, window: Duration) -> Vec<Point> {
        let slices = self.slices.iter().zip(0_u32..);
        slices
            .map(|(slice, index)| {
                let at = self.period * index;
                let at_quantile = |quantile: f64| {
                    let latency = slice.latency.as_ref();
                    latency.map(|it| it.value_at_quantile(quantile))
                };
                Point {
                    at,
                    length: self.period.min(window.saturating_sub(at)),
                    orders: slice.orders,
                    answers: slice.answers,
                    lost: slice.lost,
                    p50_us: at_quantile(0.5),
                    p99_us: at_quantile(0.99),
                    max_us: slice.latency.as_ref().map(Histogram::max),
                }
            })
            .filter(|point| !point.length.is_zero())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_the_shortest_that_has_room() {
        let table = [
            (1, 100),
            (60, 100),
            (61, 1_000),
            (600, 1_000),
            (601, 10_000),
            (86_400, 600_000),
            (u64::from(u32::MAX), 600_000),
        ];
        for (seconds, millis) in table {
            let series = Series::over(Duration::from_secs(seconds));
            assert_eq!(series.period(), Duration::from_millis(millis), "{seconds}");
        }
    }

    #[test]
    fn a_stall_is_periods_without_answers_and_then_slow_ones() {
        let window = Duration::from_millis(1_050);
        let millis = Duration::from_millis;
        let mut series = Series::over(window);
        let mut other = series.clone();
        series.count(millis(10), millis(1), true, true);
        series.count(millis(20), millis(1), false, true);
        other.count(millis(850), millis(800), true, true);
        other.count(millis(860), millis(30), false, false);
        series.merge(&other);
        series.cut(window);
        let points = series.points(window);
        assert_eq!(points.len(), 11);
        assert_eq!((points[0].orders, points[0].answers), (1, 2));
        assert!((points[0].orders_per_second() - 10.0).abs() < 1e-9);
        assert!(
            points[1..8]
                .iter()
                .all(|it| it.max_us.is_none() && it.answers == 0)
        );
        assert!(
            points[8]
                .p50_us
                .is_some_and(|it| it.abs_diff(800_000) < 8_000)
        );
        assert_eq!(points[8].lost, 1);
        assert_eq!(points[10].length, millis(50));
    }
}
