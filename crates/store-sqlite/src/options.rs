//! Settings of the engine, and its bounds with their reasons.

use std::time::Duration;

use jumun_store::Currency;

/// Settings of the embedded engine.
#[derive(Clone, Debug)]
pub struct Options {
    /// The currency to pin in a new database. For one that exists, `Some` must
    /// be the currency it was created with; `None` takes what it has.
    pub currency: Option<Currency>,
    /// How many requests may wait for the writer before more are refused.
    pub queue_capacity: usize,
    /// Connections for reads.
    pub readers: usize,
    /// How many states of users and stocks, and idempotency keys, batches leave in a
    /// log before those are folded into the tables.
    pub fold_after: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            currency: None,
            queue_capacity: QUEUE_CAPACITY,
            readers: READERS,
            fold_after: STATE_LOG_STATES,
        }
    }
}

/// How many worker threads the runtime around the engine should have: one. The
/// writer, checkpoints and reads have threads of their own, and who asks is
/// answered wherever it runs.
pub const fn worker_threads() -> usize {
    1
}

/// Waiting requests: a second's worth on a small machine, so that one who is
/// let in is answered soon, and a burst of thousands is not turned away.
const QUEUE_CAPACITY: usize = 16_384;

/// Reads at the same moment; more would only take turns on the processors.
const READERS: usize = 4;

/// Reads that may wait for a reader before more are refused: a wait of about a
/// second for look-ups by key.
pub(crate) const MAX_WAITING_READS: usize = 8_192;

/// Requests in one transaction. Beyond it the cost of a commit, shared by all,
/// no longer shrinks, while everyone in the batch waits for its last request.
pub(crate) const MAX_BATCH: usize = 1_024;

/// How long what a dispatcher records waits for requests to be committed with.
/// Under load some come within a millisecond; without any, nobody minds.
pub(crate) const PATIENCE: Duration = Duration::from_millis(5);

/// How long a transaction waits for another process that writes (an import).
/// Their transactions take milliseconds.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The write-ahead log is checkpointed by its own thread once it has grown by
/// this many pages (64 MiB): often enough that a restart reads the rest in tenths
/// of a second, and rarely enough that a page changed by many batches is written
/// back once.
pub(crate) const CHECKPOINT_PAGES: u32 = 16_384;

/// A rest of the log that the writer checkpoints itself between two batches, so that
/// the log begins anew instead of growing for ever: about as many pages as a batch
/// writes, so about as long.
pub(crate) const WAL_REST_PAGES: u32 = 256;

/// Passes after which the writer does the rest however long it is: the log
/// then grows faster than the disk takes it, and must not grow for ever.
pub(crate) const MAX_CHECKPOINT_PASSES: u32 = 8;

/// What the log is cut back to when it begins anew: above the usual length, so
/// that its file is written over and not cut and grown again each time.
pub(crate) const WAL_KEPT_BYTES: i64 = 160 << 20;

/// Rows of users, products and campaigns that the writer remembers from batch to
/// batch, some 50 MiB of them; when there are more it begins anew.
pub(crate) const MAX_KEPT_ROWS: usize = 1 << 18;

/// States of users and stocks, and keys, that are appended to their log before they
/// are folded into the tables, some 32,000 orders' worth: by then every page of a
/// shop with 100,000 users has ten of them.
pub(crate) const STATE_LOG_STATES: usize = 1 << 17;

/// Page cache of the writer, in KiB: the inner pages and the right edges of every
/// tree, and the pages of some 100,000 users and products. Not more, since SQLite
/// walks all of it at the commit after a split in the middle of a tree.
pub(crate) const WRITER_CACHE_KIB: i64 = 24 << 10;

/// Page cache of each reader, in KiB.
pub(crate) const READER_CACHE_KIB: i64 = 8 << 10;

/// Prepared statements kept by a connection: more than there are.
pub(crate) const STATEMENT_CACHE: usize = 128;

/// Entries of what is recorded of deliveries that are removed in one
/// transaction: some milliseconds, which orders beside it wait for.
pub(crate) const PRUNE_LOT: usize = 500;

/// What a probe of the storage writes: about a small batch of orders.
pub(crate) const PROBE_BYTES: i64 = 64 << 10;

/// Deltas of best-seller figures in the log before they are folded: by then
/// most products of a shop were sold many times over, and to sum the log up
/// takes a reader some milliseconds.
pub(crate) const SALES_LOG_DELTAS: usize = 1 << 17;
