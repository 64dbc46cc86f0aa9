//! One run of one case of access: a trial of the shop, and the doors of the
//! same open store.

use std::sync::{Arc, RwLock};

use async_trait::async_trait;

use super::harness::{AccessHarness, Doors, WishHarness};
use crate::access::{Changes, Tokens};
use crate::conformance::trial::{self, Trial};
use crate::conformance::{Deliveries, Harness};
use crate::{AuditReport, Store};

/// Runs a case on a fresh database, then checks that every law holds.
pub(super) async fn run(harness: impl AccessHarness, case: impl AsyncFnOnce(&AccessTrial)) {
    trial::in_time(async {
        let trial = AccessTrial::open(Arc::new(harness)).await;
        case(&trial).await;
        trial.shop.finish().await;
    })
    .await;
}

/// The same with the deliveries of the open store.
pub(super) async fn run_wishes(
    harness: impl WishHarness,
    case: impl AsyncFnOnce(&AccessTrial, Deliveries),
) {
    trial::in_time(async {
        let deliveries = Arc::default();
        let noting = NotingDeliveries {
            harness,
            deliveries: Arc::clone(&deliveries),
        };
        let trial = AccessTrial::open(Arc::new(noting)).await;
        let opened = deliveries.read().unwrap().clone().unwrap();
        case(&trial, opened).await;
        trial.shop.finish().await;
    })
    .await;
}

/// An open store under test, with its doors.
pub(super) struct AccessTrial {
    /// The shop, to be furnished, restarted and audited.
    pub(super) shop: Trial,
    harness: Arc<dyn AccessHarness>,
    opened: Arc<RwLock<Option<Doors>>>,
}

impl AccessTrial {
    async fn open(harness: Arc<dyn AccessHarness>) -> Self {
        let opened = Arc::default();
        let noting = NotingDoors {
            harness: Arc::clone(&harness),
            opened: Arc::clone(&opened),
        };
        Self {
            shop: Trial::open(noting).await,
            harness,
            opened,
        }
    }

    pub(super) fn tokens(&self) -> Arc<dyn Tokens> {
        self.opened().tokens
    }

    pub(super) fn changes(&self) -> Arc<dyn Changes> {
        self.opened().changes
    }

    /// The tokens as somebody else reaches them.
    pub(super) async fn beside(&self) -> Arc<dyn Tokens> {
        self.harness.beside().await
    }

    fn opened(&self) -> Doors {
        self.opened.read().unwrap().clone().unwrap()
    }
}

/// Opens as the harness does, and keeps what was opened for the trial.
struct NotingDoors {
    harness: Arc<dyn AccessHarness>,
    opened: Arc<RwLock<Option<Doors>>>,
}

#[async_trait]
impl Harness for NotingDoors {
    async fn open(&self) -> Arc<dyn Store> {
        let opened = self.harness.open_doors().await;
        let store = opened.store.clone();
        *self.opened.write().unwrap() = Some(opened);
        store
    }

    async fn audit(&self) -> AuditReport {
        self.harness.audit().await
    }
}

/// Keeps the deliveries of what was opened.
struct NotingDeliveries<H> {
    harness: H,
    deliveries: Arc<RwLock<Option<Deliveries>>>,
}

#[async_trait]
impl<H: WishHarness> Harness for NotingDeliveries<H> {
    async fn open(&self) -> Arc<dyn Store> {
        self.open_doors().await.store
    }

    async fn audit(&self) -> AuditReport {
        self.harness.audit().await
    }
}

#[async_trait]
impl<H: WishHarness> AccessHarness for NotingDeliveries<H> {
    async fn open_doors(&self) -> Doors {
        let (doors, deliveries) = self.harness.open_all().await;
        *self.deliveries.write().unwrap() = Some(deliveries);
        doors
    }

    async fn beside(&self) -> Arc<dyn Tokens> {
        self.harness.beside().await
    }
}
