//! What a platform has taken, and what has to hold of it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// What a platform has taken, in the order in which it came.
#[derive(Clone, Default)]
pub(crate) struct Taken(Arc<Mutex<Vec<Event>>>);

/// An event as it came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) sequence: u64,
    pub(crate) user: i64,
}

impl Taken {
    /// Takes one event.
    pub(crate) fn take(&self, body: &[u8]) {
        let event = Event::read(body);
        self.0.lock().unwrap().push(event);
    }

    /// All that was taken, repeats too.
    pub(crate) fn all(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }

    /// How many different events there are.
    pub(crate) fn distinct(&self) -> usize {
        let all = self.all();
        let ids: std::collections::HashSet<&str> = all.iter().map(|it| &*it.id).collect();
        ids.len()
    }

    /// How many were repeats.
    pub(crate) fn repeats(&self) -> usize {
        self.all().len() - self.distinct()
    }

    /// Each event is there under its one id, and without its repeats no user's
    /// came before an earlier one.
    pub(crate) fn assert_all_of(&self, events: &BTreeMap<u64, (String, i64)>) {
        let mut found: BTreeMap<u64, (String, i64)> = BTreeMap::new();
        let mut newest: HashMap<i64, u64> = HashMap::new();
        for event in self.all() {
            let known = found.insert(event.sequence, (event.id.clone(), event.user));
            if let Some((id, _)) = known {
                assert_eq!(id, event.id, "two ids of one event");
                continue;
            }
            let newest = newest.entry(event.user).or_default();
            assert!(
                *newest < event.sequence,
                "backwards: {event:?} after {newest}"
            );
            *newest = event.sequence;
        }
        let lost: Vec<_> = events.keys().filter(|it| !found.contains_key(it)).collect();
        assert!(lost.is_empty(), "lost: {lost:?}");
        assert_eq!(&found, events, "events that nobody ordered");
    }
}

impl Event {
    fn read(body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        Self {
            id: text("id"),
            sequence: text("sequence").parse().unwrap(),
            user: text("partitionkey").parse().unwrap(),
        }
    }
}
