//! Rows of `stock_adjustments`.

use jumun_domain::{AdjustmentId, ProductId, StockAdjustment};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Decoder, Result};
use crate::pipeline::Pipeline;

macro_rules! columns {
    () => {
        "product_id, adjustment_id, delta, stock, created_at, opening, reason"
    };
    ("found") => {
        "found.product_id, found.adjustment_id, found.delta, found.stock, found.created_at, \
         found.opening, found.reason"
    };
}

/// Reads adjustments by the product and their own id.
pub(crate) const FIND: &str = concat!(
    "SELECT ",
    columns!("found"),
    " FROM unnest($1::bigint[], $2::uuid[]) AS wanted (product_id, adjustment_id) \
     CROSS JOIN LATERAL (SELECT * FROM stock_adjustments AS it \
     WHERE it.product_id = wanted.product_id AND it.adjustment_id = wanted.adjustment_id LIMIT 1) \
     AS found"
);

/// Reads a product's adjustments ($1), oldest first: all, or those after one of
/// them ($2).
pub(crate) const PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM stock_adjustments WHERE product_id = $1 AND ($2::uuid IS NULL \
     OR (adjustment_id > $2 AND EXISTS (SELECT 1 FROM stock_adjustments AS it \
     WHERE it.product_id = $1 AND it.adjustment_id = $2))) ORDER BY adjustment_id LIMIT $3"
);

/// Adds adjustments.
pub(crate) const INSERT: &str = concat!(
    "INSERT INTO stock_adjustments (",
    columns!(),
    ") SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], \
     $6::boolean[], $7::text[])"
);

pub(crate) fn decode(row: &Row) -> Result<StockAdjustment> {
    let row = Decoder::new(row, "stock_adjustments");
    Ok(StockAdjustment {
        product_id: row.id(0, ProductId::new)?,
        id: AdjustmentId(row.get(1)?),
        delta: row.units(2)?,
        stock: row.units(3)?,
        created_at: row.time(4)?,
        opening: row.get(5)?,
        reason: row.optional_text(6)?,
    })
}

/// Sends the insert of all of `adjustments`.
pub(crate) fn insert(pipeline: &mut Pipeline<'_>, adjustments: &[StockAdjustment]) {
    if adjustments.is_empty() {
        return;
    }
    let column = |of: fn(&StockAdjustment) -> i64| adjustments.iter().map(of).collect::<Vec<i64>>();
    let ids: Vec<Uuid> = adjustments.iter().map(|it| it.id.0).collect();
    let opening: Vec<bool> = adjustments.iter().map(|it| it.opening).collect();
    let reasons: Vec<Option<String>> = adjustments
        .iter()
        .map(|it| it.reason.as_deref().map(str::to_owned))
        .collect();
    pipeline.execute(
        INSERT,
        vec![
            Box::new(column(|it| it.product_id.get())),
            Box::new(ids),
            Box::new(column(|it| it.delta.get())),
            Box::new(column(|it| it.stock.get())),
            Box::new(column(|it| it.created_at.as_micros())),
            Box::new(opening),
            Box::new(reasons),
        ],
    );
}
