//! Some of the orders that were acknowledged, every one as likely as any other.

use fastrand::Rng;
use uuid::Uuid;

use super::Placed;

/// Most orders that are kept, and read back after the load: fifty megabytes,
/// and some seconds. Loads of no more orders are checked to the last of them.
const MAX_KEPT: usize = 100_000;

/// An order that was acknowledged.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) order: Placed,
    /// The coupon that it was to use.
    pub(crate) coupon: Option<Uuid>,
    /// The answer.
    pub(crate) body: Box<[u8]>,
}

/// A sample of a stream whose length is not known (Vitter's algorithm R).
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    kept: Vec<Kept>,
    room: usize,
    offered: usize,
    rng: Rng,
}

impl Sample {
    /// The share of one of so many parts.
    pub(super) fn part_of(parts: usize) -> Self {
        Self {
            kept: Vec::new(),
            room: MAX_KEPT / parts.max(1),
            offered: 0,
            rng: Rng::new(),
        }
    }

    /// Keeps an order, perhaps in the place of another.
    pub(super) fn offer(&mut self, order: Placed, coupon: Option<Uuid>, body: &[u8]) {
        self.offered += 1;
        let place = if self.kept.len() < self.room {
            self.kept.len()
        } else {
            self.rng.usize(..self.offered)
        };
        if place >= self.room {
            return;
        }
        let kept = Kept {
            order,
            coupon,
            body: body.into(),
        };
        match self.kept.get_mut(place) {
            Some(other) => *other = kept,
            None => self.kept.push(kept),
        }
    }

    /// Adds the sample of another part.
    pub(super) fn add(&mut self, other: Self) {
        self.kept.extend(other.kept);
        self.offered += other.offered;
    }

    /// All that are kept.
    pub(crate) fn into_kept(self) -> Vec<Kept> {
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Basket;

    #[test]
    fn every_order_is_as_likely_to_be_kept() {
        let mut sample = Sample::part_of(MAX_KEPT / 1_000);
        assert_eq!(sample.room, 1_000);
        for number in 0..10_000_u64 {
            let order = Placed {
                id: Uuid::from_u64_pair(0, number),
                basket: Basket::of_one(0, 0),
                total: 0,
            };
            sample.offer(order, None, b"{}");
        }
        let kept = sample.into_kept();
        assert_eq!(kept.len(), 1_000);
        let late = kept
            .iter()
            .filter(|it| it.order.id.as_u64_pair().1 >= 5_000);
        let late = late.count();
        // Half of them, give or take six standard deviations.
        assert!((400..600).contains(&late), "{late}");
    }
}
