//! The engine as an [`Outbox`].

use std::time::Duration;

use async_trait::async_trait;
use jumun_domain::Timestamp;
use jumun_store::delivery::{Lease, Outbox, Pending, Progress, Recorded, Standing};
use jumun_store::{Fault, NumberedEvent};
use tokio::sync::watch;
use uuid::Uuid;

use super::record::PackedProgress;
use super::{history, leases, prune, record};
use crate::store::SqliteStore;
use crate::{change, mint, reads};

#[async_trait]
impl Outbox for SqliteStore {
    async fn take_lease(
        &self,
        platform: &str,
        holder: Uuid,
        term: Duration,
    ) -> Result<Option<Lease>, Fault> {
        let name = platform.to_owned();
        let take = move |it: &_| leases::take(it, &name, holder, term, mint::now());
        change::ask(&self.shared.queue, take).await.map(Some)
    }

    /// Nothing is written: the lease holds while the process runs.
    async fn keep_lease(&self, lease: &Lease) -> Result<Option<Standing>, Fault> {
        let lease = lease.clone();
        self.read(move |it| leases::standing(it, &lease)).await
    }

    async fn release_lease(&self, lease: &Lease) -> Result<(), Fault> {
        let lease = lease.clone();
        change::ask(&self.shared.queue, move |it| leases::release(it, &lease)).await
    }

    async fn pending(&self, lease: &Lease) -> Result<Vec<Pending>, Fault> {
        let platform = lease.platform;
        self.read(move |it| history::pending(it, platform)).await
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault> {
        self.read(move |it| reads::events(it, after, limit)).await
    }

    async fn record(&self, lease: &Lease, progress: Progress) -> Result<Recorded, Fault> {
        let lease = lease.clone();
        let packed = PackedProgress::of(progress).map_err(|error| error.not_done())?;
        let write = move |it: &_| record::write(it, &lease, &packed);
        change::ask(&self.shared.queue, write).await
    }

    async fn prune(&self, lease: &Lease, before: Timestamp) -> Result<bool, Fault> {
        let lease = lease.clone();
        let prune = move |it: &_| prune::prune(it, &lease, before);
        change::ask(&self.shared.queue, prune).await
    }

    fn news(&self) -> watch::Receiver<()> {
        self.shared.news.subscribe()
    }
}
