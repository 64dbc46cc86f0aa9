//! Platforms, and the events that are pending there.

use super::*;

found! {
    a_platform_beyond_the_newest_event:
        "UPDATE platforms SET position = 5",
        [(Deliveries, "platform warehouse")];
    a_pending_event_above_the_position:
        "UPDATE platforms SET position = 2",
        [(Deliveries, "event 3 of platform warehouse")];
    a_pending_event_that_is_not_there:
        "UPDATE pending_deliveries SET sequence = 0",
        [(Deliveries, "event 0 of platform warehouse")];
    a_pending_event_under_another_id:
        "UPDATE pending_deliveries SET event_id = '{event 1}'",
        [(Deliveries, "event 3 of platform warehouse")];
    a_pending_event_of_no_platform:
        "UPDATE pending_deliveries SET platform_id = 77",
        [(Deliveries, "event 3 of platform 77")];
}
