//! The embedded engine, in a file.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
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
use jumun_store_sqlite::{ImportError, Options, SqliteAccess, SqlitePlatforms, SqliteStore};

use super::engine::{
    Engine, Importer, Inspection, Migrated, OpenShop, Purpose, Settings, ShopReader,
};
use crate::failure::Failure;
use crate::output;

/// The file of a shop.
pub(super) struct Embedded {
    path: PathBuf,
}

impl Embedded {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }
}

#[async_trait]
impl Engine for Embedded {
    fn shown(&self) -> String {
        self.path.display().to_string()
    }

    fn worker_threads(&self) -> usize {
        jumun_store_sqlite::worker_threads()
    }

    async fn open(&self, settings: &Settings) -> Result<OpenShop, Failure> {
        let path = self.path.clone();
        let options = Options {
            currency: settings.currency,
            queue_capacity: settings.queue_capacity,
            ..Options::default()
        };
        let store = tokio::task::spawn_blocking(move || SqliteStore::open(&path, &options))
            .await
            .map_err(Failure::engine)?
            .map_err(Failure::engine)?;
        Ok(store.into())
    }

    async fn platforms(&self) -> Result<Box<dyn Platforms>, Failure> {
        let platforms = SqlitePlatforms::open(&self.path).map_err(Failure::engine)?;
        Ok(Box::new(platforms))
    }

    async fn inspect(&self) -> Result<Inspection, Failure> {
        let inspected = jumun_store_sqlite::inspect(&self.path).map_err(Failure::engine)?;
        Ok(Inspection::File(self.path.clone(), inspected))
    }

    async fn access(&self, purpose: Purpose) -> Result<Box<dyn Access>, Failure> {
        match purpose {
            // A misspelt path must not become a shop.
            Purpose::Write if self.path.exists() => drop(self.migrate(None)?),
            Purpose::Begin(currency) => {
                if self.migrate(currency)?.from == 0 {
                    output::note(format!("created {}", self.path.display()));
                }
            }
            Purpose::Read | Purpose::Write => {}
        }
        let doors = SqliteAccess::open(&self.path).map_err(Failure::engine)?;
        Ok(Box::new(doors))
    }

    fn migrate(&self, currency: Option<Currency>) -> Result<Migrated, Failure> {
        let migration =
            jumun_store_sqlite::migrate(&self.path, &options(currency)).map_err(Failure::engine)?;
        Ok(Migrated {
            from: migration.from,
            to: migration.to,
        })
    }

    fn audit(
        &self,
        progress: &mut (dyn FnMut(AuditProgress) + Send),
    ) -> Result<AuditReport, Failure> {
        jumun_store_sqlite::audit(&self.path, &mut |step| progress(step)).map_err(Failure::engine)
    }

    fn reader(&self) -> Result<Box<dyn ShopReader>, Failure> {
        let reader = jumun_store_sqlite::ShopReader::open(&self.path).map_err(Failure::engine)?;
        Ok(Box::new(reader))
    }

    fn exists(&self) -> Result<bool, Failure> {
        Ok(self.path.exists())
    }

    fn importer(&self, currency: Option<Currency>) -> Result<Box<dyn Importer>, Failure> {
        let importer = jumun_store_sqlite::Importer::open(&self.path, &options(currency))
            .map_err(Failure::engine)?;
        Ok(Box::new(importer))
    }

    fn backup(&self, copy: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), Failure> {
        jumun_store_sqlite::backup(&self.path, copy, progress).map_err(Failure::engine)
    }
}

impl From<SqliteStore> for OpenShop {
    fn from(store: SqliteStore) -> Self {
        let platforms = Arc::new(store.platforms());
        let access = Arc::new(store.access());
        let store = Arc::new(store);
        Self {
            store: store.clone(),
            outbox: store,
            platforms,
            access,
        }
    }
}

fn options(currency: Option<Currency>) -> Options {
    Options {
        currency,
        ..Options::default()
    }
}

impl ShopReader for jumun_store_sqlite::ShopReader {
    fn shop(&self) -> &Shop {
        self.shop()
    }

    fn all_orders(&self, page: Page<OrderId>) -> Result<PageOf<Arc<Order>>, Fault> {
        self.all_orders(page)
    }

    fn events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault> {
        self.events(after, limit)
    }

    fn last_order(&self) -> Result<Option<OrderId>, Fault> {
        self.last_order()
    }

    fn last_sequence(&self) -> Result<u64, Fault> {
        self.last_sequence()
    }

    /// One writer mints ids and numbers alike.
    fn disorder(&self) -> Duration {
        Duration::ZERO
    }
}

impl Importer for jumun_store_sqlite::Importer {
    fn existing_users(&self, ids: &[UserId]) -> Result<Vec<UserId>, Failure> {
        self.existing_users(ids).map_err(stopped)
    }

    fn existing_products(&self, ids: &[ProductId]) -> Result<Vec<ProductId>, Failure> {
        self.existing_products(ids).map_err(stopped)
    }

    fn already_done(&self, digest: &[u8]) -> Result<u64, Failure> {
        self.already_done(digest).map_err(stopped)
    }

    fn unfinished(&self) -> Result<Vec<u64>, Failure> {
        self.unfinished().map_err(stopped)
    }

    fn import(
        &mut self,
        digest: &[u8],
        rows: &[ImportRow],
        progress: &mut (dyn FnMut(u64) -> ControlFlow<()> + Send),
    ) -> Result<Imported, Failure> {
        self.import(digest, rows, &mut |done| progress(done))
            .map_err(stopped)
    }
}

fn stopped(error: ImportError) -> Failure {
    match error {
        ImportError::Row { .. } | ImportError::Kept { .. } => Failure::bad_row(error),
        ImportError::Storage { .. } | ImportError::Stopped { .. } => Failure::engine(error),
    }
}
