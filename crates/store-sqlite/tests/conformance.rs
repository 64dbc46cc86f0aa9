//! The suites of the `store` crate on this engine.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use jumun_store::access::Tokens;
use jumun_store::conformance::{
    AccessHarness, Deliveries, DeliveryHarness, Doors, Harness, Leases, WishHarness,
};
use jumun_store::{AuditReport, Store};
use jumun_store_sqlite::{Options, SqliteAccess, SqliteStore, audit};
use tempfile::TempDir;

/// States in the log before they are folded: a few orders' worth.
const FOLD_AFTER: usize = 8;

/// A database file in a directory of its own.
struct File(TempDir);

impl File {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a writable directory for temporary files"))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("shop.db")
    }

    fn open(&self) -> Arc<SqliteStore> {
        let options = Options {
            // Some rows are in the log and some in their tables, at any time.
            fold_after: FOLD_AFTER,
            ..Options::default()
        };
        Arc::new(SqliteStore::open(&self.path(), &options).expect("the file opens"))
    }
}

#[async_trait]
impl Harness for File {
    async fn open(&self) -> Arc<dyn Store> {
        self.open()
    }

    async fn audit(&self) -> AuditReport {
        let path = self.path();
        let work = move || audit(&path, &mut |_| {});
        let report = tokio::task::spawn_blocking(work)
            .await
            .expect("the audit does not panic");
        report.expect("a live database can be audited")
    }
}

#[async_trait]
impl DeliveryHarness for File {
    async fn open_deliveries(&self) -> Deliveries {
        deliveries(&self.open())
    }

    fn leases(&self) -> Leases {
        Leases::Exclusive
    }
}

fn deliveries(store: &Arc<SqliteStore>) -> Deliveries {
    Deliveries {
        platforms: Arc::new(store.platforms()),
        outbox: store.clone(),
        store: store.clone(),
    }
}

fn doors(store: Arc<SqliteStore>, doors: SqliteAccess) -> Doors {
    let doors = Arc::new(doors);
    Doors {
        store,
        tokens: doors.clone(),
        changes: doors,
    }
}

#[async_trait]
impl AccessHarness for File {
    async fn open_doors(&self) -> Doors {
        let store = self.open();
        doors(store.clone(), store.access())
    }

    async fn beside(&self) -> Arc<dyn Tokens> {
        Arc::new(SqliteAccess::open(&self.path()).expect("the file opens twice"))
    }
}

#[async_trait]
impl WishHarness for File {
    async fn open_all(&self) -> (Doors, Deliveries) {
        let store = self.open();
        (doors(store.clone(), store.access()), deliveries(&store))
    }
}

jumun_store::conformance_suite!(File::new());

mod access {
    use super::File;

    jumun_store::access_suite!(File::new());
}

mod access_from_another_process {
    use std::sync::Arc;

    use async_trait::async_trait;
    use jumun_store::access::Tokens;
    use jumun_store::conformance::{AccessHarness, Deliveries, Doors, Harness, WishHarness};
    use jumun_store::{AuditReport, Store};
    use jumun_store_sqlite::{SqliteAccess, SqlitePlatforms};

    use super::File;

    /// The same file, with doors and operators who open it beside the server.
    struct Beside(File);

    impl Beside {
        fn new() -> Self {
            Self(File::new())
        }

        fn access(&self) -> SqliteAccess {
            SqliteAccess::open(&self.0.path()).expect("the file opens twice")
        }
    }

    #[async_trait]
    impl Harness for Beside {
        async fn open(&self) -> Arc<dyn Store> {
            self.0.open()
        }

        async fn audit(&self) -> AuditReport {
            self.0.audit().await
        }
    }

    #[async_trait]
    impl AccessHarness for Beside {
        async fn open_doors(&self) -> Doors {
            let store = self.0.open();
            super::doors(store, self.access())
        }

        async fn beside(&self) -> Arc<dyn Tokens> {
            Arc::new(self.access())
        }
    }

    #[async_trait]
    impl WishHarness for Beside {
        async fn open_all(&self) -> (Doors, Deliveries) {
            let store = self.0.open();
            let beside = SqlitePlatforms::open(&self.0.path()).expect("the file opens twice");
            let deliveries = Deliveries {
                platforms: Arc::new(beside),
                ..super::deliveries(&store)
            };
            (super::doors(store, self.access()), deliveries)
        }
    }

    jumun_store::access_suite!(Beside::new());
}

mod deliveries {
    use super::File;

    jumun_store::delivery_suite!(File::new());
}

mod deliveries_from_another_process {
    use std::sync::Arc;

    use async_trait::async_trait;
    use jumun_store::conformance::{Deliveries, DeliveryHarness, Harness, Leases};
    use jumun_store::{AuditReport, Store};
    use jumun_store_sqlite::SqlitePlatforms;

    use super::File;

    /// The same file, with operators who open it beside the server.
    struct Beside(File);

    impl Beside {
        fn new() -> Self {
            Self(File::new())
        }
    }

    #[async_trait]
    impl Harness for Beside {
        async fn open(&self) -> Arc<dyn Store> {
            self.0.open()
        }

        async fn audit(&self) -> AuditReport {
            self.0.audit().await
        }
    }

    #[async_trait]
    impl DeliveryHarness for Beside {
        async fn open_deliveries(&self) -> Deliveries {
            let opened = self.0.open_deliveries().await;
            let beside = SqlitePlatforms::open(&self.0.path()).expect("the file opens twice");
            Deliveries {
                platforms: Arc::new(beside),
                ..opened
            }
        }

        fn leases(&self) -> Leases {
            self.0.leases()
        }
    }

    jumun_store::delivery_suite!(Beside::new());
}
