//! Rows of `sales`: the best-seller figures by hour.

use jumun_domain::{Hour, ProductId, Sale};

use crate::pipeline::Pipeline;

/// Adds to the figures of hours ($1) and products ($2).
pub(crate) const ADD: &str = "INSERT INTO sales (hour, product_id, quantity, amount) \
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::double precision[]) \
     ON CONFLICT (hour, product_id) DO UPDATE SET quantity = sales.quantity + excluded.quantity, \
     amount = sales.amount + excluded.amount";

/// Sends what a batch adds, below zero for cancels.
pub(crate) fn add<'a>(
    pipeline: &mut Pipeline<'_>,
    sales: impl Iterator<Item = (&'a (Hour, ProductId), &'a Sale)>,
) {
    let mut hours: Vec<i64> = Vec::new();
    let mut products: Vec<i64> = Vec::new();
    let mut quantities: Vec<i64> = Vec::new();
    let mut amounts: Vec<f64> = Vec::new();
    for ((hour, product), sale) in sales {
        hours.push(hour.get());
        products.push(product.get());
        quantities.push(sale.quantity.get());
        // Below 2^53, so exact.
        amounts.push(sale.amount.get() as f64);
    }
    if hours.is_empty() {
        return;
    }
    pipeline.execute(
        ADD,
        vec![
            Box::new(hours),
            Box::new(products),
            Box::new(quantities),
            Box::new(amounts),
        ],
    );
}
