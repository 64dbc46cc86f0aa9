//! The newest of each row that the log has.

use std::collections::HashMap;
use std::hash::Hash;

use foldhash::fast::FixedState;

/// Rows kept before those that were folded are forgotten, at least.
const LEAST_CROWD: usize = 1 << 12;

/// Rows by their key, each with the entry of the log that it is from. Those of
/// entries that the log no longer has count no more.
///
/// They are kept in two maps, of which the older is emptied as a whole when all in it
/// counts no more. A single one, from which rows are taken, has to be put in order now
/// and then: with some ten thousand rows that takes ten milliseconds, for which every
/// shopper would wait.
#[derive(Debug)]
pub(super) struct Rows<K, V> {
    newer: Generation<K, V>,
    older: Generation<K, V>,
}

#[derive(Debug)]
struct Generation<K, V> {
    rows: HashMap<K, (i64, V), FixedState>,
    /// The last entry that one of them is from.
    last: i64,
}

impl<K, V> Default for Generation<K, V> {
    fn default() -> Self {
        Self {
            rows: HashMap::default(),
            last: 0,
        }
    }
}

impl<K, V> Default for Rows<K, V> {
    fn default() -> Self {
        Self {
            newer: Generation::default(),
            older: Generation::default(),
        }
    }
}

impl<K: Eq + Hash, V: Copy> Rows<K, V> {
    /// Entries come in the order of their numbers.
    pub(super) fn insert(&mut self, key: K, entry: i64, value: V) {
        self.newer.rows.insert(key, (entry, value));
        self.newer.last = entry;
    }

    pub(super) fn get(&self, key: &K, first: i64) -> Option<V> {
        let newest = self.newer.rows.get(key);
        let (entry, value) = newest.or_else(|| self.older.rows.get(key))?;
        (*entry >= first).then_some(*value)
    }

    pub(super) fn all(&self, first: i64) -> impl Iterator<Item = (&K, V)> {
        let older = self.older.rows.iter();
        let older = older.filter(|(key, _)| !self.newer.rows.contains_key(key));
        let rows = self.newer.rows.iter().chain(older);
        rows.filter(move |(_, (entry, _))| *entry >= first)
            .map(|(key, (_, value))| (key, *value))
    }

    /// Makes room by what is from entries before `first`, where there is much.
    pub(super) fn forget_before(&mut self, first: i64) {
        if self.older.last < first && self.newer.rows.len() >= LEAST_CROWD {
            self.older.rows.clear();
            std::mem::swap(&mut self.newer, &mut self.older);
        }
    }

    /// How many it has room for, those that count no more among them.
    pub(super) fn kept(&self) -> usize {
        self.newer.rows.len() + self.older.rows.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_the_newest_of_entries_that_count_and_older_ones_make_room() {
        let mut random = fastrand::Rng::with_seed(1);
        let mut rows = Rows::default();
        let mut model = HashMap::new();
        let (keys, parts) = (3 * LEAST_CROWD, 40);
        let mut most = 0;
        for entry in 1..=parts {
            for _ in 0..LEAST_CROWD / 2 {
                let (key, value) = (random.usize(..keys), random.u32(..));
                rows.insert(key, entry, value);
                model.insert(key, (entry, value));
            }
            // The log has three entries at most.
            let first = entry - 2;
            rows.forget_before(first);
            model.retain(|_, (entry, _)| *entry >= first);
            for key in 0..keys {
                let expected = model.get(&key).map(|(_, value)| *value);
                assert_eq!(rows.get(&key, first), expected);
            }
            let mut all: Vec<_> = rows.all(first).map(|(key, value)| (*key, value)).collect();
            all.sort_unstable();
            let mut expected: Vec<_> = model.iter().map(|(key, it)| (*key, it.1)).collect();
            expected.sort_unstable();
            assert_eq!(all, expected);
            most = most.max(rows.kept());
        }
        assert!(most <= 3 * LEAST_CROWD, "{most} rows were kept");
    }
}
