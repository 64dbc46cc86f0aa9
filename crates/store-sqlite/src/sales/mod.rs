//! The best-seller figures.
//!
//! A batch of orders would touch a row of `sales` for nearly every line. It
//! appends one small row to `sales_log` instead, and many batches are folded
//! into `sales` together. Figures are the sum of `sales` and of what the log has beyond
//! that: `sales_folding` tells.

mod folding;
mod log;

use std::collections::HashMap;

use foldhash::fast::FixedState;
use jumun_domain::{Hour, Money, ProductId, Units};
use jumun_store::BestSeller;
use rusqlite::Connection;

pub(crate) use log::SalesLog;

use crate::rows::product;
use crate::states::View;
use crate::storage::StorageError;

type Result<T> = std::result::Result<T, StorageError>;

/// Pieces, and money before discounts; sums of many orders, so wider than one.
#[derive(Clone, Copy, Default, Debug)]
struct Figures {
    quantity: i64,
    amount: i128,
}

type Deltas<K> = HashMap<K, Figures, FixedState>;

impl Figures {
    fn add(&mut self, quantity: i64, amount: i128) {
        self.quantity = self.quantity.saturating_add(quantity);
        self.amount += amount;
    }
}

/// The sums of each product from the hour `since` on.
fn totals(connection: &Connection, since: i64) -> Result<Deltas<i64>> {
    let mut totals = Deltas::default();
    let mut statement = connection.prepare_cached(
        "SELECT product_id, sum(quantity), sum(amount) FROM sales
         WHERE hour >= ?1 GROUP BY product_id",
    )?;
    let mut rows = statement.query([since])?;
    while let Some(row) = rows.next()? {
        let amount = row.get::<_, f64>(2)? as i128;
        totals.insert(
            row.get(0)?,
            Figures {
                quantity: row.get(1)?,
                amount,
            },
        );
    }
    let folded = folding::Folded::read(connection)?;
    log::read(connection, since, |delta| {
        if !folded.has(&delta) {
            let sum = totals.entry(delta.product).or_default();
            sum.add(delta.quantity, delta.amount);
        }
    })?;
    Ok(totals)
}

/// Pieces sold of each product that was ever ordered, less those of cancelled
/// orders.
pub(crate) fn quantities(connection: &Connection) -> Result<impl Iterator<Item = (i64, i64)>> {
    let totals = totals(connection, i64::MIN)?;
    Ok(totals
        .into_iter()
        .map(|(product, figures)| (product, figures.quantity)))
}

/// The best sellers from the hour `since` on.
pub(crate) fn best_sellers(view: &View<'_>, since: Hour, limit: usize) -> Result<Vec<BestSeller>> {
    let mut ranked: Vec<_> = totals(view, since.get())?
        .into_iter()
        .filter(|(_, figures)| figures.quantity > 0)
        .collect();
    ranked.sort_unstable_by_key(|(product, figures)| (-figures.quantity, *product));
    ranked.truncate(limit);
    let corrupt = || StorageError::corrupt("sales", "number out of range");
    ranked
        .into_iter()
        .map(|(product_id, figures)| {
            let product_id = ProductId::new(product_id).ok_or_else(corrupt)?;
            let product = product::find(view, product_id)?.ok_or_else(corrupt)?;
            // Held at the end of the range that JSON carries exactly.
            let amount = figures.amount.clamp(0, i128::from(Money::MAX.get())) as i64;
            Ok(BestSeller {
                product_id,
                name: product.name,
                quantity: Units::new(figures.quantity).ok_or_else(corrupt)?,
                amount: Money::new(amount).ok_or_else(corrupt)?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
