//! Integers that cannot overflow: money and units of stock.

use std::fmt;

use crate::limits::MAX_SAFE_INTEGER;

macro_rules! amount {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
        pub struct $name(i64);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);
            /// The largest value, 2^53 − 1.
            pub const MAX: Self = Self(MAX_SAFE_INTEGER);

            /// `None` outside ±(2^53 − 1).
            pub const fn new(value: i64) -> Option<Self> {
                if value >= -MAX_SAFE_INTEGER && value <= MAX_SAFE_INTEGER {
                    Some(Self(value))
                } else {
                    None
                }
            }

            /// The plain integer, within ±(2^53 − 1).
            pub const fn get(self) -> i64 {
                self.0
            }

            /// `None` when the sum leaves the range.
            pub const fn checked_add(self, other: Self) -> Option<Self> {
                // Two values of 53 bits cannot overflow 64.
                Self::new(self.0 + other.0)
            }

            /// `None` when the difference leaves the range.
            pub const fn checked_sub(self, other: Self) -> Option<Self> {
                Self::new(self.0 - other.0)
            }

            /// The sum, held at the end of the range where it would leave it.
            pub fn saturating_add(self, other: Self) -> Self {
                Self((self.0 + other.0).clamp(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER))
            }

            /// The difference, held at the end of the range where it would leave it.
            pub fn saturating_sub(self, other: Self) -> Self {
                self.saturating_add(other.negated())
            }

            /// The same magnitude with the other sign; the range is symmetric,
            /// so this always exists.
            pub const fn negated(self) -> Self {
                Self(-self.0)
            }

            /// Below zero.
            pub const fn is_negative(self) -> bool {
                self.0 < 0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }
    };
}

amount! {
    /// An amount in the minor unit of the deployment's one currency, within
    /// ±(2^53 − 1). All arithmetic is checked: there is no way to wrap.
    ///
    /// ```
    /// use jumun_domain::{Money, Units};
    ///
    /// let price = Money::new(12_900).unwrap();
    /// assert_eq!(price.times(Units::new(3).unwrap()), Money::new(38_700));
    /// assert_eq!(Money::MAX.times(Units::new(2).unwrap()), None);
    /// assert_eq!(Money::new(1 << 53), None);
    /// ```
    Money
}

amount! {
    /// A number of pieces of a product, within ±(2^53 − 1).
    Units
}

impl Money {
    /// The price of `quantity` pieces at this unit price; `None` when it
    /// leaves the range.
    pub const fn times(self, quantity: Units) -> Option<Self> {
        match self.0.checked_mul(quantity.0) {
            Some(product) => Self::new(product),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_ends_at_the_largest_exact_json_integer() {
        let edges = [
            (0, true),
            (-1, true),
            (9_007_199_254_740_991, true),
            (-9_007_199_254_740_991, true),
            (9_007_199_254_740_992, false),
            (i64::MAX, false),
            (i64::MIN, false),
        ];
        for (value, inside) in edges {
            assert_eq!(Money::new(value).is_some(), inside, "{value}");
        }
    }

    #[test]
    fn arithmetic_that_leaves_the_range_is_none_and_never_wraps() {
        let one = Money::new(1).unwrap();
        assert_eq!(Money::MAX.checked_add(one), None);
        assert_eq!(Money::MAX.negated().checked_sub(one), None);
        assert_eq!(Money::MAX.times(Units::MAX), None);
        assert_eq!(Money::MAX.saturating_add(one), Money::MAX);
        assert_eq!(
            Money::MAX.checked_sub(one).unwrap().checked_add(one),
            Some(Money::MAX)
        );
    }
}
