//! What a coupon takes off, and how it is spread over the lines.

use crate::amount::Money;
use crate::campaign::Discount;

impl Discount {
    /// What is taken off `subtotal` (not negative): never more than it; a
    /// share is rounded down.
    pub fn of(self, subtotal: Money) -> Money {
        match self {
            Self::Fixed { amount } => amount.min(subtotal),
            Self::Percent {
                percent,
                max_amount,
            } => {
                let share = i128::from(subtotal.get()) * i128::from(percent) / 100;
                // At most 100 percent of a value in range, so in range.
                let share = i64::try_from(share)
                    .ok()
                    .and_then(Money::new)
                    .unwrap_or(subtotal);
                max_amount.map_or(share, |most| share.min(most))
            }
        }
    }
}

/// Splits `discount` over `amounts` in proportion, by largest remainder: the
/// parts sum to `discount` exactly and none exceeds its amount. Of equal
/// remainders the earlier line's is served first.
///
/// Requires `0 ≤ discount ≤ sum of amounts`, none of them negative.
pub(crate) fn spread(discount: Money, amounts: &[Money]) -> Vec<Money> {
    let subtotal: i128 = amounts.iter().map(|amount| i128::from(amount.get())).sum();
    if discount == Money::ZERO || subtotal == 0 {
        return vec![Money::ZERO; amounts.len()];
    }
    let mut left = discount.get();
    let mut parts = Vec::with_capacity(amounts.len());
    let mut remainders = Vec::with_capacity(amounts.len());
    for (index, amount) in amounts.iter().enumerate() {
        let exact = i128::from(discount.get()) * i128::from(amount.get());
        // Not more than `amount`, since the discount is not more than the subtotal.
        let part = i64::try_from(exact / subtotal).unwrap_or(amount.get());
        left -= part;
        parts.push(part);
        remainders.push((exact % subtotal, index));
    }
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, index) in remainders {
        if left == 0 {
            break;
        }
        parts[index] += 1;
        left -= 1;
    }
    parts
        .into_iter()
        .map(|part| Money::new(part).unwrap_or_default())
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(value: i64) -> Money {
        Money::new(value).unwrap()
    }

    #[test]
    fn a_discount_never_exceeds_the_subtotal_and_rounds_down() {
        let percent = |percent, max: Option<i64>| Discount::Percent {
            percent,
            max_amount: max.map(money),
        };
        let table = [
            (
                Discount::Fixed {
                    amount: money(1_000),
                },
                5_000,
                1_000,
            ),
            (
                Discount::Fixed {
                    amount: money(1_000),
                },
                999,
                999,
            ),
            (
                Discount::Fixed {
                    amount: money(1_000),
                },
                0,
                0,
            ),
            (percent(10, None), 999, 99),
            (percent(10, None), 9, 0),
            (percent(100, None), 999, 999),
            (percent(50, Some(300)), 999, 300),
            (percent(50, Some(300)), 500, 250),
            (percent(100, None), Money::MAX.get(), Money::MAX.get()),
            (percent(33, None), Money::MAX.get(), 2_972_375_754_064_527),
        ];
        for (discount, subtotal, expected) in table {
            assert_eq!(
                discount.of(money(subtotal)),
                money(expected),
                "{discount:?} of {subtotal}"
            );
        }
    }

    #[test]
    fn a_discount_is_spread_by_largest_remainder() {
        let table: &[(i64, &[i64], &[i64])] = &[
            (100, &[100, 200, 300], &[17, 33, 50]),
            (1, &[10, 10, 10], &[1, 0, 0]),
            (2, &[10, 10, 10], &[1, 1, 0]),
            (10, &[0, 10], &[0, 10]),
            (0, &[5, 5], &[0, 0]),
            (0, &[0], &[0]),
            (5, &[1, 1, 1, 1, 1], &[1, 1, 1, 1, 1]),
            (3, &[1, 8], &[0, 3]),
        ];
        for (discount, amounts, expected) in table {
            let amounts: Vec<_> = amounts.iter().copied().map(money).collect();
            let parts: Vec<_> = spread(money(*discount), &amounts)
                .iter()
                .map(|p| p.get())
                .collect();
            assert_eq!(parts, *expected, "{discount} over {amounts:?}");
        }
    }

    proptest! {
        #[test]
        fn the_parts_sum_to_the_discount_and_none_exceeds_its_amount(
            amounts in prop::collection::vec(0..=(1i64 << 46), 1..=100),
            share in 0.0..=1.0f64,
        ) {
            let subtotal: i64 = amounts.iter().sum();
            let discount = ((subtotal as f64 * share) as i64).min(subtotal);
            let amounts: Vec<_> = amounts.into_iter().map(money).collect();
            let parts = spread(money(discount), &amounts);
            prop_assert_eq!(parts.iter().map(|part| part.get()).sum::<i64>(), discount);
            for (part, amount) in parts.iter().zip(&amounts) {
                prop_assert!(*part >= Money::ZERO && part <= amount);
            }
        }
    }
}
