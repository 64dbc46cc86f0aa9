//! The best-seller figures.
//!
//! A batch of orders would touch a row of `sales` for nearly every line. It
//! appends one small row to `sales_log` instead, and many batches are folded
//! into `sales` together. Figures are the sum of both.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;
use jumun_domain::{Hour, Journal, Money, ProductId, Units};
use jumun_store::BestSeller;
use rusqlite::{Connection, params};

use crate::options::SALES_LOG_DELTAS;
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

/// The writer's sum of what `sales_log` holds, by hour and product.
pub(crate) struct SalesLog {
    /// `None` until it is read from the log.
    pending: Option<Deltas<(i64, i64)>>,
    /// How many deltas the log holds.
    length: usize,
    /// How many make it fold.
    limit: usize,
}

impl Default for SalesLog {
    fn default() -> Self {
        Self {
            pending: None,
            length: 0,
            limit: SALES_LOG_DELTAS,
        }
    }
}

impl SalesLog {
    /// Appends a round's sales, and folds the log when it has grown long.
    pub(crate) fn append(&mut self, connection: &Connection, journal: &Journal) -> Result<()> {
        if journal.sales.is_empty() {
            return Ok(());
        }
        let mut pending = match self.pending.take() {
            Some(pending) => pending,
            None => self.read(connection)?,
        };
        let mut by_hour: BTreeMap<i64, Vec<(i64, i64, i64)>> = BTreeMap::new();
        for ((hour, product), sale) in &journal.sales {
            let delta = (product.get(), sale.quantity.get(), sale.amount.get());
            by_hour.entry(hour.get()).or_default().push(delta);
        }
        let mut insert =
            connection.prepare_cached("INSERT INTO sales_log (hour, deltas) VALUES (?1, ?2)")?;
        for (hour, deltas) in by_hour {
            let text = serde_json::to_string(&deltas)
                .map_err(|error| StorageError::corrupt("sales_log", error))?;
            insert.execute(params![hour, text])?;
            self.length += deltas.len();
            for (product, quantity, amount) in deltas {
                add(&mut pending, (hour, product), quantity, amount);
            }
        }
        if self.length >= self.limit {
            fold(connection, std::mem::take(&mut pending))?;
            self.length = 0;
        }
        self.pending = Some(pending);
        Ok(())
    }

    /// Forgets the sum, after a transaction that was not committed: it is read
    /// from the log again.
    pub(crate) fn forget(&mut self) {
        self.pending = None;
    }

    fn read(&mut self, connection: &Connection) -> Result<Deltas<(i64, i64)>> {
        let mut pending = Deltas::default();
        self.length = read_log(connection, i64::MIN, |hour, product, quantity, amount| {
            add(&mut pending, (hour, product), quantity, amount);
        })?;
        Ok(pending)
    }
}

fn add<K: Eq + std::hash::Hash>(sums: &mut Deltas<K>, key: K, quantity: i64, amount: i64) {
    let figures = sums.entry(key).or_default();
    figures.quantity = figures.quantity.saturating_add(quantity);
    figures.amount += i128::from(amount);
}

/// Adds what is pending to `sales` and empties the log.
fn fold(connection: &Connection, pending: Deltas<(i64, i64)>) -> Result<()> {
    let mut add = connection.prepare_cached(
        "INSERT INTO sales (hour, product_id, quantity, amount) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity,
         amount = amount + excluded.amount",
    )?;
    let sorted: BTreeMap<_, _> = pending.into_iter().collect();
    for ((hour, product), figures) in sorted {
        // Exact up to 2^53, and it cannot overflow.
        let amount = figures.amount as f64;
        add.execute(params![hour, product, figures.quantity, amount])?;
    }
    connection
        .prepare_cached("DELETE FROM sales_log")?
        .execute([])?;
    Ok(())
}

/// Calls `each` with hour, product, quantity and amount of every delta from
/// the hour `since` on. Returns how many there were.
fn read_log(
    connection: &Connection,
    since: i64,
    mut each: impl FnMut(i64, i64, i64, i64),
) -> Result<usize> {
    let mut count = 0;
    let mut statement =
        connection.prepare_cached("SELECT hour, deltas FROM sales_log WHERE hour >= ?1")?;
    let mut rows = statement.query([since])?;
    while let Some(row) = rows.next()? {
        let hour = row.get(0)?;
        let text = row.get_ref(1)?.as_bytes().unwrap_or_default();
        let deltas: Vec<(i64, i64, i64)> = serde_json::from_slice(text)
            .map_err(|error| StorageError::corrupt("sales_log", error))?;
        count += deltas.len();
        for (product, quantity, amount) in deltas {
            each(hour, product, quantity, amount);
        }
    }
    Ok(count)
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
    read_log(connection, since, |_, product, quantity, amount| {
        add(&mut totals, product, quantity, amount);
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
mod tests {
    use jumun_domain::{Sale, Timestamp};

    use super::*;
    use crate::connection::Role;
    use crate::options::Options;

    const HOUR: i64 = 3_600_000_000;

    fn journal(sales: &[(i64, i64, i64)]) -> Journal {
        let mut journal = Journal::default();
        for (hour, product, quantity) in sales {
            let key = (
                Timestamp::from_micros(hour * HOUR).hour(),
                ProductId::new(*product).unwrap(),
            );
            let sale = Sale {
                quantity: Units::new(*quantity).unwrap(),
                amount: Money::new(quantity * 100).unwrap(),
            };
            journal.sales.insert(key, sale);
        }
        journal
    }

    fn rows(connection: &Connection, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        connection.query_row(&sql, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn figures_are_the_same_before_and_after_the_log_is_folded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.db");
        crate::migrate(&path, &Options::default()).unwrap();
        let connection = crate::connection::open(&path, Role::Writer).unwrap();
        let mut log = SalesLog {
            limit: 5,
            ..SalesLog::default()
        };
        let batches: &[&[(i64, i64, i64)]] = &[
            &[(1, 7, 3), (1, 8, 1)],
            // A cancel of an order of an earlier hour.
            &[(2, 7, 2), (1, 7, -3)],
            &[(2, 8, 4)],
            &[(2, 8, 1)],
        ];
        let expected: &[&[(i64, i64)]] = &[
            &[(7, 3), (8, 1)],
            &[(7, 2), (8, 1)],
            &[(7, 2), (8, 5)],
            &[(7, 2), (8, 6)],
        ];
        for (batch, expected) in batches.iter().zip(expected) {
            log.append(&connection, &journal(batch)).unwrap();
            let mut found: Vec<_> = quantities(&connection).unwrap().collect();
            found.sort_unstable();
            assert_eq!(found, *expected);
            // As after a batch that was not committed, or a restart.
            log.forget();
        }
        assert_eq!(
            rows(&connection, "sales_log"),
            1,
            "folded at the third batch"
        );
        assert_eq!(rows(&connection, "sales"), 4);
        let amount: f64 = connection
            .query_row(
                "SELECT sum(amount) FROM sales WHERE product_id = 8",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(amount, 500.0);
    }
}
