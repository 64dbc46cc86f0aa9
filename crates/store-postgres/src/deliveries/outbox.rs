//! The dispatcher's side of the engine.

use std::time::Duration;

use async_trait::async_trait;
use jumun_domain::Timestamp;
use jumun_store::delivery::{Lease, Outbox, Pending, Progress, Recorded, Standing};
use jumun_store::{Fault, NumberedEvent};
use tokio::sync::watch;
use uuid::Uuid;

use super::forget::FORGETTER;
use super::lease::{self, Taken, Wish};
use super::{pending, prune, record};
use crate::store::PostgresStore;
use crate::{events, sequencer};

/// How often a platform that was not known may turn out to be known after all:
/// others make it known, and forget it again, at the same moment.
const TRIES: usize = 5;

#[async_trait]
impl Outbox for PostgresStore {
    async fn take_lease(
        &self,
        platform: &str,
        holder: Uuid,
        term: Duration,
    ) -> Result<Option<Lease>, Fault> {
        if holder == FORGETTER {
            return Err(Fault::determinate(
                "this holder's id stands for whoever forgets a platform; draw another",
            ));
        }
        let wish = Wish {
            platform,
            holder,
            term,
        };
        for _ in 0..TRIES {
            let taken = self
                .deliveries
                .write(&wish, |session, wish| Box::pin(lease::take(session, *wish)));
            match taken.await? {
                Taken::Lease(lease) => return Ok(Some(lease)),
                Taken::Held => return Ok(None),
                Taken::Unknown => {}
            }
            // All that is committed by now is before its beginning.
            while self
                .deliveries
                .read(|session| Box::pin(sequencer::number_a_lot(session)))
                .await?
            {}
            let registered = self.deliveries.write(&wish, |session, wish| {
                Box::pin(lease::register(session, *wish))
            });
            if let Some(lease) = registered.await? {
                return Ok(Some(lease));
            }
        }
        Err(Fault::determinate(
            "others make this platform known and forget it again; let one alone do so",
        ))
    }

    async fn keep_lease(&self, lease: &Lease) -> Result<Option<Standing>, Fault> {
        self.deliveries
            .write(lease, |session, lease| {
                Box::pin(lease::keep(session, lease))
            })
            .await
    }

    async fn release_lease(&self, lease: &Lease) -> Result<(), Fault> {
        self.deliveries
            .write(lease, |session, lease| {
                Box::pin(lease::release(session, lease))
            })
            .await
    }

    async fn pending(&self, lease: &Lease) -> Result<Vec<Pending>, Fault> {
        self.deliveries
            .read_with(lease, |session, lease| {
                Box::pin(pending::all(session, lease.platform))
            })
            .await
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault> {
        self.deliveries
            .read(|session| Box::pin(events::events(session, after, limit)))
            .await
    }

    async fn record(&self, lease: &Lease, progress: Progress) -> Result<Recorded, Fault> {
        self.deliveries
            .write(&(lease, progress), |session, (lease, progress)| {
                Box::pin(record::record(session, lease, progress))
            })
            .await
    }

    async fn prune(&self, lease: &Lease, before: Timestamp) -> Result<bool, Fault> {
        self.deliveries
            .write(lease, move |session, lease| {
                Box::pin(prune::prune(session, lease.platform, before))
            })
            .await
    }

    fn news(&self) -> watch::Receiver<()> {
        self.shared.news.subscribe()
    }
}
