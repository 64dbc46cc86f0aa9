//! Rows of `products`.

use jumun_domain::{Product, ProductId, Units};
use tokio_postgres::Row;

use super::{Decoder, Result, position_code};
use crate::clock::Minted;
use crate::pipeline::Pipeline;

/// A product and what the engine keeps with it.
#[derive(Clone, Debug)]
pub(crate) struct StoredProduct {
    pub(crate) product: Product,
    /// How far the ids had come that were last minted for this product.
    pub(crate) position: u64,
    /// How far they had come when it was created.
    pub(crate) created_position: u64,
    /// A user without a row in `purchases` has bought none.
    pub(crate) always_counted: bool,
}

macro_rules! columns {
    () => {
        "product_id, name, price, stock, sold, active, max_per_user, counts_purchases, created_at, \
         last_key, created_key, always_counted"
    };
}

/// Locks products in the order of their ids.
pub(crate) const LOCK: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM products WHERE product_id = ANY($1) ORDER BY product_id FOR UPDATE"
);

/// Reads products.
pub(crate) const FIND: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM products WHERE product_id = ANY($1)"
);

/// Reads a page of products.
pub(crate) const PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM products WHERE product_id > $1 ORDER BY product_id LIMIT $2"
);

/// Adds products.
pub(crate) const INSERT: &str = concat!(
    "INSERT INTO products (",
    columns!(),
    ") SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], \
     $6::boolean[], $7::bigint[], $8::boolean[], $9::bigint[], $10::bigint[], $11::bigint[], \
     $8::boolean[])"
);

/// Changes products that are there and locked.
pub(crate) const UPDATE: &str = concat!(
    "INSERT INTO products (",
    columns!(),
    ") SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], \
     $6::boolean[], $7::bigint[], $8::boolean[], $9::bigint[], $10::bigint[], $11::bigint[], \
     $8::boolean[]) \
     ON CONFLICT (product_id) DO UPDATE SET name = excluded.name, price = excluded.price, \
     stock = excluded.stock, sold = excluded.sold, active = excluded.active, \
     max_per_user = excluded.max_per_user, counts_purchases = excluded.counts_purchases, \
     last_key = excluded.last_key"
);

pub(crate) fn decode(row: &Row) -> Result<StoredProduct> {
    let row = Decoder::new(row, "products");
    Ok(StoredProduct {
        product: Product {
            id: row.id(0, ProductId::new)?,
            name: row.text(1)?,
            price: row.money(2)?,
            stock: row.units(3)?,
            sold: row.units(4)?,
            active: row.get(5)?,
            max_per_user: row.optional(6, Units::new)?,
            counts_purchases: row.get(7)?,
            created_at: row.time(8)?,
        },
        position: row.position(9)?,
        created_position: row.position(10)?,
        always_counted: row.get(11)?,
    })
}

/// Products to write, a column each.
#[derive(Default)]
pub(crate) struct Products {
    ids: Vec<i64>,
    names: Vec<String>,
    prices: Vec<i64>,
    stocks: Vec<i64>,
    sold: Vec<i64>,
    active: Vec<bool>,
    limits: Vec<Option<i64>>,
    counting: Vec<bool>,
    created: Vec<i64>,
    created_positions: Vec<i64>,
    positions: Vec<i64>,
}

impl Products {
    /// A product that a batch changed, which counts as created at its beginning
    /// if it is new: orders of the same batch come after it.
    pub(crate) fn push(&mut self, product: &Product, minted: Minted) {
        self.ids.push(product.id.get());
        self.names.push(product.name.to_string());
        self.prices.push(product.price.get());
        self.stocks.push(product.stock.get());
        self.sold.push(product.sold.get());
        self.active.push(product.active);
        self.limits.push(product.max_per_user.map(Units::get));
        self.counting.push(product.counts_purchases);
        self.created.push(product.created_at.as_micros());
        self.created_positions.push(position_code(minted.first));
        self.positions.push(position_code(minted.last));
    }

    pub(crate) fn insert(self, pipeline: &mut Pipeline<'_>) {
        self.send(INSERT, pipeline);
    }

    pub(crate) fn update(self, pipeline: &mut Pipeline<'_>) {
        self.send(UPDATE, pipeline);
    }

    fn send(self, sql: &'static str, pipeline: &mut Pipeline<'_>) {
        if self.ids.is_empty() {
            return;
        }
        pipeline.execute(
            sql,
            vec![
                Box::new(self.ids),
                Box::new(self.names),
                Box::new(self.prices),
                Box::new(self.stocks),
                Box::new(self.sold),
                Box::new(self.active),
                Box::new(self.limits),
                Box::new(self.counting),
                Box::new(self.created),
                Box::new(self.positions),
                Box::new(self.created_positions),
            ],
        );
    }
}
