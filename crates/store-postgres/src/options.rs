//! Settings of the engine, and its bounds with their reasons.

use std::time::Duration;

use jumun_store::Currency;

/// Settings of the engine on PostgreSQL.
#[derive(Clone, Debug)]
pub struct Options {
    /// The currency to pin in a new database. For one that exists, `Some` must
    /// be the currency it was created with; `None` takes what it has.
    pub currency: Option<Currency>,
    /// How many requests may wait for a batch before more are refused.
    pub queue_capacity: usize,
    /// How many batches may be in flight at once, each on a connection of its own.
    pub batches: usize,
    /// Connections for reads.
    pub readers: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            currency: None,
            queue_capacity: QUEUE_CAPACITY,
            batches: BATCHES,
            readers: READERS,
        }
    }
}

/// How many worker threads the runtime around the engine should have: all
/// processors, since the engine has no thread of its own.
pub fn worker_threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Waiting requests: a second's worth, so that one who is let in is answered
/// soon, and a burst of thousands is not turned away.
const QUEUE_CAPACITY: usize = 16_384;

/// Batches in flight: while one waits for its commit another is gathered. More
/// make batches smaller and wait for one another's locks; docs/performance.md
/// has the figures.
const BATCHES: usize = 2;

/// Reads at the same moment.
const READERS: usize = 8;

/// Connections on which deliveries are recorded, apart from those for reads: a
/// lease must not run out because many clients read. Each call takes one for some
/// milliseconds, so a few serve any number of platforms.
pub(crate) const DELIVERY_SESSIONS: usize = 3;

/// Connections on which it is looked up whether tokens were revoked, apart from all
/// others: every request with a token waits for it, and no report may come before.
/// Whoever asks has one look under way at a time, which is a round trip.
pub(crate) const LOOK_SESSIONS: usize = 1;

/// Old attempts that are removed in one transaction: some milliseconds.
pub(crate) const PRUNED_AT_ONCE: i64 = 1_000;

/// Reads that may wait for a connection before more are refused.
pub(crate) const MAX_WAITING_READS: usize = 8_192;

/// How long one read may take.
pub(crate) const READ_DEADLINE: Duration = Duration::from_secs(10);

/// How often a read is tried: connections of the pool that a restart of the
/// server has ended are noticed when they are used.
pub(crate) const READ_TRIES: usize = 12;

/// Requests in one transaction. Beyond it the cost of a commit, shared by all,
/// no longer shrinks, while everyone in the batch waits for its last request.
pub(crate) const MAX_BATCH: usize = 1_024;

/// How long the statements of one round trip may take, waits for locks
/// included: longer than a server lets a lock wait (see `session`), so that the
/// server's own answer comes first where it can.
pub(crate) const STATEMENT_DEADLINE: Duration = Duration::from_secs(15);

/// How long a COMMIT may go unanswered before its outcome is looked up on
/// another connection. It is not cut short by that: it may still come through.
pub(crate) const COMMIT_DEADLINE: Duration = Duration::from_secs(15);

/// How long one look-up of a lost outcome may take.
pub(crate) const SETTLE_DEADLINE: Duration = Duration::from_secs(12);

/// For how long a batch is tried again, and a lost outcome looked up, before
/// its requests are answered with a fault: a restart or a quick failover of the
/// server takes some seconds, and many clients wait ten.
pub(crate) const RETRY_PERIOD: Duration = Duration::from_secs(10);

/// The same for a batch that comes after one was given up: while the server is
/// known to be away nobody should wait long to be told so.
pub(crate) const RETRY_PERIOD_IN_TROUBLE: Duration = Duration::from_secs(1);

/// The longest pause before another try; the first ones are shorter.
pub(crate) const MAX_BACKOFF: Duration = Duration::from_millis(400);

/// The pause before the first retry, doubled for each further one; a random
/// part of it is taken, so that instances in each other's way part.
pub(crate) const FIRST_BACKOFF: Duration = Duration::from_millis(4);

/// How often a key that is there already may stop a batch. The second try finds
/// it; more than a few mean that something else is wrong with a request.
pub(crate) const MAX_UNIQUE_VIOLATIONS: u32 = 8;

/// How long a probe of the server may take: an operator's check waits for it.
pub(crate) const PROBE_DEADLINE: Duration = Duration::from_secs(3);

/// How long a connection in a transaction may take to be rolled back before it
/// is given up instead.
pub(crate) const ROLLBACK_DEADLINE: Duration = Duration::from_secs(2);

/// Deltas of best-seller figures that one instance logs before they are folded:
/// a reader sums so many up in some milliseconds, and by then most products of
/// a shop were sold several times over.
pub(crate) const SALES_LOG_DELTAS: usize = 1 << 15;

/// How long deltas stay in the log at most while an instance runs.
pub(crate) const FOLD_PAUSE: Duration = Duration::from_secs(30);

/// Batches whose deltas are folded in one transaction: tens of milliseconds.
pub(crate) const FOLDED_AT_ONCE: i64 = 256;

/// Batches that get their place in the sequence of events in one transaction:
/// some ten thousand events, so that the lock is held for milliseconds.
pub(crate) const NUMBERED_AT_ONCE: i64 = 256;
