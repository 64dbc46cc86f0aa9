//! What the commands ask of a shop's database, the same of every engine.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jumun_domain::{Order, OrderId, ProductId, UserId};
use jumun_store::access::Access;
use jumun_store::delivery::{Outbox, Platforms};
use jumun_store::{
    AuditProgress, AuditReport, Currency, Fault, ImportRow, Imported, NumberedEvent, Page, PageOf,
    Shop, Store,
};

use crate::failure::Failure;

/// A database of one engine.
///
/// What a server or a platform's operator asks for is async: there is more than
/// one thing to wait for. Bulk work
/// is one thing after another and is plain blocking code, so an engine whose
/// driver is async waits for it here.
#[async_trait]
pub(crate) trait Engine: Send + Sync {
    /// How the database is called in messages and in the log; never with a password.
    fn shown(&self) -> String;

    /// How many worker threads the runtime of a server should have, beside the
    /// threads that serve HTTP.
    fn worker_threads(&self) -> usize;

    /// Opens the shop for a server, and creates it where there is none.
    ///
    /// # Errors
    ///
    /// What the engine says, with what to do.
    async fn open(&self, settings: &Settings) -> Result<OpenShop, Failure>;

    /// Opens what is kept of deliveries in the shop, which has to be there,
    /// beside a running server or without one.
    ///
    /// # Errors
    ///
    /// As [`Engine::open`].
    async fn platforms(&self) -> Result<Box<dyn Platforms>, Failure>;

    /// Looks at how the database is set, without changing anything.
    ///
    /// # Errors
    ///
    /// As [`Engine::open`], where the shop has to be there and up to date.
    async fn inspect(&self) -> Result<Inspection, Failure>;

    /// Opens what is kept of access in the shop, which has to be there, beside
    /// a running server or without one. To write, it brings the schema of an
    /// embedded database up to date first; a server's is for who administers it.
    ///
    /// # Errors
    ///
    /// As [`Engine::open`].
    async fn access(&self, purpose: Purpose) -> Result<Box<dyn Access>, Failure>;

    /// Creates the shop where there is none, and brings its schema up to date.
    ///
    /// # Errors
    ///
    /// As [`Engine::open`].
    fn migrate(&self, currency: Option<Currency>) -> Result<Migrated, Failure>;

    /// Checks the shop, which has to be there.
    ///
    /// # Errors
    ///
    /// A database that cannot be read at all.
    fn audit(
        &self,
        progress: &mut (dyn FnMut(AuditProgress) + Send),
    ) -> Result<AuditReport, Failure>;

    /// Opens the shop, which has to be there, for an export.
    ///
    /// # Errors
    ///
    /// As [`Engine::open`].
    fn reader(&self) -> Result<Box<dyn ShopReader>, Failure>;

    /// Whether there is anything where the shop shall be. What it is is not judged.
    ///
    /// # Errors
    ///
    /// A server that cannot be reached.
    fn exists(&self) -> Result<bool, Failure>;

    /// Opens the shop for an import, and creates it where there is none.
    ///
    /// # Errors
    ///
    /// As [`Engine::open`], and where another import is in the way.
    fn importer(&self, currency: Option<Currency>) -> Result<Box<dyn Importer>, Failure>;

    /// Writes a copy; `progress` is told how much of how much is done.
    ///
    /// # Errors
    ///
    /// When it cannot be written; where another program is to be used, which.
    fn backup(&self, copy: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), Failure>;
}

/// How a database is set, by engine.
#[derive(Debug)]
pub(crate) enum Inspection {
    /// A file.
    File(PathBuf, jumun_store_sqlite::Inspection),
    /// A server.
    Server(jumun_store_postgres::Inspection),
}

/// What somebody wants of a shop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    /// To look at it.
    Read,
    /// To change something.
    Write,
    /// To begin with it, which makes a file that is not there, as `serve` does;
    /// in this currency.
    Begin(Option<Currency>),
}

/// How a server wants the shop opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// The currency to pin in a new database, or to expect.
    pub(crate) currency: Option<Currency>,
    /// Requests that may wait.
    pub(crate) queue_capacity: usize,
    /// Batches in flight, where there can be several.
    pub(crate) batches: usize,
    /// Connections for reads, where they are to a server.
    pub(crate) readers: usize,
}

/// A shop that a server works on: one engine, by the sides that it is used from.
#[derive(Clone)]
pub(crate) struct OpenShop {
    /// Commands and look-ups.
    pub(crate) store: Arc<dyn Store>,
    /// The dispatchers' side.
    pub(crate) outbox: Arc<dyn Outbox>,
    /// The operators' side.
    pub(crate) platforms: Arc<dyn Platforms>,
    /// Tokens, and the history of changes.
    pub(crate) access: Arc<dyn Access>,
}

/// Schema versions before and after a migration; 0 where there was no shop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Migrated {
    pub(crate) from: i32,
    pub(crate) to: i32,
}

/// Reads a shop page by page.
pub(crate) trait ShopReader {
    /// What was pinned when the database was created.
    fn shop(&self) -> &Shop;

    /// All orders by id; any UUIDv7 will do as `page.after`.
    fn all_orders(&self, page: Page<OrderId>) -> Result<PageOf<Arc<Order>>, Fault>;

    /// Events with a sequence above `after`, oldest first.
    fn events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault>;

    /// The order with the greatest id.
    fn last_order(&self) -> Result<Option<OrderId>, Fault>;

    /// The sequence of the newest event, 0 where there is none.
    fn last_sequence(&self) -> Result<u64, Fault>;

    /// How much older an event can be than one with a smaller sequence.
    fn disorder(&self) -> Duration;
}

/// Brings in all rows of a file or none.
pub(crate) trait Importer {
    /// Which of these users exist.
    fn existing_users(&self, ids: &[UserId]) -> Result<Vec<UserId>, Failure>;

    /// Which of these products exist.
    fn existing_products(&self, ids: &[ProductId]) -> Result<Vec<ProductId>, Failure>;

    /// How many rows of the file with this digest an earlier import, cut short,
    /// has brought in.
    fn already_done(&self, digest: &[u8]) -> Result<u64, Failure>;

    /// For each import that was cut short and not finished since, how many rows
    /// it has brought in.
    fn unfinished(&self) -> Result<Vec<u64>, Failure>;

    /// Brings in `rows`, the whole file. `progress` is told how many are in, and
    /// may break the import off.
    fn import(
        &mut self,
        digest: &[u8],
        rows: &[ImportRow],
        progress: &mut (dyn FnMut(u64) -> ControlFlow<()> + Send),
    ) -> Result<Imported, Failure>;
}
