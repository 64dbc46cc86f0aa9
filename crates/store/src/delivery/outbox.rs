//! The dispatcher's side.

use std::time::Duration;

use async_trait::async_trait;
use jumun_domain::Timestamp;
use tokio::sync::watch;
use uuid::Uuid;

use super::lease::{Lease, Standing};
use super::pending::Pending;
use super::progress::{Progress, Recorded};
use crate::fault::Fault;
use crate::reads::NumberedEvent;

/// What a dispatcher asks of an engine.
///
/// No method waits behind orders for longer than one of them would, none of
/// them makes an order wait for a platform, and what fails is safe to repeat.
#[async_trait]
pub trait Outbox: Send + Sync + 'static {
    /// Takes the lease of a platform for `holder`, if nobody else holds it.
    /// A platform of that name that is not known is made so: it begins after
    /// the newest event. A holder that asks again gets a new epoch.
    ///
    /// # Errors
    ///
    /// As [`Fault`] says; whether the lease was taken is then found out by
    /// asking again.
    async fn take_lease(
        &self,
        platform: &str,
        holder: Uuid,
        term: Duration,
    ) -> Result<Option<Lease>, Fault>;

    /// Keeps the lease for another term, and tells how the platform stands;
    /// `None` once another holds it.
    async fn keep_lease(&self, lease: &Lease) -> Result<Option<Standing>, Fault>;

    /// Gives the lease back, so that another need not wait for its end. Does
    /// nothing when another holds it.
    async fn release_lease(&self, lease: &Lease) -> Result<(), Fault>;

    /// All pending events of the platform, by sequence.
    async fn pending(&self, lease: &Lease) -> Result<Vec<Pending>, Fault>;

    /// Events with a sequence above `after`, oldest first, up to `limit`.
    async fn events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault>;

    /// Writes what is new, whole and durably or not at all; keeps the lease,
    /// too. The write joins others where it can, so that it need not cost a
    /// sync of its own.
    async fn record(&self, lease: &Lease, progress: Progress) -> Result<Recorded, Fault>;

    /// Removes a first lot of the attempts that ended before this time, and
    /// tells whether there may be more. Events and pending ones stay.
    async fn prune(&self, lease: &Lease, before: Timestamp) -> Result<bool, Fault>;

    /// Changes whenever this process has committed an event. Others may commit
    /// some without a word here, so nobody waits for this alone.
    fn news(&self) -> watch::Receiver<()>;
}
