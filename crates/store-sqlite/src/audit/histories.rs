//! The ledger and the events up to the marks.

use std::collections::HashMap;

use jumun_domain::{EntryKind, EventKind};
use jumun_store::Law;

use super::marks::Marks;
use super::sums::Sums;
use super::{Audit, CHUNK};
use crate::rows::entry::{self, Posting};
use crate::rows::event;
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
        let chunk = entry::postings(&audit.connection, (after, last), CHUNK)?;
        let Some(end) = chunk.last() else {
            return Ok(());
        };
        after = end.key;
        for posting in &chunk {
            if posting.kind == EntryKind::Refund
                && let Some(order_key) = posting.order_key
            {
                let refund = history.refunds.entry(order_key).or_default();
                refund.0 += 1;
                refund.1 += posting.amount;
            }
            if let Some(sums) = &mut sums {
                check_balance(audit, sums, posting);
            }
        }
        audit.advance(chunk.len());
    }
}

/// Adds an entry to its user's sum, which is the balance that the entry names.
fn check_balance(audit: &mut Audit<'_>, sums: &mut Sums, posting: &Posting) {
    let Posting {
        key,
        user_id,
        amount,
        balance_after,
        ..
    } = posting;
    let Some(user) = sums.users.get_mut(user_id) else {
        audit.law(Law::Ledger).broken(
            format!("entry {key}"),
            format!("user {user_id} is not there"),
        );
        return;
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

fn walk_events(
    audit: &mut Audit<'_>,
    (mut after, last): (i64, i64),
    check_gaps: bool,
    history: &mut History,
) -> Result<(), StorageError> {
    loop {
        let chunk = event::read(&audit.connection, (after, last), CHUNK)?;
        if chunk.is_empty() {
            return Ok(());
        }
        for event in &chunk {
            if check_gaps && event.sequence != after + 1 {
                audit.law(Law::Events).broken(
                    format!("event {}", event.sequence),
                    format!("follows event {after}"),
                );
            }
            after = event.sequence;
            if event.kind == EventKind::OrderCancelled {
                *history.cancel_events.entry(event.order_key).or_default() += 1;
            }
        }
        audit.advance(chunk.len());
    }
}
