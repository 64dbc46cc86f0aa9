//! Rows of `products`.

use std::sync::LazyLock;

use jumun_domain::{Product, ProductId, Units};
use rusqlite::{Connection, Row, params};

use super::{Decoder, Result, optional};

pub(crate) const COLUMNS: &str =
    "product_id, name, price, stock, sold, active, max_per_user, counts_purchases, created_at";

pub(crate) fn decode(row: &Row<'_>) -> Result<Product> {
    let row = Decoder::new(row, "products");
    Ok(Product {
        id: row.id(0, ProductId::new)?,
        name: row.get(1)?,
        price: row.money(2)?,
        stock: row.units(3)?,
        sold: row.units(4)?,
        active: row.get(5)?,
        max_per_user: row.optional(6, Units::new)?,
        counts_purchases: row.get(7)?,
        created_at: row.time(8)?,
    })
}

pub(crate) fn find(connection: &Connection, id: ProductId) -> Result<Option<Product>> {
    // Built once: this runs for every order.
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {COLUMNS} FROM products WHERE product_id = ?1"));
    let mut statement = connection.prepare_cached(&SQL)?;
    optional(statement.query([id.get()])?, decode)
}

pub(crate) fn insert(connection: &Connection, product: &Product) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO products (product_id, name, price, stock, sold, active, max_per_user,
             counts_purchases, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            product.id.get(),
            product.name,
            product.price.get(),
            product.stock.get(),
            product.sold.get(),
            product.active,
            product.max_per_user.map(Units::get),
            product.counts_purchases,
            product.created_at.as_micros(),
        ])?;
    Ok(())
}

pub(crate) fn update(connection: &Connection, product: &Product) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE products SET name = ?2, price = ?3, stock = ?4, sold = ?5, active = ?6,
             max_per_user = ?7, counts_purchases = ?8 WHERE product_id = ?1",
        )?
        .execute(params![
            product.id.get(),
            product.name,
            product.price.get(),
            product.stock.get(),
            product.sold.get(),
            product.active,
            product.max_per_user.map(Units::get),
            product.counts_purchases,
        ])?;
    Ok(())
}
