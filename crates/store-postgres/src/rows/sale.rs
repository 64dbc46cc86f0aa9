//! Rows of `sales_log`: what batches add to the best-seller figures.

use jumun_domain::{Hour, ProductId, Sale};
use uuid::Uuid;

use crate::pipeline::Pipeline;

/// Adds what a batch sold.
pub(crate) const LOG: &str = "INSERT INTO sales_log (batch_id, hours, product_ids, quantities, \
     amounts) VALUES ($1, $2, $3, $4, $5)";

/// Sends what a batch adds, below zero for cancels.
pub(crate) fn log(
    pipeline: &mut Pipeline<'_>,
    batch_id: Uuid,
    sales: &[((Hour, ProductId), Sale)],
) {
    if sales.is_empty() {
        return;
    }
    let hours: Vec<i64> = sales.iter().map(|((hour, _), _)| hour.get()).collect();
    let products: Vec<i64> = sales.iter().map(|((_, id), _)| id.get()).collect();
    let quantities: Vec<i64> = sales.iter().map(|(_, it)| it.quantity.get()).collect();
    // Below 2^53, so exact.
    let amounts: Vec<f64> = sales.iter().map(|(_, it)| it.amount.get() as f64).collect();
    pipeline.execute(
        LOG,
        vec![
            Box::new(batch_id),
            Box::new(hours),
            Box::new(products),
            Box::new(quantities),
            Box::new(amounts),
        ],
    );
}
