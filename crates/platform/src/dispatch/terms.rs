//! How often and how long, with the reasons.

use std::time::Duration;

/// For how long a lease holds without a renewal: within this another instance
/// takes over from one that died, and an instance that is only slow for a moment
/// does not lose it.
pub const LEASE_TERM: Duration = Duration::from_secs(5);

/// How often a lease is renewed, and asked for where another has it.
pub(super) const LEASE_PERIOD: Duration = Duration::from_secs(1);

/// How long it takes at most until another instance delivers after one has died.
pub const MAX_TAKE_OVER: Duration = Duration::from_secs(7);

/// How long before the end of its lease a dispatcher sends nothing more: what it
/// sends takes a moment to leave.
pub(super) const LEASE_MARGIN: Duration = Duration::from_millis(500);

/// How often to look for events that another process has committed.
pub(super) const POLL_PERIOD: Duration = Duration::from_millis(50);

/// The shortest sleep while nothing ends that is under way.
pub(super) const LEAST_NAP: Duration = Duration::from_millis(1);

/// The least pause between two reads while events come one by one.
pub(super) const READ_PAUSE: Duration = Duration::from_millis(1);

/// The same while they come in numbers, so that they are read in lots: each
/// read takes the processors from orders for a moment.
pub(super) const READ_PAUSE_UNDER_LOAD: Duration = Duration::from_millis(8);

/// How many events in one read are numbers.
pub(super) const READ_OF_LOAD: usize = 8;

/// The least pause between two records, for the same reason.
pub(super) const RECORD_PAUSE: Duration = Duration::from_millis(10);

/// The same while what is not recorded keeps others from being sent.
pub(super) const RECORD_PAUSE_WHEN_FULL: Duration = Duration::from_millis(2);

/// The pause after the database has failed.
pub(super) const TROUBLE_PAUSE: Duration = Duration::from_millis(500);

/// How often a record is tried before everything is begun anew from what is in
/// the database: ten seconds and more, longer than most troubles last.
pub(super) const MAX_FAILED_RECORDS: u32 = 20;

/// How often the record of attempts is pruned; one lot each time.
pub(super) const PRUNE_PERIOD: Duration = Duration::from_secs(10);

/// The pause between two lots, as long as there is more.
pub(super) const PRUNE_LOT_PAUSE: Duration = Duration::from_millis(200);

/// How long a stop waits for what is on its way and for its record. What has not
/// come back by then is sent again at the next start.
pub(super) const STOP_PERIOD: Duration = Duration::from_secs(5);

/// How much lower than usual the priority of a dispatcher's thread is, as a
/// `nice` value: of two processors that are wholly busy with orders it gets
/// about a tenth, which is some thousand events a second over HTTP. Lower, and
/// it would fall ever farther behind; higher, and it would cost orders.
pub(super) const NICE: i32 = 5;
