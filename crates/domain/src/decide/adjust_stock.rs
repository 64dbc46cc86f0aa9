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
    let product =
        set.products.get(&product_id)?.ok_or(Rejection::ProductNotFound { product_id })?;
    let requested = command.delta.negated();
    if requested > product.stock {
        let available = product.stock;
        return Err(Rejection::OutOfStock { product_id, requested, available }.into());
    }
    let stock = product.restocked(command.delta).ok_or_else(|| out_of_range("/delta"))?;

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
    set.products.update(&product_id, |product| product.stock = stock);
    set.journal.adjustments.push(adjustment.clone());
    Ok(Answer::StockAdjusted(adjustment))
}
