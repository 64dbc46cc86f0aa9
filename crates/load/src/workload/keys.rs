//! Idempotency keys.

use std::time::{SystemTime, UNIX_EPOCH};

use fastrand::Rng;
use jumun_domain::{IdSequence, Timestamp};
use uuid::Uuid;

/// Which idempotency keys the requests carry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Keys {
    /// UUIDv7, which the documentation recommends
    TimeOrdered,
    /// UUIDs without any order
    Random,
    /// No keys: what becomes of a request whose answer is lost stays unknown
    None,
}

impl Keys {
    /// The name on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::TimeOrdered => "time-ordered",
            Self::Random => "random",
            Self::None => "none",
        }
    }
}

/// Mints keys, none twice.
pub struct KeyMint {
    keys: Keys,
    ids: IdSequence,
    rng: Rng,
}

impl KeyMint {
    /// A mint of keys of this kind. Two mints share no key.
    pub fn new(keys: Keys) -> Self {
        let mut rng = Rng::new();
        Self {
            keys,
            ids: IdSequence::new(None, rng.u64(..)),
            rng,
        }
    }

    /// The next key; `None` where requests carry none.
    pub fn mint(&mut self) -> Option<Uuid> {
        match self.keys {
            Keys::TimeOrdered => Some(self.ids.next(now())),
            Keys::Random => {
                let bytes = self.rng.u128(..).to_be_bytes();
                Some(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }
            Keys::None => None,
        }
    }
}

/// What time it is, by the clock that all processes of the machine share.
pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn keys_are_of_their_kind_and_none_comes_twice() {
        for (keys, version) in [(Keys::TimeOrdered, 7), (Keys::Random, 4)] {
            let mut mints = [KeyMint::new(keys), KeyMint::new(keys)];
            let mut minted = HashSet::new();
            for turn in 0..10_000 {
                let key = mints[turn % 2].mint().unwrap();
                assert_eq!(key.get_version_num(), version);
                assert!(minted.insert(key), "{key}");
            }
        }
        assert_eq!(KeyMint::new(Keys::None).mint(), None);
    }
}
