//! Rows of `entries`.

use jumun_domain::{Entry, EntryId, EntryKind, OrderId, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Decoder, Result};
use crate::pipeline::Pipeline;

macro_rules! columns {
    () => {
        "entries.entry_id, entries.user_id, entries.amount, entries.balance_after, \
         entries.created_at, entries.order_id, entries.kind, entries.reference, entries.reason"
    };
}
pub(crate) use columns;

/// Reads entries.
pub(crate) const FIND: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM entries WHERE entry_id = ANY($1)"
);

/// Adds entries.
pub(crate) const INSERT: &str = "INSERT INTO entries (entry_id, user_id, amount, balance_after, \
     created_at, order_id, kind, reference, reason, previous) \
     SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], \
     $6::uuid[], $7::smallint[], $8::text[], $9::text[], $10::uuid[])";

pub(crate) fn decode(row: &Row) -> Result<Entry> {
    let row = Decoder::new(row, "entries");
    let kind = match row.get::<i16>(6)? {
        1 => EntryKind::Charge,
        2 => EntryKind::Payment,
        3 => EntryKind::Refund,
        4 => EntryKind::Adjustment,
        _ => return Err(row.corrupt("unknown kind")),
    };
    Ok(Entry {
        id: EntryId(row.get(0)?),
        user_id: row.id(1, UserId::new)?,
        kind,
        amount: row.money(2)?,
        balance_after: row.money(3)?,
        order_id: row.get::<Option<Uuid>>(5)?.map(OrderId),
        reference: row.optional_text(7)?,
        reason: row.optional_text(8)?,
        created_at: row.time(4)?,
    })
}

/// The stored number of a kind.
pub(crate) const fn kind_code(kind: EntryKind) -> i16 {
    match kind {
        EntryKind::Charge => 1,
        EntryKind::Payment => 2,
        EntryKind::Refund => 3,
        EntryKind::Adjustment => 4,
    }
}

/// Sends the insert of `entries`, each with the one before it in its ledger.
pub(crate) fn insert(pipeline: &mut Pipeline<'_>, entries: &[(&Entry, Option<Uuid>)]) {
    if entries.is_empty() {
        return;
    }
    let column =
        |of: fn(&Entry) -> i64| -> Vec<i64> { entries.iter().map(|(it, _)| of(it)).collect() };
    let texts = |of: fn(&Entry) -> Option<&str>| -> Vec<Option<String>> {
        entries
            .iter()
            .map(|(it, _)| of(it).map(str::to_owned))
            .collect()
    };
    let ids: Vec<Uuid> = entries.iter().map(|(it, _)| it.id.0).collect();
    let orders: Vec<Option<Uuid>> = entries
        .iter()
        .map(|(it, _)| it.order_id.map(|order| order.0))
        .collect();
    let kinds: Vec<i16> = entries.iter().map(|(it, _)| kind_code(it.kind)).collect();
    let previous: Vec<Option<Uuid>> = entries.iter().map(|(_, previous)| *previous).collect();
    pipeline.execute(
        INSERT,
        vec![
            Box::new(ids),
            Box::new(column(|it| it.user_id.get())),
            Box::new(column(|it| it.amount.get())),
            Box::new(column(|it| it.balance_after.get())),
            Box::new(column(|it| it.created_at.as_micros())),
            Box::new(orders),
            Box::new(kinds),
            Box::new(texts(|it| it.reference.as_deref())),
            Box::new(texts(|it| it.reason.as_deref())),
            Box::new(previous),
        ],
    );
}
