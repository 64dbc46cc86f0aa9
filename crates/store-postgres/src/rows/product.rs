//! Rows of `products`.

use jumun_domain::{Product, ProductId, Units};
use tokio_postgres::Row;

use super::{Decoder, Result, position_code};
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
     $6::boolean[], $7::bigint[], $8::boolean[], $9::bigint[], $10::bigint[], $10::bigint[], \
     $8::boolean[])"
);

/// Changes what orders and deliveries change of products.
pub(crate) const UPDATE_STOCK: &str = "UPDATE products SET stock = it.stock, sold = it.sold, \
     last_key = it.last_key \
     FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) \
     AS it (product_id, stock, sold, last_key) WHERE products.product_id = it.product_id";

/// Changes all of products but what [`UPDATE_STOCK`] does.
pub(crate) const EDIT: &str = "UPDATE products SET name = it.name, price = it.price, \
     active = it.active, max_per_user = it.max_per_user, counts_purchases = it.counts_purchases \
     FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::boolean[], $5::bigint[], \
     $6::boolean[]) \
     AS it (product_id, name, price, active, max_per_user, counts_purchases) \
     WHERE products.product_id = it.product_id";

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
    positions: Vec<i64>,
}

impl Products {
    pub(crate) fn push(&mut self, product: &Product, position: u64) {
        self.push_stock(product, position);
        self.names.push(product.name.to_string());
        self.prices.push(product.price.get());
        self.active.push(product.active);
        self.limits.push(product.max_per_user.map(Units::get));
        self.counting.push(product.counts_purchases);
        self.created.push(product.created_at.as_micros());
    }

    /// Only what [`Products::update_stock`] writes.
    pub(crate) fn push_stock(&mut self, product: &Product, position: u64) {
        self.ids.push(product.id.get());
        self.stocks.push(product.stock.get());
        self.sold.push(product.sold.get());
        self.positions.push(position_code(position));
    }

    pub(crate) fn insert(self, pipeline: &mut Pipeline<'_>) {
        if self.ids.is_empty() {
            return;
        }
        pipeline.execute(
            INSERT,
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
            ],
        );
    }

    pub(crate) fn update_stock(self, pipeline: &mut Pipeline<'_>) {
        if self.ids.is_empty() {
            return;
        }
        pipeline.execute(
            UPDATE_STOCK,
            vec![
                Box::new(self.ids),
                Box::new(self.stocks),
                Box::new(self.sold),
                Box::new(self.positions),
            ],
        );
    }

    pub(crate) fn edit(self, pipeline: &mut Pipeline<'_>) {
        if self.ids.is_empty() {
            return;
        }
        pipeline.execute(
            EDIT,
            vec![
                Box::new(self.ids),
                Box::new(self.names),
                Box::new(self.prices),
                Box::new(self.active),
                Box::new(self.limits),
                Box::new(self.counting),
            ],
        );
    }
}
