//! Events, and the sequence in which they are told.

use super::*;

found! {
    a_lost_event:
        "UPDATE batches SET event_ids = '{}', event_order_ids = '{}', event_kinds = '{}'
         WHERE batch_id = '{later batch}'",
        [(Events, "order {later 2}"), (Events, "batch {later batch}")];
    a_cancel_told_as_a_payment:
        "UPDATE batches SET event_kinds = '{1}' WHERE event_kinds = '{2}'",
        [(Events, "order {cancelled}")];
    a_payment_told_as_a_cancel:
        "UPDATE batches SET event_kinds = '{2}' WHERE batch_id = '{batch 1}'",
        [(Events, "order {order 1}")];
    an_order_told_in_place_of_another:
        "UPDATE batches SET event_order_ids = ARRAY['{order 1}'::uuid]
         WHERE batch_id = '{batch 2}'",
        [(Events, "order {order 1}"), (Events, "order {order 2}")];
    an_event_of_no_order:
        "UPDATE batches SET event_order_ids = ARRAY['{coupon 1}'::uuid]
         WHERE batch_id = '{batch 2}'",
        [(Events, "order {coupon 1}"), (Events, "order {order 2}")];
    two_events_of_one_id:
        "UPDATE batches SET event_ids = ARRAY['{event 1}'::uuid] WHERE batch_id = '{batch 2}'",
        [(Events, "event {event 1}")];
    a_cancel_told_before_the_payment:
        "UPDATE batches SET event_kinds =
                CASE event_kinds WHEN '{1}' THEN '{2}'::smallint[] ELSE '{1}' END
         WHERE event_order_ids = ARRAY['{cancelled}'::uuid]",
        [(Events, "order {cancelled}")];
    orders_of_one_user_told_in_another_order:
        "UPDATE batches SET event_order_ids = CASE batch_id WHEN '{batch 2}'
                THEN ARRAY['{later 2}'::uuid] ELSE ARRAY['{order 2}'::uuid] END
         WHERE batch_id IN ('{batch 2}', '{later batch}')",
        [(Events, "order {later 2}")];
    a_batch_that_nobody_will_number:
        "DELETE FROM unnumbered_batches",
        [(Events, "batch {later batch}")];
    a_batch_with_two_places:
        "INSERT INTO unnumbered_batches (batch_id, event_count) VALUES ('{batch 1}', 1)",
        [(Events, "batch {batch 1}")];
    a_batch_numbered_twice:
        "INSERT INTO numbered_batches (batch_id, first_sequence) VALUES ('{batch 1}', 5);
         UPDATE sequencer SET next_sequence = 6",
        [(Events, "batch {batch 1}")];
    a_place_of_no_batch:
        "INSERT INTO unnumbered_batches (batch_id, event_count) VALUES ('{coupon 1}', 1)",
        [(Events, "batch {coupon 1}")];
    a_place_of_a_batch_without_events:
        "INSERT INTO unnumbered_batches (batch_id, event_count)
         SELECT batch_id, 0 FROM batches WHERE event_ids = '{}' ORDER BY batch_id DESC LIMIT 1",
        [(Events, "batch {silent batch}")];
    a_place_for_more_events_than_there_are:
        "UPDATE unnumbered_batches SET event_count = 2",
        [(Events, "batch {later batch}")];
    a_fenced_batch_with_events:
        "UPDATE batches SET fenced = true WHERE batch_id = '{batch 1}'",
        [(Events, "batch {batch 1}")];
    a_gap_in_the_sequence:
        "UPDATE numbered_batches SET first_sequence = 5 WHERE first_sequence = 4;
         UPDATE sequencer SET next_sequence = 6",
        [(Events, "event 5")];
    a_sequence_that_does_not_begin_with_one:
        "UPDATE numbered_batches SET first_sequence = 0 WHERE first_sequence = 1",
        [(Events, "event 0"), (Events, "event 2")];
    a_number_that_would_be_given_again:
        "UPDATE sequencer SET next_sequence = 4",
        [(Events, "sequencer")];
    a_sequencer_that_is_gone:
        "DELETE FROM sequencer",
        [(Events, "sequencer")];
}
