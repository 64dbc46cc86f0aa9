//! The recent end of the index of idempotency keys, in memory.

use std::collections::HashSet;

use foldhash::fast::FixedState;
use jumun_domain::{IdempotencyKey, Timestamp};
use rusqlite::types::ValueRef;

use crate::key::StoredKey;
use crate::rows::optional;
use crate::states::View;
use crate::storage::StorageError;

/// Keys kept: some seconds' worth at the highest rate, 3 MiB.
const MAX_KEYS: usize = 1 << 16;

/// How far ahead of the clock the range reaches when it is read: keys come with
/// the clocks of their senders.
const AHEAD_MS: i64 = 60 * 60 * 1000;

/// When less than this is left ahead of the clock the range is read again.
const LEAST_AHEAD_MS: i64 = 10 * 60 * 1000;

/// Bits of a UUIDv7 below its milliseconds.
const BITS_BELOW_MS: u32 = 80;

/// Every UUID that the index holds within a range around now: one that is in the
/// range and is not here has not been used before, and need not be looked up.
///
/// Keys that rise with time (UUIDv7) fall into it. Any other key is looked up.
#[derive(Default)]
pub(crate) struct RecentKeys {
    /// `None` until it is read.
    range: Option<Range>,
}

struct Range {
    known: HashSet<u128, FixedState>,
    /// Of keys up to this one nothing is known.
    floor: u128,
    /// Nor of this one and those above.
    ceiling: u128,
    /// When it is to be read again, in milliseconds since the Unix epoch.
    expires_ms: i64,
}

impl RecentKeys {
    /// Has a range around `now`, reading it where there is none.
    pub(crate) fn refresh(&mut self, view: &View<'_>, now: Timestamp) -> Result<(), StorageError> {
        let now_ms = now.as_micros() / 1_000;
        if self.range.as_ref().is_none_or(|it| it.expires_ms <= now_ms) {
            self.range = Some(Range::read(view, now_ms)?);
        }
        Ok(())
    }

    /// Whether the key is certainly not in the index.
    pub(crate) fn is_new(&self, key: &IdempotencyKey) -> bool {
        match (&self.range, number(key)) {
            (Some(range), Some(number)) => range.covers(number) && !range.known.contains(&number),
            _ => false,
        }
    }

    /// Takes note of a key that was inserted.
    pub(crate) fn add(&mut self, key: &StoredKey) {
        if let (Some(range), Some(number)) = (&mut self.range, key.number())
            && range.covers(number)
        {
            range.known.insert(number);
            if range.known.len() > MAX_KEYS {
                range.forget_older_half();
            }
        }
    }
}

impl Range {
    /// From the greatest key that there is below the ceiling.
    fn read(view: &View<'_>, now_ms: i64) -> Result<Self, StorageError> {
        let ceiling = first_of(now_ms.saturating_add(AHEAD_MS));
        let mut statement = view.prepare_cached(
            "SELECT key FROM idempotency_keys WHERE key < ?1 ORDER BY key DESC LIMIT 1",
        )?;
        let greatest = optional(statement.query([ceiling.to_be_bytes()])?, |row| {
            Ok(match row.get_ref(0)? {
                // Texts come before every blob: there is none, then.
                ValueRef::Blob(bytes) => bytes.try_into().ok().map(u128::from_be_bytes),
                _ => None,
            })
        })?;
        let logged = view.greatest_key_below(ceiling);
        Ok(Self {
            known: HashSet::default(),
            floor: greatest.flatten().max(logged).unwrap_or(0),
            ceiling,
            expires_ms: now_ms.saturating_add(AHEAD_MS - LEAST_AHEAD_MS),
        })
    }

    fn covers(&self, number: u128) -> bool {
        self.floor < number && number < self.ceiling
    }

    fn forget_older_half(&mut self) {
        let mut numbers: Vec<u128> = self.known.iter().copied().collect();
        let middle = numbers.len() / 2;
        let (_, median, _) = numbers.select_nth_unstable(middle);
        self.floor = *median;
        let floor = self.floor;
        self.known.retain(|number| *number > floor);
    }
}

/// The least UUIDv7 of a millisecond, near enough.
fn first_of(ms: i64) -> u128 {
    u128::from(ms.unsigned_abs()) << BITS_BELOW_MS
}

/// A key that is stored as a UUID, in the order of the index.
fn number(key: &IdempotencyKey) -> Option<u128> {
    key.uuid().map(|id| id.as_u128())
}

#[cfg(test)]
mod tests {
    use jumun_domain::Fingerprint;
    use rusqlite::{Connection, params};
    use uuid::Uuid;

    use super::*;
    use crate::connection::{self, Role};
    use crate::options::Options;
    use crate::remembered::Reference;
    use crate::states::{Changed, Log};

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
    const NOW_MS: i64 = 1_800_000_000_000;

    fn key(ms: i64, low: u128) -> IdempotencyKey {
        let number = first_of(ms) | 0x7 << 76 | 0x2 << 62 | low;
        IdempotencyKey::parse(&Uuid::from_u128(number).to_string()).unwrap()
    }

    fn index(keys: &[&IdempotencyKey]) -> (Connection, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.db");
        crate::migrate(&path, &Options::default()).unwrap();
        let connection = connection::open(&path, Role::Writer).unwrap();
        for it in keys {
            connection
                .execute(
                    "INSERT INTO idempotency_keys (key, scope, fingerprint, answer_kind, answer_key)
                     VALUES (?1, 4, zeroblob(16), 1, 1)",
                    params![StoredKey::of(it)],
                )
                .unwrap();
        }
        (connection, folder)
    }

    fn refresh(recent: &mut RecentKeys, connection: &Connection, now: Timestamp) {
        let mut log = Log::default();
        log.refresh(connection).unwrap();
        recent.refresh(&View::fresh(connection, &log), now).unwrap();
    }

    #[test]
    fn a_key_that_is_only_in_the_log_is_not_new() {
        let (connection, _folder) = index(&[]);
        let logged = key(NOW_MS - 5, 7);
        let reference = Reference {
            fingerprint: Fingerprint([0; 16]),
            kind: 1,
            key: 1,
            used: None,
        };
        let changed = Changed {
            keys: vec![((StoredKey::of(&logged), 4), reference)],
            ..Changed::default()
        };
        Log::default().append(&connection, &changed).unwrap();
        let mut recent = RecentKeys::default();
        refresh(&mut recent, &connection, NOW);
        assert!(!recent.is_new(&logged));
        assert!(recent.is_new(&key(NOW_MS - 5, 8)));
    }

    #[test]
    fn only_a_key_within_the_range_that_was_never_seen_is_new() {
        let used = key(NOW_MS - 5, 1);
        let far_ahead = key(NOW_MS + 2 * AHEAD_MS, 1);
        let text = IdempotencyKey::parse("order-1").unwrap();
        let (connection, _folder) = index(&[&used, &far_ahead, &text]);
        let mut recent = RecentKeys::default();
        assert!(!recent.is_new(&key(NOW_MS, 1)), "nothing is read yet");
        refresh(&mut recent, &connection, NOW);
        let table = [
            (used, false),
            (key(NOW_MS - 6, 1), false),
            (key(NOW_MS - 5, 2), true),
            (key(NOW_MS, 1), true),
            (key(NOW_MS + AHEAD_MS - 1, 1), true),
            (key(NOW_MS + AHEAD_MS, 1), false),
            (far_ahead, false),
            (text, false),
            (IdempotencyKey::parse("order-2").unwrap(), false),
        ];
        for (key, new) in table {
            assert_eq!(recent.is_new(&key), new, "{key:?}");
        }
        recent.add(&StoredKey::of(&key(NOW_MS, 1)));
        assert!(!recent.is_new(&key(NOW_MS, 1)));
        assert!(recent.is_new(&key(NOW_MS, 2)));
    }

    #[test]
    fn texts_alone_do_not_bound_the_range() {
        let (connection, _folder) = index(&[&IdempotencyKey::parse("zzz").unwrap()]);
        let mut recent = RecentKeys::default();
        refresh(&mut recent, &connection, NOW);
        assert!(recent.is_new(&key(NOW_MS, 1)));
    }

    #[test]
    fn the_range_moves_on_with_the_clock() {
        let (connection, _folder) = index(&[]);
        let mut recent = RecentKeys::default();
        refresh(&mut recent, &connection, NOW);
        let later_ms = NOW_MS + AHEAD_MS;
        assert!(!recent.is_new(&key(later_ms, 1)));
        refresh(
            &mut recent,
            &connection,
            Timestamp::from_micros(later_ms * 1_000),
        );
        assert!(recent.is_new(&key(later_ms, 1)));
    }

    #[test]
    fn of_many_keys_the_older_half_is_looked_up_again() {
        let (connection, _folder) = index(&[]);
        let mut recent = RecentKeys::default();
        refresh(&mut recent, &connection, NOW);
        let count = MAX_KEYS as u128 + 1;
        for low in 0..count {
            recent.add(&StoredKey::of(&key(NOW_MS, low)));
        }
        assert!(recent.range.as_ref().unwrap().known.len() <= MAX_KEYS / 2 + 1);
        for (low, new) in [
            (0, false),
            (count / 2 - 1, false),
            (count - 1, false),
            (count, true),
        ] {
            assert_eq!(recent.is_new(&key(NOW_MS, low)), new, "{low}");
        }
    }
}
