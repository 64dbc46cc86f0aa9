//! How ids and keys are stored.

use jumun_domain::{IdempotencyKey, Scope};
use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};
use uuid::Uuid;

const COUNTER_BITS: u32 = 12;
const COUNTER_MASK: u64 = (1 << COUNTER_BITS) - 1;
const LOW_MASK: u64 = (1 << 62) - 1;
const VERSION_7: u64 = 0x7 << COUNTER_BITS;
const VARIANT_RFC: u64 = 0b10 << 62;

/// A UUIDv7 as two integers: the millisecond and counter, which are the row's
/// key, and the 62 random bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct StoredId {
    pub(crate) key: i64,
    pub(crate) low: i64,
}

impl StoredId {
    /// `None` for a UUID that was not minted as version 7: no row can have it.
    pub(crate) fn of(id: Uuid) -> Option<Self> {
        let (high, low) = id.as_u64_pair();
        let stored = Self::split(high, low);
        (stored.uuid() == id).then_some(stored)
    }

    /// The parts of an id that this engine minted.
    pub(crate) fn minted(id: Uuid) -> Self {
        let (high, low) = id.as_u64_pair();
        Self::split(high, low)
    }

    fn split(high: u64, low: u64) -> Self {
        let key = (high >> 16) << COUNTER_BITS | (high & COUNTER_MASK);
        // 60 and 62 bits: both fit a positive i64.
        Self {
            key: key as i64,
            low: (low & LOW_MASK) as i64,
        }
    }

    pub(crate) fn uuid(self) -> Uuid {
        let key = self.key as u64;
        let high = (key >> COUNTER_BITS) << 16 | VERSION_7 | (key & COUNTER_MASK);
        Uuid::from_u64_pair(high, VARIANT_RFC | (self.low as u64 & LOW_MASK))
    }
}

/// A scope as one integer.
pub(crate) fn scope_code(scope: Scope) -> i64 {
    match scope {
        Scope::User(id) => id.get() << 2,
        Scope::Product(id) => id.get() << 2 | 1,
        Scope::Campaigns => 2,
    }
}

/// A key as it is stored: 16 bytes for the canonical text of a UUID, else the text.
/// In the order of the index: texts come before all blobs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum StoredKey {
    Text(Box<str>),
    Uuid([u8; 16]),
}

impl StoredKey {
    pub(crate) fn of(key: &IdempotencyKey) -> Self {
        match key.uuid() {
            Some(id) => Self::Uuid(id.into_bytes()),
            None => Self::Text(key.text().into()),
        }
    }

    /// The number that a UUID is.
    pub(crate) fn number(&self) -> Option<u128> {
        match self {
            Self::Uuid(bytes) => Some(u128::from_be_bytes(*bytes)),
            Self::Text(_) => None,
        }
    }
}

impl ToSql for StoredKey {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Uuid(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

#[cfg(test)]
mod tests {
    use jumun_domain::{IdSequence, Timestamp};

    use super::*;

    #[test]
    fn an_id_survives_being_stored_as_two_integers() {
        let mut ids = IdSequence::new(None, 3);
        for micros in [0, 1_000, 1_700_000_000_000_000, 281_474_976_710_655_000] {
            let id = ids.next(Timestamp::from_micros(micros));
            let stored = StoredId::of(id).unwrap();
            assert!(stored.key >= 0 && stored.low >= 0);
            assert_eq!(stored.uuid(), id);
        }
        assert_eq!(StoredId::of(Uuid::nil()), None);
        assert_eq!(StoredId::of(Uuid::max()), None);
    }
}
