//! Events, beside the orders that they tell of.

/// One event of each payment (kind 1) and one of each cancel (kind 2), a
/// payment before its cancel, and those of one user in the order of the orders.
/// Events that have no number yet come after all others, by their batches.
pub(super) const TOLD: &str = "
WITH place AS (
    SELECT batch_id, min(first_sequence) AS first_sequence
    FROM (
        SELECT batch_id, first_sequence FROM numbered_batches
        UNION ALL
        SELECT batch_id, sequencer.next_sequence
                   + sum(event_count) OVER (ORDER BY batch_id) - event_count
        FROM unnumbered_batches CROSS JOIN sequencer
    ) AS given
    GROUP BY batch_id
), told AS (
    SELECT event.order_id,
           count(CASE WHEN event.kind = 1 THEN 1 END) AS payments,
           count(CASE WHEN event.kind = 2 THEN 1 END) AS cancels,
           min(CASE WHEN event.kind = 1 THEN first_sequence + event.position - 1 END) AS paid,
           min(CASE WHEN event.kind = 2 THEN first_sequence + event.position - 1 END) AS cancelled
    FROM batches LEFT JOIN place USING (batch_id)
    CROSS JOIN LATERAL unnest(batches.event_order_ids, batches.event_kinds)
        WITH ORDINALITY AS event (order_id, kind, position)
    GROUP BY event.order_id
), judged AS (
    SELECT coalesce(orders.order_id, told.order_id) AS order_id,
           orders.order_id IS NULL AS is_missing,
           CASE WHEN orders.cancelled_at IS NULL THEN 0 ELSE 1 END AS cancels_due,
           coalesce(told.payments, 0) AS payments, coalesce(told.cancels, 0) AS cancels,
           told.paid, told.cancelled,
           lag(told.paid) OVER (PARTITION BY orders.user_id ORDER BY orders.order_id) AS before
    FROM orders FULL JOIN told ON told.order_id = orders.order_id
), offender AS MATERIALIZED (
    SELECT * FROM judged
    WHERE is_missing OR payments <> 1 OR cancels <> cancels_due
       OR cancelled < paid OR paid < before
)
SELECT 'events', format('order %s', coalesce(order_id::text, 'none')),
       'has an event and is not there'
FROM offender WHERE is_missing
UNION ALL
SELECT 'events', format('order %s', order_id), format('%s events of its payment', payments)
FROM offender WHERE NOT is_missing AND payments <> 1
UNION ALL
SELECT 'events', format('order %s', order_id), format('%s events of its cancel', cancels)
FROM offender WHERE NOT is_missing AND cancels <> cancels_due
UNION ALL
SELECT 'events', format('order %s', order_id),
       format('its cancel is event %s, before its payment, event %s', cancelled, paid)
FROM offender WHERE NOT is_missing AND cancelled < paid
UNION ALL
SELECT 'events', format('order %s', order_id),
       format('its payment is event %s, before that of its user''s order before it, event %s',
              paid, before)
FROM offender WHERE NOT is_missing AND paid < before";

/// A platform takes a second event of one id for a repeat.
pub(super) const IDS: &str = "
SELECT 'events', format('event %s', event_id), format('%s events have this id', count(*))
FROM (SELECT unnest(event_ids) AS event_id FROM batches) AS event
GROUP BY event_id HAVING count(*) > 1";
