//! Rows of `stock_adjustments`.

use jumun_domain::{AdjustmentId, ProductId, StockAdjustment};
use rusqlite::{Connection, Row, params};

use super::{Decoder, Result, optional};
use crate::key::StoredId;

pub(crate) const COLUMNS: &str =
    "product_id, key, id_low, delta, stock, reason, opening, created_at";

pub(crate) fn decode(row: &Row<'_>) -> Result<StockAdjustment> {
    let row = Decoder::new(row, "stock_adjustments");
    let id = StoredId {
        key: row.get(1)?,
        low: row.get(2)?,
    };
    Ok(StockAdjustment {
        id: AdjustmentId(id.uuid()),
        product_id: row.id(0, ProductId::new)?,
        delta: row.units(3)?,
        stock: row.units(4)?,
        reason: row.get(5)?,
        opening: row.get(6)?,
        created_at: row.time(7)?,
    })
}

pub(crate) fn find_by_key(
    connection: &Connection,
    product: ProductId,
    key: i64,
) -> Result<Option<StockAdjustment>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM stock_adjustments WHERE product_id = ?1 AND key = ?2"
    ))?;
    optional(statement.query([product.get(), key])?, decode)
}

pub(crate) fn insert(connection: &Connection, it: &StockAdjustment) -> rusqlite::Result<()> {
    let id = StoredId::minted(it.id.0);
    connection
        .prepare_cached(
            "INSERT INTO stock_adjustments (product_id, key, id_low, delta, stock, reason,
             opening, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            it.product_id.get(),
            id.key,
            id.low,
            it.delta.get(),
            it.stock.get(),
            it.reason,
            it.opening,
            it.created_at.as_micros(),
        ])?;
    Ok(())
}
