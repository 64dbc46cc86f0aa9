//! Axes: where they begin and end, and where their ticks are.

/// More decades than any figure has, from which on it would have too many ticks.
const MAX_DECADES: i32 = 12;

/// An axis.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Scale {
    /// The places of its ticks, and their distance there.
    pub(super) ticks: Vec<Tick>,
    start: f64,
    end: f64,
    is_logarithmic: bool,
}

/// A tick of an axis.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Tick {
    pub(super) at: f64,
    /// How exact its number has to be.
    pub(super) step: f64,
}

impl Scale {
    /// An axis from 0 with at most so many further ticks, that ends at a tick at
    /// or above `most`.
    pub(super) fn up_to(most: f64, ticks: u32) -> Self {
        let step = step(most, ticks);
        Self::linear(step * (most / step).ceil().max(1.0), step)
    }

    /// An axis from 0 that ends exactly there.
    pub(super) fn exactly(end: f64, ticks: u32) -> Self {
        let step = step(end, ticks);
        Self::linear(if end > 0.0 { end } else { step }, step)
    }

    /// A logarithmic axis of whole decades that has all positive ones of these
    /// values.
    pub(super) fn decades(values: impl Iterator<Item = f64> + Clone) -> Self {
        let logs = values.filter(|it| *it > 0.0).map(f64::log10);
        let least = logs.clone().fold(f64::INFINITY, f64::min);
        let most = logs.fold(f64::NEG_INFINITY, f64::max);
        // Of no values at all it is the decade from 1.
        let (first, last) = if least <= most {
            #[allow(clippy::cast_possible_truncation, reason = "powers of ten of an f64")]
            let (first, last) = (least.floor() as i32, most.ceil() as i32);
            (first.max(last - MAX_DECADES), last.max(first + 1))
        } else {
            (0, 1)
        };
        let ticks = (first..=last).map(|power| {
            let at = 10_f64.powi(power);
            Tick { at, step: at }
        });
        Self {
            ticks: ticks.collect(),
            start: 10_f64.powi(first),
            end: 10_f64.powi(last),
            is_logarithmic: true,
        }
    }

    fn linear(end: f64, step: f64) -> Self {
        // A hair more, so that the last tick is not lost to rounding.
        let limit = end + step * 1e-9;
        let places = (0_u32..).map(|tick| f64::from(tick) * step);
        let ticks = places.take_while(|it| *it <= limit);
        Self {
            ticks: ticks.map(|at| Tick { at, step }).collect(),
            start: 0.0,
            end,
            is_logarithmic: false,
        }
    }

    /// The share of the axis that lies before a value.
    pub(super) fn share(&self, value: f64) -> f64 {
        let share = if self.is_logarithmic {
            (value / self.start).log10() / (self.end / self.start).log10()
        } else {
            value / self.end
        };
        share.clamp(0.0, 1.0)
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that needs no more ticks.
fn step(most: f64, ticks: u32) -> f64 {
    let least = most / f64::from(ticks);
    if !(least.is_finite() && least > 0.0) {
        return 1.0;
    }
    let power = 10_f64.powf(least.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0].into_iter();
    let steps = factors.map(|factor| factor * power);
    // A hair less, as above.
    let mut enough = steps.filter(|step| *step >= least * (1.0 - 1e-9));
    enough.next().unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_numbers_and_reach_the_greatest_value() {
        let table = [
            (23_456.0, 25_000.0, 5_000.0),
            (25_000.0, 25_000.0, 5_000.0),
            (0.3, 0.3, 0.1),
            (7.0, 8.0, 2.0),
            (1.0, 1.0, 0.2),
            (0.0, 1.0, 1.0),
            (f64::NAN, 1.0, 1.0),
        ];
        for (most, end, step) in table {
            let scale = Scale::up_to(most, 5);
            assert!((scale.end - end).abs() < 1e-9, "{most}: {scale:?}");
            assert!((scale.ticks[1].at - step).abs() < 1e-9, "{most}: {scale:?}");
            assert!(scale.ticks.len() <= 6, "{most}: {scale:?}");
        }
    }

    #[test]
    fn an_axis_may_end_between_two_ticks() {
        let scale = Scale::exactly(10.5, 10);
        assert_eq!((scale.end, scale.ticks.len()), (10.5, 6));
        assert!((scale.share(5.25) - 0.5).abs() < 1e-9);
        assert_eq!(scale.share(99.0), 1.0);
    }

    #[test]
    fn decades_have_all_values_and_each_as_much_room() {
        let table = [
            (&[0.4, 3.0, 70.0][..], 0.1, 100.0),
            (&[5.0], 1.0, 10.0),
            (&[10.0], 10.0, 100.0),
            (&[0.0, -1.0], 1.0, 10.0),
            (&[], 1.0, 10.0),
        ];
        for (values, start, end) in table {
            let scale = Scale::decades(values.iter().copied());
            assert!((scale.start / start - 1.0).abs() < 1e-9, "{scale:?}");
            assert!((scale.end / end - 1.0).abs() < 1e-9, "{scale:?}");
        }
        let scale = Scale::decades([0.1, 100.0].into_iter());
        for (value, share) in [(0.1, 0.0), (1.0, 1.0 / 3.0), (100.0, 1.0), (0.0, 0.0)] {
            assert!((scale.share(value) - share).abs() < 1e-9, "{value}");
        }
    }
}
