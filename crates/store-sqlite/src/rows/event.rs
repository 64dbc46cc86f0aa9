//! Rows of `events`. What an event says is rendered from its order.

use std::sync::Arc;

use jumun_domain::{Event, EventId, EventKind};
use jumun_store::NumberedEvent;
use rusqlite::{CachedStatement, Connection, Row, params};

use super::{Result, StorageError, order};
use crate::key::StoredId;

/// To be read `FROM` [`TABLES`]; the order's columns come first.
pub(crate) const COLUMNS: &str = "events.sequence, events.id_key, events.id_low, events.kind";

pub(crate) const TABLES: &str = "events JOIN orders ON orders.key = events.order_key";

pub(crate) fn decode(row: &Row<'_>) -> Result<NumberedEvent> {
    const FIRST: usize = order::COLUMN_COUNT;
    let corrupt = |what: &str| StorageError::corrupt("events", what);
    let order = order::decode(row)?.order;
    let sequence: i64 = row.get(FIRST)?;
    let id = StoredId {
        key: row.get(FIRST + 1)?,
        low: row.get(FIRST + 2)?,
    };
    let (kind, order, time) = match row.get::<_, i64>(FIRST + 3)? {
        1 => (EventKind::OrderPaid, order.as_placed(), order.created_at),
        2 => {
            let cancellation = order.cancellation.as_ref();
            let time = cancellation
                .ok_or_else(|| corrupt("its order was not cancelled"))?
                .at;
            (EventKind::OrderCancelled, order, time)
        }
        _ => return Err(corrupt("unknown kind")),
    };
    Ok(NumberedEvent {
        sequence: u64::try_from(sequence).map_err(|_| corrupt("negative sequence"))?,
        event: Event {
            id: EventId(id.uuid()),
            kind,
            order: Arc::new(order),
            time,
        },
    })
}

/// The sequence the next event gets.
pub(crate) fn next_sequence(connection: &Connection) -> rusqlite::Result<i64> {
    let last: Option<i64> = connection
        .prepare_cached("SELECT max(sequence) FROM events")?
        .query_row([], |row| row.get(0))?;
    Ok(last.unwrap_or(0) + 1)
}

/// Inserts events, one statement for a whole batch.
pub(crate) struct Insert<'c>(CachedStatement<'c>);

impl<'c> Insert<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        connection
            .prepare_cached(
                "INSERT INTO events (sequence, id_key, id_low, order_key, kind)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )
            .map(Self)
    }

    pub(crate) fn run(&mut self, sequence: i64, event: &Event) -> rusqlite::Result<()> {
        let id = StoredId::minted(event.id.0);
        let kind = match event.kind {
            EventKind::OrderPaid => 1,
            EventKind::OrderCancelled => 2,
        };
        let order = StoredId::minted(event.order.id.0);
        self.0
            .execute(params![sequence, id.key, id.low, order.key, kind])?;
        Ok(())
    }
}
