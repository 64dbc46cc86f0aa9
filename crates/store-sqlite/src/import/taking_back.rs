//! Undoing an import of which a row turned out to be bad.

use std::collections::HashSet;

use jumun_domain::{Actor, Command, Money, PutProduct, RegisterUser, Units};
use jumun_store::ImportRow;
use jumun_store::access::ChangeLine;
use rusqlite::{Connection, TransactionBehavior, params};

use super::ROWS_PER_TRANSACTION;
use crate::access::lines;
use crate::mint;
use crate::rows::{entry, product, user};
use crate::sales;
use crate::states::{Log, View, fold_all};
use crate::storage::StorageError;

/// Removes `rows`, all of which an import brought in, but for those that
/// someone has used or changed since: that was acknowledged and stays. Returns
/// how many stay.
///
/// It goes from the last row to the first, and each transaction notes what is
/// left: an import that is cut short here never counts a row that is gone.
///
/// # Errors
///
/// A failure of the storage, with how many rows are left.
pub(super) fn take_back(
    connection: &mut Connection,
    digest: &[u8],
    rows: &[ImportRow],
) -> Result<u64, (StorageError, u64)> {
    let mut kept = 0;
    let mut left = rows.len();
    for chunk in rows.rchunks(ROWS_PER_TRANSACTION) {
        let rest = left - chunk.len();
        kept += take_back_chunk(connection, digest, chunk, rest)
            .map_err(|error| (error, left as u64))?;
        left = rest;
    }
    connection
        .execute("DELETE FROM imports WHERE digest = ?1", [digest])
        .map_err(|error| (error.into(), 0))?;
    Ok(kept)
}

fn take_back_chunk(
    connection: &mut Connection,
    digest: &[u8],
    rows: &[ImportRow],
    left: usize,
) -> Result<u64, StorageError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // No state may outlive the row that it is of: the id may come back.
    fold_all(&transaction)?;
    let log = Log::default();
    let view = View::fresh(&transaction, &log);
    let commands = || rows.iter().flat_map(|row| &row.requests);
    let products = commands().any(|it| matches!(it.command, Command::PutProduct(_)));
    // Of all products at once, since the figures are not indexed by product.
    let ordered: HashSet<i64> = if products {
        sales::quantities(&transaction)?
            .map(|(product, _)| product)
            .collect()
    } else {
        HashSet::new()
    };
    let mut kept = 0;
    for row in rows {
        let first = row.requests.first();
        let by = first.and_then(|request| request.actor.as_ref());
        let removed = match first.map(|request| &request.command) {
            Some(Command::RegisterUser(it)) => remove_user(&view, it, &charges(row), by)?,
            Some(Command::PutProduct(it)) => {
                !ordered.contains(&it.product_id.get()) && remove_product(&view, it, by)?
            }
            _ => true,
        };
        kept += u64::from(!removed);
    }
    transaction.execute(
        "UPDATE imports SET rows_done = ?2 WHERE digest = ?1",
        params![digest, i64::try_from(left).unwrap_or(i64::MAX)],
    )?;
    transaction.commit()?;
    Ok(kept)
}

/// The opening balance: one charge or none.
fn charges(row: &ImportRow) -> Vec<Money> {
    row.requests
        .iter()
        .filter_map(|request| match &request.command {
            Command::Charge(charge) => Some(charge.amount),
            _ => None,
        })
        .collect()
}

/// Removes a user who is as the import made them. `false` if not.
fn remove_user(
    view: &View<'_>,
    imported: &RegisterUser,
    charges: &[Money],
    by: Option<&Actor>,
) -> Result<bool, StorageError> {
    let Some(found) = user::find(view, imported.user_id)? else {
        return Ok(true);
    };
    let (user, heads) = (found.user, found.heads);
    let ledger_as_imported = match (heads.entry, charges) {
        (None, []) => true,
        (Some(key), [amount]) => {
            user.balance == *amount
                && entry::find_by_key(view, key)?.is_some_and(|found| found.previous.is_none())
        }
        _ => false,
    };
    if !ledger_as_imported
        || user.name != imported.name
        || heads.order.is_some()
        || heads.coupon.is_some()
    {
        return Ok(false);
    }
    view.prepare_cached("DELETE FROM entries WHERE key = ?1")?
        .execute([heads.entry])?;
    view.prepare_cached("DELETE FROM users WHERE user_id = ?1")?
        .execute([imported.user_id.get()])?;
    if let Some(by) = by {
        let line = ChangeLine::user_taken_back(&user, by);
        lines::add(view, &line, mint::now())?;
    }
    Ok(true)
}

/// Removes a product, never ordered, that is as the import made it. `false` if
/// it is not.
fn remove_product(
    view: &View<'_>,
    imported: &PutProduct,
    by: Option<&Actor>,
) -> Result<bool, StorageError> {
    let id = imported.product_id;
    let Some(found) = product::find(view, id)? else {
        return Ok(true);
    };
    let adjustments: i64 = view
        .prepare_cached("SELECT count(*) FROM stock_adjustments WHERE product_id = ?1")?
        .query_row([id.get()], |row| row.get(0))?;
    let as_imported = adjustments == 1
        && found.name == imported.name
        && found.price == imported.price
        && found.active == imported.active
        && found.max_per_user == imported.max_per_user
        // It stays set when a limit is taken away again.
        && found.counts_purchases == imported.max_per_user.is_some()
        && found.stock == imported.stock.unwrap_or(Units::ZERO)
        && found.sold == Units::ZERO;
    if !as_imported {
        return Ok(false);
    }
    for sql in [
        "DELETE FROM stock_adjustments WHERE product_id = ?1",
        "DELETE FROM products WHERE product_id = ?1",
        "DELETE FROM stocks WHERE product_id = ?1",
    ] {
        view.prepare_cached(sql)?.execute([id.get()])?;
    }
    if let Some(by) = by {
        let line = ChangeLine::product_taken_back(&found, by);
        lines::add(view, &line, mint::now())?;
    }
    Ok(true)
}
