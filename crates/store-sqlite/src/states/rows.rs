//! The newest of each row that the log has.

use std::collections::HashMap;
use std::hash::Hash;

use foldhash::fast::FixedState;

/// Rows kept before those that were folded are forgotten, at least.
const LEAST_CROWD: usize = 1 << 12;

/// Rows by their key, each with the entry of the log that it is from. Those of
/// entries that the log no longer has count no more.
#[derive(Debug)]
pub(super) struct Rows<K, V> {
    newest: HashMap<K, (i64, V), FixedState>,
    /// How many make it forget those that do not count.
    crowded_at: usize,
}

impl<K, V> Default for Rows<K, V> {
    fn default() -> Self {
        Self {
            newest: HashMap::default(),
            crowded_at: LEAST_CROWD,
        }
    }
}

impl<K: Eq + Hash, V: Copy> Rows<K, V> {
    pub(super) fn insert(&mut self, key: K, entry: i64, value: V) {
        self.newest.insert(key, (entry, value));
    }

    pub(super) fn get(&self, key: &K, first: i64) -> Option<V> {
        let (entry, value) = self.newest.get(key)?;
        (*entry >= first).then_some(*value)
    }

    pub(super) fn all(&self, first: i64) -> impl Iterator<Item = (&K, V)> {
        let rows = self.newest.iter();
        rows.filter(move |(_, (entry, _))| *entry >= first)
            .map(|(key, (_, value))| (key, *value))
    }

    /// Makes room by what is from entries before `first`, where there is much.
    pub(super) fn forget_before(&mut self, first: i64) {
        if self.kept() > self.crowded_at {
            self.newest.retain(|_, (entry, _)| *entry >= first);
            // Twice what is left, so that this is rarely done.
            self.crowded_at = LEAST_CROWD.max(2 * self.kept());
        }
    }

    pub(super) fn kept(&self) -> usize {
        self.newest.len()
    }
}
