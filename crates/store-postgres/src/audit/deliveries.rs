//! Platforms and what is pending there, beside the events.

/// No platform is ahead of the events.
pub(super) const POSITIONS: &str = "
SELECT 'deliveries', format('platform %s', name),
       format('its position is %s, it began after %s, and the newest event is %s',
              position, starts_after, next_sequence - 1)
FROM platforms CROSS JOIN sequencer
WHERE position < starts_after OR position >= next_sequence";

/// What is pending are events up to the position, under their own ids.
pub(super) const PENDING: &str = "
WITH judged AS (
    SELECT format('event %s of platform %s', sequence, coalesce(name, platform_id::text))
               AS subject,
           CASE WHEN name IS NULL THEN 'is pending, and the platform is not there'
                WHEN events.event_id IS NULL THEN 'is pending and not there'
                WHEN events.event_id <> pending_deliveries.event_id
                    THEN 'is pending under the id of another event'
                WHEN sequence > position
                    THEN format('is pending and above the position, %s', position)
           END AS detail
    FROM pending_deliveries LEFT JOIN platforms USING (platform_id)
    LEFT JOIN events USING (sequence)
)
SELECT 'deliveries', subject, detail FROM judged WHERE detail IS NOT NULL";
