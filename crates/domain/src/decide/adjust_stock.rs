use super::{Stamp, Stop, out_of_range};
use crate::answer::Answer;
use crate::command::AdjustStock;
use crate::id::AdjustmentId;
use crate::ledger::StockAdjustment;
use crate::rejection::Rejection;
use crate::working_set::WorkingSet;

/// Changes a stock by hand and writes the adjustment. The product must exist,
/// the stock may not fall below zero, and upwards there must be headroom for
/// returns.
pub(super) fn adjust_stock(
    set: &mut WorkingSet,
    command: &AdjustStock,
    stamp: &mut Stamp<'_>,
) -> Result<Answer, Stop> {
    let product_id = command.product_id;
    let product = set
        .products
        .get(&product_id)?
        .ok_or(Rejection::ProductNotFound { product_id })?;
    let requested = command.delta.negated();
    if requested > product.stock {
        let available = product.stock;
        return Err(Rejection::OutOfStock {
            product_id,
            requested,
            available,
        }
        .into());
    }
    let stock = product
        .restocked(command.delta)
        .ok_or_else(|| out_of_range("/delta"))?;

    // From here nothing can fail.
    let adjustment = StockAdjustment {
        id: AdjustmentId(stamp.ids.next(stamp.now)),
        product_id,
        delta: command.delta,
        stock,
        reason: command.reason.clone(),
        opening: false,
        created_at: stamp.now,
    };
    set.products
        .update(&product_id, |product| product.stock = stock);
    set.journal.adjustments.push(adjustment.clone());
    Ok(Answer::StockAdjusted(adjustment))
}

#[cfg(test)]
mod tests {
    use crate::amount::Units;
    use crate::answer::Answer;
    use crate::command::AdjustStock;
    use crate::decide::testing::*;

    fn adjust(product: i64, delta: i64) -> AdjustStock {
        AdjustStock::new(product_id(product), delta, Some("count")).unwrap()
    }

    #[test]
    fn an_adjustment_goes_both_ways_and_is_written_after_the_opening_stock() {
        let mut shop = Shop::new();
        shop.given_product(1, 100, 40);
        for (delta, stock) in [(2, 42), (-40, 2), (-2, 0)] {
            let Answer::StockAdjusted(adjustment) = shop.done(adjust(1, delta)) else {
                panic!("another answer");
            };
            assert_eq!(
                (adjustment.delta, adjustment.stock),
                (units(delta), units(stock))
            );
            assert_eq!(
                (adjustment.reason.as_deref(), adjustment.opening),
                (Some("count"), false)
            );
            assert_eq!(shop.stock(1), stock);
        }
        let written: Vec<_> = shop
            .set
            .journal
            .adjustments
            .iter()
            .map(|it| (it.delta.get(), it.opening))
            .collect();
        assert_eq!(written, [(40, true), (2, false), (-40, false), (-2, false)]);
    }

    #[test]
    fn an_adjustment_never_goes_below_zero_or_beyond_the_range() {
        let max = Units::MAX.get();
        let table = [
            (adjust(9, 5), "product-not-found 9"),
            (adjust(1, -11), "out-of-stock 1: 11 of 10"),
            (adjust(1, -max), "out-of-stock 1: 9007199254740991 of 10"),
            (adjust(1, max - 9), "validation-failed /delta"),
        ];
        for (command, expected) in table {
            let mut shop = Shop::new();
            shop.given_product(1, 100, 10);
            assert_eq!(shop.rejected(command), [expected]);
        }
    }
}
