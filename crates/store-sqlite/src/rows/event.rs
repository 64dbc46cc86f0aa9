//! Items of `events`. What an event says is rendered from its order.

use std::sync::Arc;

use jumun_domain::{Event, EventId, EventKind};
use jumun_store::NumberedEvent;
use rusqlite::Connection;

use super::{Result, order};
use crate::key::StoredId;
use crate::packed::Packed;

const EVENTS: Packed<5> = Packed { table: "events" };

/// An event as it is stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredEvent {
    pub(crate) sequence: i64,
    pub(crate) id: StoredId,
    pub(crate) order_key: i64,
    pub(crate) kind: EventKind,
}

impl StoredEvent {
    fn of(sequence: i64, event: &Event) -> Self {
        Self {
            sequence,
            id: StoredId::minted(event.id.0),
            order_key: StoredId::minted(event.order.id.0).key,
            kind: event.kind,
        }
    }

    fn item(&self) -> [i64; 5] {
        let kind = match self.kind {
            EventKind::OrderPaid => 1,
            EventKind::OrderCancelled => 2,
        };
        [
            self.sequence,
            self.id.key,
            self.id.low,
            self.order_key,
            kind,
        ]
    }

    fn of_item([sequence, key, low, order_key, kind]: [i64; 5]) -> Result<Self> {
        Ok(Self {
            sequence,
            id: StoredId { key, low },
            order_key,
            kind: match kind {
                1 => EventKind::OrderPaid,
                2 => EventKind::OrderCancelled,
                _ => return Err(EVENTS.corrupt("unknown kind")),
            },
        })
    }

    /// The event, with its order as it was then.
    fn event(&self, connection: &Connection) -> Result<NumberedEvent> {
        let order = order::find_by_key(connection, self.order_key)?
            // To pass over it would be to lose it, and nobody would hear of that.
            .ok_or_else(|| EVENTS.corrupt(format!("no order of event {}", self.sequence)))?
            .order;
        let (order, time) = match self.kind {
            EventKind::OrderPaid => (order.as_placed(), order.created_at),
            EventKind::OrderCancelled => {
                let cancellation = order.cancellation.as_ref();
                let time = cancellation
                    .ok_or_else(|| EVENTS.corrupt("its order was not cancelled"))?
                    .at;
                (order, time)
            }
        };
        Ok(NumberedEvent {
            sequence: u64::try_from(self.sequence)
                .map_err(|_| EVENTS.corrupt("negative sequence"))?,
            event: Event {
                id: EventId(self.id.uuid()),
                kind: self.kind,
                order: Arc::new(order),
                time,
            },
        })
    }
}

/// Adds the events of a batch.
pub(crate) fn append(connection: &Connection, events: &[Event]) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let first = last_sequence(connection)? + 1;
    let numbered = (first..).zip(events);
    let items: Vec<_> = numbered
        .map(|(sequence, event)| StoredEvent::of(sequence, event).item())
        .collect();
    EVENTS.append(connection, &items)
}

/// The sequence of the newest event, 0 where there is none.
pub(crate) fn last_sequence(connection: &Connection) -> Result<i64> {
    Ok(EVENTS.last(connection)?.unwrap_or(0))
}

/// The event of this sequence.
pub(crate) fn find(connection: &Connection, sequence: i64) -> Result<Option<StoredEvent>> {
    let found = EVENTS.find(connection, sequence)?;
    found.map(StoredEvent::of_item).transpose()
}

/// The sequences at which rows begin that overlap the one before.
pub(crate) fn overlapping(connection: &Connection) -> Result<Vec<i64>> {
    EVENTS.overlapping(connection)
}

/// The events after a sequence and up to another, in order, without what they say.
pub(crate) fn read(
    connection: &Connection,
    range: (i64, i64),
    limit: usize,
) -> Result<Vec<StoredEvent>> {
    let items = EVENTS.read(connection, range, limit)?;
    items.into_iter().map(StoredEvent::of_item).collect()
}

/// The events after a sequence.
pub(crate) fn after(
    connection: &Connection,
    sequence: i64,
    limit: usize,
) -> Result<Vec<NumberedEvent>> {
    let stored = read(connection, (sequence, i64::MAX), limit)?;
    stored.iter().map(|it| it.event(connection)).collect()
}
