//! One run of one case of deliveries: a trial of the shop, and the other
//! contracts of the same open store.

use std::sync::{Arc, RwLock};

use async_trait::async_trait;

use super::harness::{Deliveries, DeliveryHarness, Leases};
use crate::conformance::harness::Harness;
use crate::conformance::trial::{self, Trial};
use crate::delivery::{Outbox, Platforms};
use crate::{AuditReport, Store};

/// Runs a case on a fresh database, then checks that every law holds.
pub(super) async fn run(harness: impl DeliveryHarness, case: impl AsyncFnOnce(&DeliveryTrial)) {
    trial::in_time(async {
        let trial = DeliveryTrial::open(harness).await;
        case(&trial).await;
        trial.shop.finish().await;
    })
    .await;
}

/// An open store under test, with its deliveries.
pub(super) struct DeliveryTrial {
    /// The shop, to be furnished, restarted and audited.
    pub(super) shop: Trial,
    pub(super) leases: Leases,
    opened: Arc<RwLock<Option<Deliveries>>>,
}

impl DeliveryTrial {
    async fn open(harness: impl DeliveryHarness) -> Self {
        let leases = harness.leases();
        let opened = Arc::default();
        let noting = Noting {
            harness,
            opened: Arc::clone(&opened),
        };
        Self {
            shop: Trial::open(noting).await,
            leases,
            opened,
        }
    }

    pub(super) fn outbox(&self) -> Arc<dyn Outbox> {
        self.opened().outbox
    }

    pub(super) fn platforms(&self) -> Arc<dyn Platforms> {
        self.opened().platforms
    }

    fn opened(&self) -> Deliveries {
        self.opened.read().unwrap().clone().unwrap()
    }
}

/// Opens as the harness does, and keeps what was opened for the trial.
struct Noting<H> {
    harness: H,
    opened: Arc<RwLock<Option<Deliveries>>>,
}

#[async_trait]
impl<H: DeliveryHarness> Harness for Noting<H> {
    async fn open(&self) -> Arc<dyn Store> {
        let opened = self.harness.open_deliveries().await;
        let store = opened.store.clone();
        *self.opened.write().unwrap() = Some(opened);
        store
    }

    async fn audit(&self) -> AuditReport {
        self.harness.audit().await
    }
}
