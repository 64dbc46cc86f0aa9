//! Axes: where they end, and where their ticks are.

/// An axis from 0.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Scale {
    /// Where it ends.
    pub(super) end: f64,
    /// From a tick to the next.
    pub(super) step: f64,
}

impl Scale {
    /// An axis with at most so many ticks above 0, that ends at a tick at or
    /// above `most`.
    pub(super) fn up_to(most: f64, ticks: u32) -> Self {
        let step = step(most, ticks);
        Self {
            end: step * (most / step).ceil().max(1.0),
            step,
        }
    }

    /// An axis that ends exactly there.
    pub(super) fn exactly(end: f64, ticks: u32) -> Self {
        let step = step(end, ticks);
        let end = if end > 0.0 { end } else { step };
        Self { end, step }
    }

    /// The places of its ticks.
    pub(super) fn ticks(self) -> impl Iterator<Item = f64> {
        // A hair more, so that the last tick is not lost to rounding.
        let end = self.end + self.step * 1e-9;
        let places = (0_u32..).map(move |tick| f64::from(tick) * self.step);
        places.take_while(move |it| *it <= end)
    }

    /// The share of the axis that lies before a value.
    pub(super) fn share(self, value: f64) -> f64 {
        (value / self.end).clamp(0.0, 1.0)
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
            assert!((scale.step - step).abs() < 1e-9, "{most}: {scale:?}");
            assert!(scale.ticks().count() <= 6, "{most}: {scale:?}");
        }
    }

    #[test]
    fn an_axis_may_end_between_two_ticks() {
        let scale = Scale::exactly(10.5, 10);
        assert_eq!((scale.end, scale.step), (10.5, 2.0));
        assert_eq!(scale.ticks().count(), 6);
        assert!((scale.share(5.25) - 0.5).abs() < 1e-9);
        assert_eq!(scale.share(99.0), 1.0);
    }
}
