//! Rows of `products` and `stocks`.

use std::sync::LazyLock;

use jumun_domain::{Product, ProductId, Units};
use rusqlite::{CachedStatement, Connection, Row, params};

use super::{Decoder, Result, collect, optional};
use crate::states::{StockState, View};

const COLUMNS: &str =
    "product_id, name, price, stock, sold, active, max_per_user, counts_purchases, created_at";

const TABLES: &str = "products JOIN stocks USING (product_id)";

fn decode(row: &Row<'_>) -> Result<Product> {
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

/// Finds products by id, one statement for a whole batch.
pub(crate) struct Find<'c> {
    view: &'c View<'c>,
    statement: CachedStatement<'c>,
}

impl<'c> Find<'c> {
    pub(crate) fn prepare(view: &'c View<'c>) -> rusqlite::Result<Self> {
        static SQL: LazyLock<String> =
            LazyLock::new(|| format!("SELECT {COLUMNS} FROM {TABLES} WHERE product_id = ?1"));
        let statement = view.prepare_cached(&SQL)?;
        Ok(Self { view, statement })
    }

    pub(crate) fn run(&mut self, id: ProductId) -> Result<Option<Product>> {
        let found = optional(self.statement.query([id.get()])?, decode)?;
        found.map(|it| self.view.current_product(it)).transpose()
    }
}

pub(crate) fn find(view: &View<'_>, id: ProductId) -> Result<Option<Product>> {
    Find::prepare(view)?.run(id)
}

/// Up to `limit` products with ids above `after`, in the order of their ids.
pub(crate) fn list(view: &View<'_>, after: i64, limit: i64) -> Result<Vec<Product>> {
    let mut statement = view.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM {TABLES} WHERE product_id > ?1 ORDER BY product_id LIMIT ?2"
    ))?;
    let found = collect(statement.query([after, limit])?, decode)?;
    found
        .into_iter()
        .map(|it| view.current_product(it))
        .collect()
}

pub(crate) fn insert(connection: &Connection, product: &Product) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO products (product_id, name, price, active, max_per_user,
             counts_purchases, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            product.id.get(),
            product.name,
            product.price.get(),
            product.active,
            product.max_per_user.map(Units::get),
            product.counts_purchases,
            product.created_at.as_micros(),
        ])?;
    connection
        .prepare_cached("INSERT INTO stocks (product_id, stock, sold) VALUES (?1, ?2, ?3)")?
        .execute([product.id.get(), product.stock.get(), product.sold.get()])?;
    Ok(())
}

/// Writes what a catalogue edit changes.
pub(crate) fn update(connection: &Connection, product: &Product) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE products SET name = ?2, price = ?3, active = ?4, max_per_user = ?5,
             counts_purchases = ?6 WHERE product_id = ?1",
        )?
        .execute(params![
            product.id.get(),
            product.name,
            product.price.get(),
            product.active,
            product.max_per_user.map(Units::get),
            product.counts_purchases,
        ])?;
    Ok(())
}

/// Writes stocks, one statement for many.
pub(crate) struct UpdateStock<'c>(CachedStatement<'c>);

impl<'c> UpdateStock<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        connection
            .prepare_cached("UPDATE stocks SET stock = ?2, sold = ?3 WHERE product_id = ?1")
            .map(Self)
    }

    pub(crate) fn run(&mut self, id: ProductId, state: &StockState) -> rusqlite::Result<()> {
        self.0
            .execute([id.get(), state.stock.get(), state.sold.get()])?;
        Ok(())
    }
}
