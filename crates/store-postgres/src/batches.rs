//! Rows of `batches`: one for each batch that changed something or answered a
//! request again. It carries the batch's events, and it tells whether a commit
//! whose answer was lost was done.

use jumun_domain::{Event, EventKind, Timestamp};
use uuid::Uuid;

use crate::pipeline::Pipeline;
use crate::rows::position_code;

/// Adds a batch.
pub(crate) const INSERT: &str = "INSERT INTO batches (batch_id, created_at, last_key, fenced, event_ids, \
     event_order_ids, event_kinds) VALUES ($1, $2, $3, false, $4, $5, $6)";

/// Tells that a batch with events is to be numbered.
pub(crate) const ANNOUNCE: &str =
    "INSERT INTO unnumbered_batches (batch_id, event_count) VALUES ($1, $2)";

/// Puts a fence where a batch may have been, or may still come.
pub(crate) const FENCE: &str = "INSERT INTO batches (batch_id, created_at, last_key, fenced, event_ids, \
     event_order_ids, event_kinds) VALUES ($1, 0, 0, true, '{}', '{}', '{}') \
     ON CONFLICT (batch_id) DO NOTHING";

/// How far the ids had come in the newest batches. Of several that were in
/// flight together the one that began last need not have come the furthest.
pub(crate) const NEWEST_POSITION: &str = "SELECT coalesce(max(last_key), 0) \
     FROM (SELECT last_key FROM batches ORDER BY batch_id DESC LIMIT 1000) AS newest";

/// Whether what is there is a fence.
pub(crate) const IS_FENCED: &str = "SELECT fenced FROM batches WHERE batch_id = $1";

/// The stored number of a kind.
pub(crate) const fn kind_code(kind: EventKind) -> i16 {
    match kind {
        EventKind::OrderPaid => 1,
        EventKind::OrderCancelled => 2,
    }
}

/// The kind of a stored number.
pub(crate) const fn kind(code: i16) -> Option<EventKind> {
    match code {
        1 => Some(EventKind::OrderPaid),
        2 => Some(EventKind::OrderCancelled),
        _ => None,
    }
}

/// Sends the batch's own row, and where it has events that they are to be
/// numbered. `position` is how far its ids have come.
pub(crate) fn insert(
    pipeline: &mut Pipeline<'_>,
    batch_id: Uuid,
    created_at: Timestamp,
    position: u64,
    events: &[Event],
) {
    let ids: Vec<Uuid> = events.iter().map(|it| it.id.0).collect();
    let orders: Vec<Uuid> = events.iter().map(|it| it.order.id.0).collect();
    let kinds: Vec<i16> = events.iter().map(|it| kind_code(it.kind)).collect();
    pipeline.execute(
        INSERT,
        vec![
            Box::new(batch_id),
            Box::new(created_at.as_micros()),
            Box::new(position_code(position)),
            Box::new(ids),
            Box::new(orders),
            Box::new(kinds),
        ],
    );
    if !events.is_empty() {
        // Far fewer than 2^31: a batch is bounded.
        let count = i32::try_from(events.len()).unwrap_or(i32::MAX);
        pipeline.execute(ANNOUNCE, vec![Box::new(batch_id), Box::new(count)]);
    }
}
