//! Bare SQLite: one writer that is handed the rows an order comes to, with the
//! engine's settings, and reads nothing.

use std::path::Path;
use std::time::Instant;

use rusqlite::{Connection, params};

use crate::Timing;
use crate::demand::Demand;
use crate::fill::BALANCE;
use crate::history::{Batch, Shop};

/// The engine's page cache, in KiB.
const CACHE_KIB: i64 = 24 << 10;
/// Pages of log after which the engine checkpoints.
const CHECKPOINT_PAGES: i64 = 16_384;
/// Bytes of packed items in one of the engine's rows.
const PACKED_BYTES: usize = 1_984;
/// The kind of an event of a paid order.
const PAID: i64 = 1;
/// More than the statements below.
const STATEMENTS: usize = 32;

/// Orders a second in transactions of `batch` orders.
pub(crate) fn run(
    database: &Path,
    batch: usize,
    demand: &Demand,
    timing: Timing,
) -> anyhow::Result<f64> {
    let connection = open(database)?;
    let mut shop = Shop::default();
    let start = Instant::now();
    let mut begin = None;
    let mut placed = 0_usize;
    loop {
        let rows = shop.next_batch(batch, demand)?;
        write(&connection, &rows)?;
        placed += batch;
        match begin {
            None if start.elapsed() >= timing.warm_up => begin = Some((Instant::now(), placed)),
            Some((since, before)) if since.elapsed() >= timing.window => {
                return Ok((placed - before) as f64 / since.elapsed().as_secs_f64());
            }
            _ => {}
        }
    }
}

fn open(database: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(database)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    Ok(connection)
}

fn write(connection: &Connection, batch: &Batch) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    append(connection, batch)?;
    change(connection, batch)?;
    transaction.commit()
}

fn append(connection: &Connection, batch: &Batch) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO orders (key, id_low, user_id, previous, coupon_key, coupon_low, subtotal,
         discount, balance_after, created_at, lines)
         VALUES (?1, ?2, ?3, ?4, NULL, NULL, ?5, 0, ?6, ?7, ?8)",
    )?;
    for it in &batch.orders {
        let (key, low) = it.id;
        insert.execute(params![
            key,
            low,
            it.user,
            it.previous,
            it.subtotal,
            it.balance_after,
            it.created_at,
            it.lines,
        ])?;
    }
    let payments = batch.entries.iter().map(|it| {
        let ((key, low), previous) = (it.id, it.previous.unwrap_or(0));
        let (amount, balance) = (it.amount, it.balance_after);
        [
            key,
            low,
            it.user,
            previous,
            amount,
            balance,
            it.order_key,
            it.created_at,
        ]
    });
    pack(connection, "payments", payments.collect())?;
    let events = batch.events.iter();
    let events = events.map(|&(sequence, (key, low), order)| [sequence, key, low, order, PAID]);
    pack(connection, "events", events.collect())?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO idempotency_keys
         (key, scope, fingerprint, answer_kind, answer_key, used_by, used_at)
         VALUES (?1, ?2, ?3, 6, ?4, NULL, NULL)",
    )?;
    for it in &batch.keys {
        let (key, fingerprint) = (it.key.as_bytes().as_slice(), it.fingerprint.as_slice());
        insert.execute(params![key, it.scope, fingerprint, it.order_key])?;
    }
    Ok(())
}

/// Items of integers, as many to a row as the engine has.
fn pack<const N: usize>(
    connection: &Connection,
    table: &str,
    items: Vec<[i64; N]>,
) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(&format!(
        "INSERT INTO {table} (first, last, items) VALUES (?1, ?2, ?3)"
    ))?;
    for row in items.chunks(PACKED_BYTES / size_of::<[i64; N]>()) {
        let mut bytes = Vec::with_capacity(size_of_val(row));
        for word in row.as_flattened() {
            bytes.extend_from_slice(&word.to_be_bytes());
        }
        insert.execute(params![row[0][0], row[row.len() - 1][0], bytes])?;
    }
    Ok(())
}

fn change(connection: &Connection, batch: &Batch) -> rusqlite::Result<()> {
    let mut update = connection.prepare_cached(
        "UPDATE users SET balance = ?2, paid = ?3, last_order = ?4, last_entry = ?5, room = NULL
         WHERE user_id = ?1",
    )?;
    for (user, it) in &batch.users {
        let balance = BALANCE - it.paid;
        update.execute(params![
            user,
            balance,
            it.paid,
            it.last_order,
            it.last_entry
        ])?;
    }
    let mut update = connection
        .prepare_cached("UPDATE stocks SET stock = ?2, sold = ?3 WHERE product_id = ?1")?;
    for it in &batch.products {
        update.execute(*it)?;
    }
    connection
        .prepare_cached("INSERT INTO sales_log (hour, deltas) VALUES (?1, ?2)")?
        .execute(params![batch.hour, batch.sales])?;
    connection
        .prepare_cached("UPDATE shop SET last_key = ?1")?
        .execute([batch.last_key])?;
    Ok(())
}
