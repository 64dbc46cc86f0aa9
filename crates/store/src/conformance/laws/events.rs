use std::collections::{HashMap, HashSet};

use jumun_domain::{EventKind, OrderId, UserId};

use crate::conformance::snapshot::Snapshot;

/// Exactly one event an order and one a cancel, each with the order as it was
/// then; the sequence rises, and for one user it is the order of commits.
pub(super) fn one_an_order_and_one_a_cancel(shop: &Snapshot) {
    assert!(
        shop.events.is_sorted_by(|a, b| a.sequence < b.sequence),
        "the sequence of events rises"
    );
    assert!(
        shop.events.first().is_none_or(|it| it.sequence >= 1),
        "the sequence starts at 1"
    );

    let mut ids = HashSet::new();
    let mut paid = HashSet::new();
    let mut cancelled = HashSet::new();
    let mut newest: HashMap<UserId, OrderId> = HashMap::new();
    for numbered in &shop.events {
        let event = &numbered.event;
        let order = &event.order;
        assert!(ids.insert(event.id), "event id {} comes once", event.id);
        let index = shop.orders.binary_search_by_key(&order.id, |it| it.id);
        let now = &shop.orders[index.unwrap_or_else(|_| panic!("event without order: {event:?}"))];
        match event.kind {
            EventKind::OrderPaid => {
                assert!(paid.insert(order.id), "two paid events of {}", order.id);
                assert_eq!(
                    **order,
                    now.as_placed(),
                    "the order as it was when it was placed"
                );
                assert_eq!(event.time, order.created_at, "the time of {}", order.id);
                let before = newest.insert(order.user_id, order.id);
                assert!(
                    before < Some(order.id),
                    "user {} in commit order",
                    order.user_id
                );
            }
            EventKind::OrderCancelled => {
                assert!(
                    paid.contains(&order.id),
                    "{} is cancelled before it is paid",
                    order.id
                );
                assert!(
                    cancelled.insert(order.id),
                    "two cancel events of {}",
                    order.id
                );
                assert_eq!(order, now, "the order as it was when it was cancelled");
                let at = order.cancellation.as_ref().map(|it| it.at);
                assert_eq!(
                    at,
                    Some(event.time),
                    "the time of the cancel of {}",
                    order.id
                );
            }
        }
    }
    for order in &shop.orders {
        assert!(paid.contains(&order.id), "order {} has no event", order.id);
        let told = cancelled.contains(&order.id);
        assert_eq!(
            told,
            order.cancellation.is_some(),
            "cancel event of {}",
            order.id
        );
    }
}
