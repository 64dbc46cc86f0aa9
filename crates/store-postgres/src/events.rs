//! Reading the events in the order that every reader sees.

use std::sync::Arc;

use jumun_domain::{Event, EventId, EventKind};
use jumun_store::NumberedEvent;
use tokio_postgres::Row;

use crate::batches;
use crate::pipeline::Pipeline;
use crate::rows::{Decoder, order};
use crate::sequencer;
use crate::session::Session;
use crate::storage::StorageError;

/// Reads the events above a sequence ($1) and up to another ($2). Numbers have
/// no gaps, so only batches that begin in between can hold them, and the last
/// one that begins before.
pub(crate) const READ: &str = concat!(
    "SELECT ",
    order::columns!(),
    ", numbered.first_sequence + event.position - 1 AS sequence, event.event_id, event.kind \
     FROM (SELECT first_sequence, batch_id FROM numbered_batches WHERE first_sequence >= \
     coalesce((SELECT max(first_sequence) FROM numbered_batches WHERE first_sequence <= $1::bigint + 1), 0) \
     AND first_sequence <= $2::bigint) AS numbered \
     CROSS JOIN LATERAL (SELECT * FROM batches AS it WHERE it.batch_id = numbered.batch_id \
     LIMIT 1) AS batches \
     CROSS JOIN LATERAL unnest(batches.event_ids, batches.event_order_ids, batches.event_kinds) \
     WITH ORDINALITY AS event (event_id, order_id, kind, position) \
     CROSS JOIN LATERAL (SELECT * FROM orders AS it WHERE it.order_id = event.order_id LIMIT 1) \
     AS orders \
     WHERE numbered.first_sequence + event.position - 1 > $1::bigint \
     AND numbered.first_sequence + event.position - 1 <= $2::bigint ORDER BY sequence"
);

/// Events with a sequence above `after`, oldest first: all that were committed
/// when this began, up to `limit`.
pub(crate) async fn events(
    session: &Session,
    after: u64,
    limit: usize,
) -> Result<Vec<NumberedEvent>, StorageError> {
    // One below the end, since the query adds one.
    let Some(after) = i64::try_from(after).ok().filter(|it| *it < i64::MAX) else {
        return Ok(Vec::new());
    };
    let upto = after.saturating_add(i64::try_from(limit).unwrap_or(i64::MAX));
    session
        .statements()
        .prepare(session, &[sequencer::ANY, READ])
        .await?;
    let mut numbering = true;
    loop {
        let mut pipeline = Pipeline::new(session);
        // First whether any are left: what was numbered by then is read.
        let left = pipeline.query(sequencer::ANY, Vec::new())?;
        let read = pipeline.query(READ, vec![Box::new(after), Box::new(upto)])?;
        pipeline.finish().await?;
        let left = match left.answer().await?.first() {
            Some(row) => row.try_get(0)?,
            None => false,
        };
        let events = read
            .answer()
            .await?
            .iter()
            .map(decode)
            .collect::<Result<Vec<_>, _>>()?;
        if !left || !numbering || events.len() >= limit {
            return Ok(events);
        }
        match sequencer::number(session).await {
            Ok(_) => {}
            // What has a number can still be read there.
            Err(error) if sequencer::is_read_only(&error) => numbering = false,
            Err(error) => return Err(error),
        }
    }
}

fn decode(row: &Row) -> Result<NumberedEvent, StorageError> {
    let order = order::decode(row)?;
    let row = Decoder::new(row, "events").after(order::COLUMN_COUNT);
    let sequence = row.position(0)?;
    let kind = batches::kind(row.get(2)?).ok_or_else(|| row.corrupt("unknown kind"))?;
    let (order, time) = match kind {
        EventKind::OrderPaid => (order.as_placed(), order.created_at),
        EventKind::OrderCancelled => {
            let cancellation = order.cancellation.as_ref();
            let time = cancellation
                .ok_or_else(|| row.corrupt("its order was not cancelled"))?
                .at;
            (order, time)
        }
    };
    Ok(NumberedEvent {
        sequence,
        event: Event {
            id: EventId(row.get(1)?),
            kind,
            order: Arc::new(order),
            time,
        },
    })
}
