//! The outbox as a dispatcher's thread uses it.

use std::sync::Arc;

use jumun_domain::Timestamp;
use jumun_store::delivery::{Lease, Outbox, Pending, Progress, Recorded, Standing};
use jumun_store::{Fault, NumberedEvent};
use tokio::runtime::Handle;
use tokio::sync::watch;
use uuid::Uuid;

use super::terms::LEASE_TERM;

/// Calls the outbox on the runtime it belongs to: a connection that is opened
/// by a call lives on there, whatever becomes of the dispatcher's own.
#[derive(Clone)]
pub(super) struct Desk {
    outbox: Arc<dyn Outbox>,
    runtime: Handle,
}

impl Desk {
    pub(super) fn new(outbox: Arc<dyn Outbox>, runtime: Handle) -> Self {
        Self { outbox, runtime }
    }

    async fn call<T, F>(&self, work: impl FnOnce(Arc<dyn Outbox>) -> F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Fault>> + Send + 'static,
    {
        let task = self.runtime.spawn(work(self.outbox.clone()));
        let stopped = |error| Fault::indeterminate(format!("the server is stopping ({error})"));
        task.await.unwrap_or_else(|error| Err(stopped(error)))
    }

    pub(super) async fn take_lease(
        &self,
        platform: Arc<str>,
        holder: Uuid,
    ) -> Result<Option<Lease>, Fault> {
        self.call(|outbox| async move { outbox.take_lease(&platform, holder, LEASE_TERM).await })
            .await
    }

    pub(super) async fn keep_lease(&self, lease: Lease) -> Result<Option<Standing>, Fault> {
        self.call(|outbox| async move { outbox.keep_lease(&lease).await })
            .await
    }

    pub(super) async fn release_lease(&self, lease: Lease) -> Result<(), Fault> {
        self.call(|outbox| async move { outbox.release_lease(&lease).await })
            .await
    }

    pub(super) async fn pending(&self, lease: Lease) -> Result<Vec<Pending>, Fault> {
        self.call(|outbox| async move { outbox.pending(&lease).await })
            .await
    }

    pub(super) async fn events(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<NumberedEvent>, Fault> {
        self.call(|outbox| async move { outbox.events(after, limit).await })
            .await
    }

    pub(super) async fn record(&self, lease: Lease, progress: Progress) -> Result<Recorded, Fault> {
        self.call(|outbox| async move { outbox.record(&lease, progress).await })
            .await
    }

    pub(super) async fn prune(&self, lease: Lease, before: Timestamp) -> Result<bool, Fault> {
        self.call(|outbox| async move { outbox.prune(&lease, before).await })
            .await
    }

    pub(super) fn news(&self) -> watch::Receiver<()> {
        self.outbox.news()
    }
}
