//! Rows of one kind that a batch has loaded, and which of them it changed.

use std::collections::HashMap;
use std::hash::Hash;

use foldhash::fast::FixedState;

/// Rows of one kind by key. A key may be loaded as absent, which is not the
/// same as not loaded: only the engine knows what the database lacks.
#[derive(Clone, Debug)]
pub struct Table<K, V> {
    rows: HashMap<K, Row<V>, FixedState>,
    /// The keys of the rows that are not clean, each once: a table may keep many
    /// rows of which a batch changes few.
    changed: Vec<K>,
}

#[derive(Clone, PartialEq, Debug)]
struct Row<V> {
    value: Option<V>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Clean,
    Updated,
    Inserted,
}

/// A rule asked for a row that the engine did not load. Nothing was decided.
///
/// For the first request decided after gathering it is a fault of the engine.
/// A later one may need rows only because of what was decided before it (a
/// product whose purchases are counted from now on): write what is decided,
/// then gather anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotLoaded;

impl<K: Eq + Hash, V: PartialEq> PartialEq for Table<K, V> {
    /// The same rows, changed in the same way.
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self {
            rows: HashMap::default(),
            changed: Vec::new(),
        }
    }
}

impl<K: Eq + Hash, V> Table<K, V> {
    /// Takes over what the database holds under `key`, `None` for nothing.
    pub fn load(&mut self, key: K, value: Option<V>) {
        self.rows.insert(
            key,
            Row {
                value,
                state: State::Clean,
            },
        );
    }

    /// Whether the key was loaded, as present or as absent.
    pub fn is_loaded(&self, key: &K) -> bool {
        self.rows.contains_key(key)
    }

    /// The row under `key`, `None` where the database holds none.
    ///
    /// # Errors
    ///
    /// [`NotLoaded`] when the engine never loaded the key.
    pub fn get(&self, key: &K) -> Result<Option<&V>, NotLoaded> {
        self.rows
            .get(key)
            .map(|row| row.value.as_ref())
            .ok_or(NotLoaded)
    }

    /// How many keys are loaded.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no key is loaded.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl<K: Eq + Hash + Clone, V> Table<K, V> {
    /// Changes a row that is there; does nothing to one that is absent.
    pub(crate) fn update(&mut self, key: &K, change: impl FnOnce(&mut V)) {
        if let Some(row) = self.rows.get_mut(key)
            && let Some(value) = &mut row.value
        {
            change(value);
            if row.state == State::Clean {
                row.state = State::Updated;
                self.changed.push(key.clone());
            }
        }
    }

    /// Adds a row that was absent.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        let row = Row {
            value: Some(value),
            state: State::Inserted,
        };
        let before = self.rows.insert(key.clone(), row);
        if before.is_none_or(|row| row.state == State::Clean) {
            self.changed.push(key);
        }
    }

    /// Every row is now as the database holds it.
    pub(crate) fn settle(&mut self) {
        for key in self.changed.drain(..) {
            if let Some(row) = self.rows.get_mut(&key) {
                row.state = State::Clean;
            }
        }
    }

    /// Forgets every row.
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.changed.clear();
    }

    /// The rows to insert, in no particular order.
    pub fn inserted(&self) -> impl Iterator<Item = (&K, &V)> {
        self.in_state(State::Inserted)
    }

    /// The rows to update, in no particular order.
    pub fn updated(&self) -> impl Iterator<Item = (&K, &V)> {
        self.in_state(State::Updated)
    }

    fn in_state(&self, state: State) -> impl Iterator<Item = (&K, &V)> {
        self.changed.iter().filter_map(move |key| {
            let row = self.rows.get(key).filter(|row| row.state == state)?;
            Some((key, row.value.as_ref()?))
        })
    }
}
