//! Batches, and their places in the sequence of events.

/// A batch with events has one place in the sequence, or waits for one; any
/// other has none. The three lists of a batch are of one length.
pub(super) const PLACES: &str = "
WITH place AS (
    SELECT batch_id, count(*) AS places, min(event_count) AS announced
    FROM (
        SELECT batch_id, NULL::integer AS event_count FROM numbered_batches
        UNION ALL
        SELECT batch_id, event_count FROM unnumbered_batches
    ) AS given
    GROUP BY batch_id
), matched AS (
    SELECT coalesce(batches.batch_id, place.batch_id) AS batch_id,
           batches.batch_id IS NULL AS is_missing, batches.fenced, batches.event_kinds,
           cardinality(batches.event_ids) AS events,
           cardinality(batches.event_order_ids) AS orders,
           cardinality(batches.event_kinds) AS kinds,
           coalesce(place.places, 0) AS places, place.announced
    FROM batches FULL JOIN place ON place.batch_id = batches.batch_id
), judged AS (
    SELECT *, CASE WHEN events > 0 THEN 1 ELSE 0 END AS places_due,
           orders <> events OR kinds <> events
               OR NOT event_kinds <@ ARRAY[1, 2]::smallint[] AS is_unreadable
    FROM matched
), offender AS MATERIALIZED (
    SELECT * FROM judged
    WHERE is_missing OR is_unreadable OR fenced AND events > 0
       OR places <> places_due OR announced <> events
)
SELECT 'events', format('batch %s', batch_id), 'has a place in the sequence and is not there'
FROM offender WHERE is_missing
UNION ALL
SELECT 'storage', format('batch %s', batch_id),
       format('%s event ids, %s orders, kinds %s', events, orders, event_kinds)
FROM offender WHERE is_unreadable
UNION ALL
SELECT 'events', format('batch %s', batch_id), format('is fenced and has %s events', events)
FROM offender WHERE fenced AND events > 0
UNION ALL
SELECT 'events', format('batch %s', batch_id),
       format('%s events, %s places in the sequence, not %s', events, places, places_due)
FROM offender WHERE NOT is_missing AND places <> places_due
UNION ALL
SELECT 'events', format('batch %s', batch_id),
       format('%s events, but %s are to be numbered', events, announced)
FROM offender WHERE announced <> events";

/// The sequence begins with 1, goes on without gap or overlap, and the next
/// number to give is the one after the last.
pub(super) const SEQUENCE: &str = "
WITH given AS (
    SELECT numbered_batches.first_sequence, false AS is_end,
           numbered_batches.first_sequence
               + coalesce(cardinality(batches.event_ids), 0) AS next_sequence
    FROM numbered_batches LEFT JOIN batches USING (batch_id)
    UNION ALL
    SELECT (SELECT next_sequence FROM sequencer), true, NULL
), followed AS (
    SELECT first_sequence, is_end,
           lag(next_sequence, 1, 1::bigint) OVER (ORDER BY is_end, first_sequence) AS expected
    FROM given
)
SELECT 'events',
       CASE WHEN is_end THEN 'sequencer' ELSE format('event %s', first_sequence) END,
       CASE WHEN first_sequence IS NULL THEN 'its row is missing'
            WHEN is_end THEN format('gives number %s next, after event %s',
                                    first_sequence, expected - 1)
            ELSE format('follows event %s', expected - 1) END
FROM followed WHERE first_sequence IS DISTINCT FROM expected";
