//! The one snapshot of what can change, and the ends of the histories then.

use rusqlite::Connection;

use super::sums::{ProductSums, Sums, UserSums};
use crate::rows::{entry, event};
use crate::sales;
use crate::states::Log;
use crate::storage::StorageError;

/// The last rows of the histories at the moment of the snapshot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    pub(super) order: i64,
    pub(super) entry: i64,
    pub(super) event: i64,
    /// About how many rows the histories have, for the progress.
    pub(super) rows: u64,
}

/// Reads users, products and marks in one snapshot. Its length grows with the
/// catalogue and the number of users, not with the orders.
pub(super) fn read(connection: &Connection) -> Result<(Marks, Sums), StorageError> {
    let snapshot = connection.unchecked_transaction()?;
    let marks = read_marks(&snapshot)?;
    let mut sums = Sums::default();
    let mut log = Log::default();
    log.refresh(&snapshot)?;
    let states = log.states.into_inner();

    let mut statement = snapshot.prepare("SELECT user_id, balance, paid FROM users")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let user = UserSums {
            balance: row.get(1)?,
            paid: row.get(2)?,
            ..UserSums::default()
        };
        sums.users.insert(row.get(0)?, user);
    }
    for (id, state) in states.users() {
        // One without a row is compared with its histories all the same.
        let user = sums.users.entry(id.get()).or_default();
        user.balance = state.balance.get();
        user.paid = state.paid.get();
    }

    let mut statement = snapshot.prepare("SELECT product_id, stock, sold FROM stocks")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let product = ProductSums {
            stock: row.get(1)?,
            sold: row.get(2)?,
            ..ProductSums::default()
        };
        sums.products.insert(row.get(0)?, product);
    }
    for (id, state) in states.stocks() {
        let product = sums.products.entry(id.get()).or_default();
        product.stock = state.stock.get();
        product.sold = state.sold.get();
    }

    let mut statement = snapshot.prepare(
        "SELECT product_id, sum(delta), sum(opening) FROM stock_adjustments GROUP BY product_id",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let product = sums.products.entry(row.get(0)?).or_default();
        product.adjusted = row.get(1)?;
        product.openings = row.get(2)?;
    }

    for (product, quantity) in sales::quantities(&snapshot)? {
        sums.products.entry(product).or_default().best_seller = quantity;
    }

    let mut statement = snapshot.prepare("SELECT product_id, user_id, quantity FROM purchases")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        sums.purchases
            .insert((row.get(0)?, row.get(1)?), (row.get(2)?, 0));
    }
    Ok((marks, sums))
}

/// The ends of the histories in the connection's present snapshot.
pub(super) fn read_marks(connection: &Connection) -> Result<Marks, StorageError> {
    let order: Option<i64> =
        connection.query_row("SELECT max(key) FROM orders", [], |row| row.get(0))?;
    let event = event::last_sequence(connection)?;
    Ok(Marks {
        order: order.unwrap_or(0),
        entry: entry::last_key(connection)?,
        event,
        // Orders, their entries and their events are about as many each.
        rows: u64::try_from(event).unwrap_or(0) * 3,
    })
}
