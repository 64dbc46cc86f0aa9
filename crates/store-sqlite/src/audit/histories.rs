//! The ledger and the events up to the marks.

use std::collections::HashMap;

use jumun_domain::EntryKind;
use jumun_store::Law;
use rusqlite::params;

use super::marks::Marks;
use super::sums::Sums;
use super::{Audit, CHUNK};
use crate::rows::entry::kind_code;
use crate::storage::StorageError;

/// What the histories say of cancelled orders, by the order's key: how many
/// refunds and their sum, and how many events.
#[derive(Default)]
pub(super) struct History {
    pub(super) refunds: HashMap<i64, (u32, i64)>,
    pub(super) cancel_events: HashMap<i64, u32>,
}

/// Walks the ledger and the events once, in order.
pub(super) fn read(
    audit: &mut Audit<'_>,
    marks: &Marks,
    sums: &mut Sums,
) -> Result<History, StorageError> {
    let mut history = History::default();
    walk_entries(audit, (-1, marks.entry), Some(sums), &mut history)?;
    walk_events(audit, (0, marks.event), true, &mut history)?;
    Ok(history)
}

/// What came after the marks, for orders that were cancelled meanwhile.
pub(super) fn read_later(
    audit: &mut Audit<'_>,
    from: &Marks,
    to: &Marks,
) -> Result<History, StorageError> {
    let mut history = History::default();
    walk_entries(audit, (from.entry, to.entry), None, &mut history)?;
    walk_events(audit, (from.event, to.event), false, &mut history)?;
    Ok(history)
}

fn walk_entries(
    audit: &mut Audit<'_>,
    (mut after, last): (i64, i64),
    mut sums: Option<&mut Sums>,
    history: &mut History,
) -> Result<(), StorageError> {
    loop {
        let chunk: Vec<(i64, i64, i64, i64, i64, Option<i64>)> = {
            let mut statement = audit.connection.prepare_cached(
                "SELECT key, user_id, kind, amount, balance_after, order_key FROM entries
                 WHERE key > ?1 AND key <= ?2 ORDER BY key LIMIT ?3",
            )?;
            let rows = statement.query_map(params![after, last, CHUNK], |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                    row.get(5)?,
                ))
            })?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        let Some((end, ..)) = chunk.last() else {
            return Ok(());
        };
        after = *end;
        for (key, user_id, kind, amount, balance_after, order_key) in &chunk {
            if *kind == kind_code(EntryKind::Refund)
                && let Some(order_key) = order_key
            {
                let refund = history.refunds.entry(*order_key).or_default();
                refund.0 += 1;
                refund.1 += amount;
            }
            if let Some(sums) = &mut sums {
                let Some(user) = sums.users.get_mut(user_id) else {
                    audit.law(Law::Ledger).broken(
                        format!("entry {key}"),
                        format!("user {user_id} is not there"),
                    );
                    continue;
                };
                user.entries += amount;
                if user.entries != *balance_after {
                    let detail = format!(
                        "entry {key} says {balance_after} after it, the ledger sums to {}",
                        user.entries
                    );
                    audit
                        .law(Law::Ledger)
                        .broken(format!("user {user_id}"), detail);
                }
            }
        }
        audit.advance(chunk.len());
    }
}

fn walk_events(
    audit: &mut Audit<'_>,
    (mut after, last): (i64, i64),
    check_gaps: bool,
    history: &mut History,
) -> Result<(), StorageError> {
    loop {
        let chunk: Vec<(i64, i64, i64)> = {
            let mut statement = audit.connection.prepare_cached(
                "SELECT sequence, kind, order_key FROM events
                 WHERE sequence > ?1 AND sequence <= ?2 ORDER BY sequence LIMIT ?3",
            )?;
            let rows = statement.query_map(params![after, last, CHUNK], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        if chunk.is_empty() {
            return Ok(());
        }
        for (sequence, kind, order_key) in &chunk {
            if check_gaps && *sequence != after + 1 {
                audit.law(Law::Events).broken(
                    format!("event {sequence}"),
                    format!("follows event {after}"),
                );
            }
            after = *sequence;
            if *kind == 2 {
                *history.cancel_events.entry(*order_key).or_default() += 1;
            }
        }
        audit.advance(chunk.len());
    }
}
