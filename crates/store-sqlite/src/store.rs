//! The engine as a [`Store`].

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use async_trait::async_trait;
use jumun_domain::{
    AdjustmentId, Campaign, CampaignId, Command, CouponId, Decision, Entry, EntryId, Hour,
    IdempotencyKey, Order, OrderId, PlaceOrder, Product, ProductId, Quote, Request, Scope,
    StockAdjustment, User, UserId, quote,
};
use jumun_store::{
    BestSeller, CouponView, Fault, NumberedEvent, Page, PageOf, Readiness, Reads, Reply, Shop,
    Store,
};
use tokio::sync::{oneshot, watch};

use crate::access::Glance;
use crate::checkpoint::{self, Checkpointer};
use crate::connection::Role;
use crate::error::OpenError;
use crate::gather::{Gathered, gather};
use crate::lock::ServerLock;
use crate::migrate::{check_ours, migrate_for_server, open_current, pinned_currency};
use crate::options::Options;
use crate::queue::{Job, Queue};
use crate::readers::Readers;
use crate::rows::{campaign, order, product, user};
use crate::states::{View, fold};
use crate::storage::StorageError;
use crate::writer::{self, Shared};
use crate::{mint, reads, remembered, sales};

/// A shop in one SQLite file, held by this process alone.
pub struct SqliteStore {
    shop: Shop,
    pub(crate) shared: Arc<Shared>,
    pub(crate) readers: Readers,
    pub(crate) glance: Arc<Glance>,
    running: Mutex<Option<Running>>,
}

/// What ends with the store.
struct Running {
    writer: JoinHandle<()>,
    checkpointer: Checkpointer,
    path: PathBuf,
    _lock: ServerLock,
}

impl SqliteStore {
    /// Opens the database at `path`, creating it and bringing its schema up to
    /// date first, and starts the writer. It may be asked from any tokio
    /// runtime, and answers in that one.
    ///
    /// # Errors
    ///
    /// Another server on the file, a file that is not ours or newer than this
    /// program, another currency, storage that cannot be written. Each says
    /// what to do; the file is as it was.
    pub fn open(path: &Path, options: &Options) -> Result<Self, OpenError> {
        check_ours(path)?;
        let lock = ServerLock::take(path)?;
        migrate_for_server(path, options)?;
        let connection = open_current(path, Role::Reader)?;
        let currency = pinned_currency(&connection).map_err(|error| OpenError::Damaged {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        drop(connection);

        let shared = Arc::new(Shared {
            queue: Queue::new(options.queue_capacity),
            trouble: Mutex::default(),
            checkpoints: Arc::default(),
            fold_after: options.fold_after,
            news: watch::Sender::default(),
        });
        let readers = Readers::open(path, options.readers)?;
        let glance = Arc::new(Glance::open(path)?);
        let checkpointer = Checkpointer::start(path, shared.checkpoints.clone())?;
        let writer = writer::start(path, shared.clone())?;
        let running = Running {
            writer,
            checkpointer,
            path: path.to_owned(),
            _lock: lock,
        };
        Ok(Self {
            shop: Shop { currency },
            shared,
            readers,
            glance,
            running: Mutex::new(Some(running)),
        })
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&View<'_>) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, Fault> {
        self.readers.read(query).await
    }
}

impl Running {
    /// Waits for the threads, then empties the log, so that a stopped shop is
    /// one file.
    fn stop(self) {
        if self.writer.join().is_err() {
            tracing::error!("the writer had panicked");
        }
        self.checkpointer.stop();
        if let Err(error) = tidy_up(&self.path) {
            tracing::warn!(
                error,
                "the log could not be emptied; it is read at the next start"
            );
        }
    }
}

/// Leaves every state in its table, and all of it in one file.
fn tidy_up(path: &Path) -> Result<(), String> {
    let mut connection = open_current(path, Role::Writer).map_err(|error| error.to_string())?;
    fold(&mut connection).map_err(|error| error.explain())?;
    checkpoint::truncate(&connection).map_err(|error| error.to_string())
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.shared.queue.close();
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn execute(&self, request: Request) -> Result<Decision, Fault> {
        let (reply, answer) = Reply::expected();
        self.shared.queue.push(Job::Execute { request, reply })?;
        answer.await.unwrap_or_else(|_| {
            Err(Fault::indeterminate(
                "the writer stopped; restart the server",
            ))
        })
    }

    async fn quote(&self, order: PlaceOrder) -> Result<Quote, Fault> {
        self.read(move |view| {
            let request = Request::new(Command::PlaceOrder(order), None);
            let mut gathered = Gathered::default();
            gather(view, std::slice::from_ref(&request), &mut gathered)?;
            let Command::PlaceOrder(order) = &request.command else {
                return Err(StorageError::corrupt("quote", "not an order"));
            };
            quote(&gathered.set, order, mint::now())
                .map_err(|_| StorageError::corrupt("quote", "a row was not gathered"))
        })
        .await
    }

    fn shop(&self) -> &Shop {
        &self.shop
    }

    async fn readiness(&self) -> Readiness {
        if self.shared.trouble().is_none() && !self.shared.queue.is_closed() {
            return Readiness::Ready;
        }
        // Only a commit shows whether the trouble is over.
        let (reply, answer) = oneshot::channel();
        let outcome = match self.shared.queue.push(Job::Probe { reply }) {
            Ok(()) => answer.await.unwrap_or_else(|_| {
                Err(Fault::determinate("the writer stopped; restart the server"))
            }),
            Err(refusal) => Err(refusal.into()),
        };
        match outcome {
            Ok(()) => Readiness::Ready,
            Err(fault) => Readiness::NotReady(fault.to_string()),
        }
    }

    async fn close(&self) {
        self.shared.queue.close();
        let running = self
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(running) = running {
            let (readers, glance) = (self.readers.clone(), self.glance.clone());
            let stopped = tokio::task::spawn_blocking(move || {
                readers.close();
                glance.close();
                running.stop();
            });
            if let Err(error) = stopped.await {
                tracing::error!(%error, "closing the database failed");
            }
        }
    }
}

#[async_trait]
impl Reads for SqliteStore {
    async fn user(&self, id: UserId) -> Result<Option<User>, Fault> {
        self.read(move |it| Ok(user::find(it, id)?.map(|found| found.user)))
            .await
    }

    async fn entries(
        &self,
        user: UserId,
        page: Page<EntryId>,
    ) -> Result<Option<PageOf<Entry>>, Fault> {
        self.read(move |it| reads::entries(it, user, page)).await
    }

    async fn coupons(
        &self,
        user: UserId,
        page: Page<CouponId>,
    ) -> Result<Option<PageOf<CouponView>>, Fault> {
        self.read(move |it| reads::coupons(it, user, page)).await
    }

    async fn orders(
        &self,
        user: UserId,
        page: Page<OrderId>,
    ) -> Result<Option<PageOf<Arc<Order>>>, Fault> {
        self.read(move |it| reads::orders(it, user, page)).await
    }

    async fn order(&self, id: OrderId) -> Result<Option<Arc<Order>>, Fault> {
        self.read(move |it| order::find(it, id)).await
    }

    async fn order_by_key(
        &self,
        user: UserId,
        key: IdempotencyKey,
    ) -> Result<Option<Arc<Order>>, Fault> {
        self.read(move |it| Ok(remembered::find_order(it, Scope::User(user), &key)?.map(Arc::new)))
            .await
    }

    async fn all_orders(&self, page: Page<OrderId>) -> Result<PageOf<Arc<Order>>, Fault> {
        self.read(move |it| reads::all_orders(it, page)).await
    }

    async fn product(&self, id: ProductId) -> Result<Option<Product>, Fault> {
        self.read(move |it| product::find(it, id)).await
    }

    async fn products(&self, page: Page<ProductId>) -> Result<PageOf<Product>, Fault> {
        self.read(move |it| reads::products(it, page)).await
    }

    async fn stock_adjustments(
        &self,
        product: ProductId,
        page: Page<AdjustmentId>,
    ) -> Result<Option<PageOf<StockAdjustment>>, Fault> {
        self.read(move |it| reads::stock_adjustments(it, product, page))
            .await
    }

    async fn best_sellers(&self, since: Hour, limit: usize) -> Result<Vec<BestSeller>, Fault> {
        self.read(move |it| sales::best_sellers(it, since, limit))
            .await
    }

    async fn campaign(&self, id: CampaignId) -> Result<Option<Campaign>, Fault> {
        self.read(move |it| campaign::find(it, id)).await
    }

    async fn campaigns(&self, page: Page<CampaignId>) -> Result<PageOf<Campaign>, Fault> {
        self.read(move |it| reads::campaigns(it, page)).await
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault> {
        self.read(move |it| reads::events(it, after, limit)).await
    }
}
