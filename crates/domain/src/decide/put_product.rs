use std::sync::Arc;

use super::{Stamp, Stop};
use crate::amount::Units;
use crate::answer::Answer;
use crate::command::PutProduct;
use crate::id::AdjustmentId;
use crate::ledger::StockAdjustment;
use crate::product::Product;
use crate::working_set::WorkingSet;

/// Creates a product with its opening stock as the first adjustment, or
/// replaces name, price, state and limit of one that is there. Its stock
/// changes by orders, cancels and adjustments only.
pub(super) fn put_product(
    set: &mut WorkingSet,
    command: &PutProduct,
    stamp: &mut Stamp<'_>,
) -> Result<Answer, Stop> {
    let Some(product) = set.products.get(&command.product_id)? else {
        return Ok(Answer::Product { product: create(set, command, stamp), created: true });
    };

    let product = Product {
        name: command.name.clone(),
        price: command.price,
        active: command.active,
        max_per_user: command.max_per_user,
        counts_purchases: product.counts_purchases || command.max_per_user.is_some(),
        ..product.clone()
    };
    set.products.update(&product.id, |row| *row = product.clone());
    Ok(Answer::Product { product, created: false })
}

fn create(set: &mut WorkingSet, command: &PutProduct, stamp: &mut Stamp<'_>) -> Product {
    let stock = command.stock.unwrap_or(Units::ZERO);
    let product = Product {
        id: command.product_id,
        name: command.name.clone(),
        price: command.price,
        stock,
        sold: Units::ZERO,
        active: command.active,
        max_per_user: command.max_per_user,
        counts_purchases: command.max_per_user.is_some(),
        created_at: stamp.now,
    };
    set.journal.adjustments.push(StockAdjustment {
        id: AdjustmentId(stamp.ids.next(stamp.now)),
        product_id: product.id,
        delta: stock,
        stock,
        reason: Some(Arc::from(OPENING_STOCK)),
        opening: true,
        created_at: stamp.now,
    });
    set.products.insert(product.id, product.clone());
    product
}

/// The reason printed with the first line of a product's stock history.
const OPENING_STOCK: &str = "opening stock";
