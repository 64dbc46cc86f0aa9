//! The engine on a database server of the PostgreSQL protocol.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jumun_domain::{Order, OrderId, ProductId, UserId};
use jumun_store::access::Access;
use jumun_store::delivery::Platforms;
use jumun_store::{
    AuditProgress, AuditReport, Currency, Fault, ImportRow, Imported, NumberedEvent, Page, PageOf,
    Shop,
};
use jumun_store_postgres::{
    ImportError, OpenError, Options, PostgresAccess, PostgresPlatforms, PostgresStore, Target,
};
use tokio::runtime::Runtime;

use super::engine::{
    Engine, Importer, Inspection, Migrated, OpenShop, Purpose, Settings, ShopReader,
};
use crate::failure::Failure;

/// A batch gets its time before it commits, and its events their numbers after
/// that. Some ten times as long as the engine waits for a commit.
const DISORDER: Duration = Duration::from_secs(5 * 60);

/// A database on a server.
pub(super) struct Server {
    target: Target,
}

impl Server {
    pub(super) fn new(target: Target) -> Self {
        Self { target }
    }
}

#[async_trait]
impl Engine for Server {
    fn shown(&self) -> String {
        self.target.shown().to_owned()
    }

    fn worker_threads(&self) -> usize {
        jumun_store_postgres::worker_threads()
    }

    async fn open(&self, settings: &Settings) -> Result<OpenShop, Failure> {
        let options = Options {
            currency: settings.currency,
            queue_capacity: settings.queue_capacity,
            batches: settings.batches,
            readers: settings.readers,
        };
        let store = PostgresStore::open(&self.target, &options)
            .await
            .map_err(refused)?;
        let access = Arc::new(store.access());
        let store = Arc::new(store);
        Ok(OpenShop {
            store: store.clone(),
            outbox: store.clone(),
            platforms: store,
            access,
        })
    }

    async fn platforms(&self) -> Result<Box<dyn Platforms>, Failure> {
        let platforms = PostgresPlatforms::open(&self.target)
            .await
            .map_err(refused)?;
        Ok(Box::new(platforms))
    }

    async fn inspect(&self) -> Result<Inspection, Failure> {
        let inspected = jumun_store_postgres::inspect(&self.target).await;
        inspected.map(Inspection::Server).map_err(refused)
    }

    async fn access(&self, _: Purpose) -> Result<Box<dyn Access>, Failure> {
        let doors = PostgresAccess::open(&self.target).await.map_err(refused)?;
        Ok(Box::new(doors))
    }

    fn migrate(&self, currency: Option<Currency>) -> Result<Migrated, Failure> {
        let migration = runtime()?
            .block_on(jumun_store_postgres::migrate(
                &self.target,
                &options(currency),
            ))
            .map_err(refused)?;
        Ok(Migrated {
            from: migration.from,
            to: migration.to,
        })
    }

    fn audit(
        &self,
        progress: &mut (dyn FnMut(AuditProgress) + Send),
    ) -> Result<AuditReport, Failure> {
        runtime()?
            .block_on(jumun_store_postgres::audit(&self.target, progress))
            .map_err(refused)
    }

    fn reader(&self) -> Result<Box<dyn ShopReader>, Failure> {
        let runtime = runtime()?;
        let inner = runtime
            .block_on(jumun_store_postgres::ShopReader::open(&self.target))
            .map_err(refused)?;
        Ok(Box::new(Waiting { inner, runtime }))
    }

    fn exists(&self) -> Result<bool, Failure> {
        match runtime()?.block_on(jumun_store_postgres::ShopReader::open(&self.target)) {
            Err(OpenError::NoShop { .. }) => Ok(false),
            Ok(_) => Ok(true),
            Err(error) => Err(refused(error)),
        }
    }

    fn importer(&self, currency: Option<Currency>) -> Result<Box<dyn Importer>, Failure> {
        let runtime = runtime()?;
        let options = options(currency);
        let inner = runtime
            .block_on(jumun_store_postgres::Importer::open(&self.target, &options))
            .map_err(refused)?;
        Ok(Box::new(Waiting { inner, runtime }))
    }

    fn backup(&self, _: &Path, _: &mut dyn FnMut(u64, u64)) -> Result<(), Failure> {
        Err(Failure::new(format!(
            "{} is on a PostgreSQL server, and only the file of an embedded database is copied",
            self.shown()
        ))
        .help(
            "use PostgreSQL's own pg_dump for a copy of this database, or pg_basebackup for the \
             whole server",
        ))
    }
}

fn options(currency: Option<Currency>) -> Options {
    Options {
        currency,
        ..Options::default()
    }
}

/// What drives a connection; on a thread of its own, so that the server's
/// messages are taken also while a page is written out.
fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::new(format!("the command cannot run: {error}"))
                .help("check the limits of this process (open files, memory), and start it again")
        })
}

/// A connection whose answers are waited for.
struct Waiting<T> {
    // Dropped first: its connection is a task of the runtime.
    inner: T,
    runtime: Runtime,
}

impl ShopReader for Waiting<jumun_store_postgres::ShopReader> {
    fn shop(&self) -> &Shop {
        self.inner.shop()
    }

    fn all_orders(&self, page: Page<OrderId>) -> Result<PageOf<Arc<Order>>, Fault> {
        self.runtime.block_on(self.inner.all_orders(page))
    }

    fn events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault> {
        self.runtime.block_on(self.inner.events(after, limit))
    }

    fn last_order(&self) -> Result<Option<OrderId>, Fault> {
        self.runtime.block_on(self.inner.last_order())
    }

    fn last_sequence(&self) -> Result<u64, Fault> {
        self.runtime.block_on(self.inner.last_sequence())
    }

    fn disorder(&self) -> Duration {
        DISORDER
    }
}

impl Importer for Waiting<jumun_store_postgres::Importer> {
    fn existing_users(&self, ids: &[UserId]) -> Result<Vec<UserId>, Failure> {
        self.runtime
            .block_on(self.inner.existing_users(ids))
            .map_err(stopped)
    }

    fn existing_products(&self, ids: &[ProductId]) -> Result<Vec<ProductId>, Failure> {
        self.runtime
            .block_on(self.inner.existing_products(ids))
            .map_err(stopped)
    }

    /// An import is one transaction: cut short, it has brought in nothing.
    fn already_done(&self, _: &[u8]) -> Result<u64, Failure> {
        Ok(0)
    }

    fn unfinished(&self) -> Result<Vec<u64>, Failure> {
        Ok(Vec::new())
    }

    fn import(
        &mut self,
        _: &[u8],
        rows: &[ImportRow],
        progress: &mut (dyn FnMut(u64) -> ControlFlow<()> + Send),
    ) -> Result<Imported, Failure> {
        self.runtime
            .block_on(self.inner.import(rows, progress))
            .map_err(stopped)
    }
}

fn refused(error: OpenError) -> Failure {
    match error {
        // A sentence for each server, with what to do about that one.
        OpenError::NoServer { .. } => Failure::new(error.to_string()),
        error => Failure::engine(error),
    }
}

fn stopped(error: ImportError) -> Failure {
    match error {
        ImportError::Row(_) => Failure::bad_row(error),
        ImportError::Storage { .. } | ImportError::Unknown { .. } | ImportError::Stopped { .. } => {
            Failure::engine(error)
        }
    }
}
