//! An outbox that can be hindered.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jumun_domain::Timestamp;
use jumun_store::delivery::{Lease, Outbox, Pending, Progress, Recorded, Standing};
use jumun_store::{Fault, NumberedEvent};
use tokio::sync::watch;
use uuid::Uuid;

/// What keeps an outbox from its work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Hindrance {
    None,
    /// It answers nothing, as if its process stood still.
    Stall,
    /// It fails in everything.
    Fail,
    /// It records nothing.
    RefuseRecords,
}

/// Another outbox behind a hindrance.
pub(crate) struct Hindered {
    outbox: Arc<dyn Outbox>,
    hindrance: watch::Sender<Hindrance>,
}

impl Hindered {
    pub(crate) fn new(outbox: Arc<dyn Outbox>) -> Self {
        Self {
            outbox,
            hindrance: watch::channel(Hindrance::None).0,
        }
    }

    pub(crate) fn hinder(&self, hindrance: Hindrance) {
        self.hindrance.send_replace(hindrance);
    }

    async fn gate(&self) -> Result<(), Fault> {
        let mut hindrance = self.hindrance.subscribe();
        let found = hindrance.wait_for(|it| *it != Hindrance::Stall).await;
        match *found.unwrap() {
            Hindrance::Fail => Err(Fault::determinate("hindered")),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Outbox for Hindered {
    async fn take_lease(
        &self,
        platform: &str,
        holder: Uuid,
        term: Duration,
    ) -> Result<Option<Lease>, Fault> {
        self.gate().await?;
        self.outbox.take_lease(platform, holder, term).await
    }

    async fn keep_lease(&self, lease: &Lease) -> Result<Option<Standing>, Fault> {
        self.gate().await?;
        self.outbox.keep_lease(lease).await
    }

    async fn release_lease(&self, lease: &Lease) -> Result<(), Fault> {
        self.gate().await?;
        self.outbox.release_lease(lease).await
    }

    async fn pending(&self, lease: &Lease) -> Result<Vec<Pending>, Fault> {
        self.gate().await?;
        self.outbox.pending(lease).await
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault> {
        self.gate().await?;
        self.outbox.events(after, limit).await
    }

    async fn record(&self, lease: &Lease, progress: Progress) -> Result<Recorded, Fault> {
        self.gate().await?;
        if *self.hindrance.borrow() == Hindrance::RefuseRecords {
            return Err(Fault::determinate("refused"));
        }
        self.outbox.record(lease, progress).await
    }

    async fn prune(&self, lease: &Lease, before: Timestamp) -> Result<bool, Fault> {
        self.gate().await?;
        self.outbox.prune(lease, before).await
    }

    fn news(&self) -> watch::Receiver<()> {
        self.outbox.news()
    }
}
