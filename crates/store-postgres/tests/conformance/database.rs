//! A database of its own for each case.

use std::sync::Arc;

use async_trait::async_trait;
use jumun_store::access::Tokens;
use jumun_store::conformance::{
    AccessHarness, Deliveries, DeliveryHarness, Doors, Harness, Leases, WishHarness,
};
use jumun_store::{AuditReport, Store};
use jumun_store_postgres::{Options, PostgresAccess, PostgresStore, Target, audit};
use jumun_test_cluster::{Cluster, Database};

/// A database on the cluster of this process, gone when this is dropped.
pub(crate) struct OwnDatabase {
    _database: Database,
    target: Target,
}

impl OwnDatabase {
    pub(crate) fn read_committed() -> Self {
        Self::with_isolation("read committed")
    }

    pub(crate) fn serializable() -> Self {
        Self::with_isolation("serializable")
    }

    fn with_isolation(level: &str) -> Self {
        let cluster = Cluster::shared();
        let database = cluster.create_database();
        let name = database.name();
        cluster.sql(
            "postgres",
            &format!("ALTER DATABASE {name} SET default_transaction_isolation = '{level}'"),
        );
        let target = Target::parse(&database.url()).expect("the cluster's own URL");
        Self {
            _database: database,
            target,
        }
    }
}

impl OwnDatabase {
    async fn opened(&self) -> Arc<PostgresStore> {
        let store = PostgresStore::open(&self.target, &Options::default()).await;
        Arc::new(store.expect("the database opens"))
    }
}

#[async_trait]
impl Harness for OwnDatabase {
    async fn open(&self) -> Arc<dyn Store> {
        self.opened().await
    }

    async fn audit(&self) -> AuditReport {
        let report = audit(&self.target, &mut |_| {}).await;
        report.expect("a live database can be audited")
    }
}

#[async_trait]
impl DeliveryHarness for OwnDatabase {
    async fn open_deliveries(&self) -> Deliveries {
        deliveries(self.opened().await)
    }

    fn leases(&self) -> Leases {
        Leases::Terms
    }
}

#[async_trait]
impl AccessHarness for OwnDatabase {
    async fn open_doors(&self) -> Doors {
        doors(self.opened().await)
    }

    async fn beside(&self) -> Arc<dyn Tokens> {
        let doors = PostgresAccess::open(&self.target).await;
        Arc::new(doors.expect("a shop that is open"))
    }
}

#[async_trait]
impl WishHarness for OwnDatabase {
    async fn open_all(&self) -> (Doors, Deliveries) {
        let store = self.opened().await;
        (doors(store.clone()), deliveries(store))
    }
}

fn doors(store: Arc<PostgresStore>) -> Doors {
    Doors {
        tokens: Arc::new(store.access()),
        changes: Arc::new(store.access()),
        store,
    }
}

fn deliveries(store: Arc<PostgresStore>) -> Deliveries {
    Deliveries {
        store: store.clone(),
        outbox: store.clone(),
        platforms: store,
    }
}
