//! Wishes that no engine knows by a key: pausing, resuming, sending again.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jumun_domain::IdempotencyKey;

/// Keys that are remembered: those of the last hours of busy operators. A form
/// that is sent again later than that has its effect again, which is harmless
/// here: platforms are told everything at least once.
const MAX_KEYS: usize = 1_024;

/// The keys of forms that had their effect on this server.
#[derive(Default)]
pub(super) struct Once(Mutex<VecDeque<IdempotencyKey>>);

impl Once {
    /// Whether a form with this key is the first.
    pub(super) fn begin(&self, key: &IdempotencyKey) -> bool {
        let mut keys = self.lock();
        if keys.contains(key) {
            return false;
        }
        if keys.len() >= MAX_KEYS {
            keys.pop_front();
        }
        keys.push_back(key.clone());
        true
    }

    /// Takes it back: the form had no effect.
    pub(super) fn undo(&self, key: &IdempotencyKey) {
        self.lock().retain(|it| it != key);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<IdempotencyKey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_first_once_unless_it_was_taken_back_and_the_oldest_is_forgotten() {
        let key = |number: usize| IdempotencyKey::parse(&format!("key-{number}")).unwrap();
        let once = Once::default();
        assert!(once.begin(&key(0)) && !once.begin(&key(0)));
        once.undo(&key(0));
        assert!(once.begin(&key(0)) && !once.begin(&key(0)));
        for number in 1..=MAX_KEYS {
            assert!(once.begin(&key(number)));
        }
        assert!(!once.begin(&key(1)) && once.begin(&key(0)));
    }
}
