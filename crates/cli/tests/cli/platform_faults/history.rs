//! What has to hold of all that a platform received.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::platform::{DOWN, GONE, Receipt};
use super::request::Event;

/// Each order has one event, each event was taken under one id, nothing else
/// came, and without its repeats no user's event came before an earlier one.
pub(super) fn assert_whole(receipts: &[Receipt], events: &[Event], orders: &[String]) {
    let ordered: BTreeSet<&str> = orders.iter().map(String::as_str).collect();
    let told: Vec<&str> = events.iter().map(|it| it.order.as_str()).collect();
    assert_eq!(told.len(), ordered.len(), "one event an order");
    assert_eq!(BTreeSet::from_iter(told), ordered, "one event an order");

    let taken = receipts.iter().filter(|it| it.is_taken());
    let taken: BTreeSet<&Event> = taken.map(|it| &it.event).collect();
    let listed: BTreeSet<&Event> = events.iter().collect();
    let lost: Vec<_> = listed.difference(&taken).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    let received: BTreeSet<&Event> = receipts.iter().map(|it| &it.event).collect();
    let unknown: Vec<_> = received.difference(&listed).collect();
    assert!(unknown.is_empty(), "events that are not so: {unknown:?}");

    let (mut known, mut newest) = (HashSet::new(), HashMap::new());
    for Receipt { event, .. } in receipts {
        if known.insert(&event.id) {
            let newest = newest.entry(&event.user).or_insert(0);
            assert!(*newest < event.sequence, "{event:?} after {newest}");
            *newest = event.sequence;
        }
    }
}

/// How many events came by each door that had come by another before, and were
/// not refused there: what the platform has to bear of a crash.
pub(super) fn repeats_by_door(receipts: &[Receipt]) -> Vec<usize> {
    let doors = receipts.iter().map(|it| it.door + 1).max().unwrap_or(0);
    let mut repeats = vec![0; doors];
    let mut had: HashMap<&str, HashSet<usize>> = HashMap::new();
    for receipt in receipts {
        let doors = had.entry(&receipt.event.id).or_default();
        let elsewhere = doors.iter().any(|door| *door != receipt.door);
        repeats[receipt.door] += usize::from(elsewhere && !doors.contains(&receipt.door));
        if ![Some(DOWN), Some(GONE)].contains(&receipt.answer) {
            doors.insert(receipt.door);
        }
    }
    repeats
}

/// The events that came by one door after they were taken by the same: there are
/// none, unless somebody asked for a replay.
pub(super) fn told_twice(receipts: &[Receipt]) -> Vec<&Event> {
    let mut taken = HashSet::new();
    let mut twice = Vec::new();
    for receipt in receipts {
        let here = (receipt.door, &receipt.event.id);
        if taken.contains(&here) {
            twice.push(&receipt.event);
        }
        if receipt.is_taken() {
            taken.insert(here);
        }
    }
    twice
}
