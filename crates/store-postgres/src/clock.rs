//! Time and ids, which the domain takes as inputs.

use std::sync::atomic::{AtomicU64, Ordering};

use jumun_domain::{IdSequence, Timestamp};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::storage::StorageError;

macro_rules! now {
    () => {
        "floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
    };
}
pub(crate) use now;

/// The server's clock in microseconds: one clock for every instance.
pub(crate) const NOW: &str = concat!("SELECT ", now!());

/// A row of [`NOW`].
pub(crate) fn decode(row: &Row) -> Result<Timestamp, StorageError> {
    Ok(Timestamp::from_micros(row.try_get(0)?))
}

/// From where to where the ids of a batch go: positions as of
/// [`IdSequence::position`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Minted {
    /// The batch's own id, which comes before all others.
    pub(crate) first: u64,
    /// The last one so far.
    pub(crate) last: u64,
}

/// How far the ids of this instance have come.
///
/// Batches in flight mint from sequences of their own, whose random bits keep
/// them apart. What must rise does: a batch goes on above every position that
/// the rows it locked tell, and above every batch of this instance that had
/// ended before.
#[derive(Default)]
pub(crate) struct Positions(AtomicU64);

impl Positions {
    pub(crate) fn starting_at(position: u64) -> Self {
        Self(AtomicU64::new(position))
    }

    /// The ids of one batch whose rows tell `seen`.
    pub(crate) fn sequence(&self, seen: u64) -> IdSequence {
        let (entropy, _) = Uuid::new_v4().as_u64_pair();
        IdSequence::resume(self.0.load(Ordering::Acquire).max(seen), entropy)
    }

    /// A batch has come this far.
    pub(crate) fn reached(&self, ids: &IdSequence) {
        self.0.fetch_max(ids.position(), Ordering::AcqRel);
    }
}
