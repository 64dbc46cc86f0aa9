//! Zipf's law.

/// Draws ranks such that the rank n comes up n times less often than the first.
pub(super) struct Popularity {
    /// Running sums of 1/n.
    sums: Vec<f64>,
}

impl Popularity {
    /// Of so many ranks.
    pub(super) fn new(ranks: u32) -> Self {
        let shares = (1..=ranks).scan(0.0, |sum, rank| {
            *sum += 1.0 / f64::from(rank);
            Some(*sum)
        });
        Self {
            sums: shares.collect(),
        }
    }

    /// The rank, counted from 0, that a number from 0 to 1 falls on.
    pub(super) fn rank(&self, uniform: f64) -> u32 {
        let total = self.sums.last().copied().unwrap_or_default();
        let place = self.sums.partition_point(|sum| *sum <= uniform * total);
        let last = self.sums.len().saturating_sub(1);
        // There are no more ranks than a `u32` counts.
        u32::try_from(place.min(last)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rank_n_comes_up_n_times_less_often_than_the_first() {
        let popularity = Popularity::new(100);
        let mut counts = [0_u32; 100];
        for step in 0..1_000_000 {
            counts[popularity.rank(f64::from(step) / 1e6) as usize] += 1;
        }
        for rank in [2, 3, 10, 100] {
            let ratio = f64::from(counts[0]) / f64::from(counts[rank - 1]);
            assert!((ratio / rank as f64 - 1.0).abs() < 0.01, "{rank}: {ratio}");
        }
        assert_eq!(popularity.rank(1.0), 99);
    }
}
