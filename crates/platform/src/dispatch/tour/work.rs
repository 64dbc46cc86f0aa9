//! What a dispatcher has under way.

use std::time::Instant;

use jumun_store::delivery::{Recorded, ReplayId, Standing};
use jumun_store::{Fault, NumberedEvent};

use crate::client::Delivery;

/// Something that was begun has ended.
pub(super) enum Done {
    Sent(u64, Delivery),
    Read {
        events: Result<Vec<NumberedEvent>, Fault>,
        limit: usize,
        begun: Instant,
    },
    ReadAgain {
        id: ReplayId,
        events: Result<Vec<NumberedEvent>, Fault>,
    },
    Fetched(u64, Result<Vec<NumberedEvent>, Fault>),
    /// The first event that was not read, for the figures.
    Peeked(Result<Vec<NumberedEvent>, Fault>),
    Recorded(Result<Recorded, Fault>),
    Kept {
        asked: Instant,
        standing: Result<Option<Standing>, Fault>,
    },
    Pruned(Result<bool, Fault>),
}

/// What is under way, one at a time of each kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Kind {
    Read,
    ReadAgain,
    Peek,
    Record,
    Keep,
    Prune,
}
