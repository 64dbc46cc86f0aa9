//! The engine as a [`Store`].

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jumun_domain::{
    AdjustmentId, Campaign, CampaignId, CouponId, Decision, Entry, EntryId, Hour, IdempotencyKey,
    Order, OrderId, PlaceOrder, Product, ProductId, Quote, Request, StockAdjustment, User, UserId,
};
use jumun_store::{
    BestSeller, CouponView, Fault, NumberedEvent, Page, PageOf, Readiness, Reads, Reply, Shop,
    Store,
};
use tokio::sync::{RwLock, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::access::PostgresAccess;
use crate::clock::Positions;
use crate::deliveries::PostgresPlatforms;
use crate::error::{OpenError, explain};
use crate::migrate::{check_currency, check_current, migrate, recognise};
use crate::options::{DELIVERY_SESSIONS, Options};
use crate::queue::{Job, Queue, Refused};
use crate::readers::Readers;
use crate::session::{Connector, Session};
use crate::storage::StorageError;
use crate::target::Target;
use crate::worker::{self, Shared};
use crate::{batches, events, folding, probe, quote, reads};

/// A shop in a database of a PostgreSQL-protocol server. Any number of them,
/// in any number of processes, may be open on one database.
pub struct PostgresStore {
    shop: Shop,
    pub(crate) shared: Arc<Shared>,
    readers: Readers,
    /// Connections of the dispatcher.
    pub(crate) deliveries: Readers,
    /// The operators' side, on the connections for reads.
    pub(crate) platforms: PostgresPlatforms,
    /// Tokens and the history of changes, likewise.
    pub(crate) doors: PostgresAccess,
    workers: Mutex<JoinSet<()>>,
    folding: JoinHandle<()>,
}

impl PostgresStore {
    /// Opens the shop, and creates it first in a schema that has none of its
    /// tables yet. Needs a tokio runtime around it.
    ///
    /// # Errors
    ///
    /// A server that cannot be reached or only be read, a schema that is
    /// something else's, older or newer than this program, another currency, a
    /// role without the rights. Each says what to do.
    pub async fn open(target: &Target, options: &Options) -> Result<Self, OpenError> {
        let connector = Connector::new(target.clone())?;
        let session = connector.connect().await?;
        if recognise(&session, target).await? == 0 {
            migrate(target, options).await?;
        }
        check_current(&session, target).await?;
        let currency = check_currency(&session, target, options.currency).await?;
        let position = newest_position(&session)
            .await
            .map_err(|error| explain(target, &error))?;
        let positions = Arc::new(Positions::starting_at(position));
        let shared = Arc::new(Shared {
            queue: Arc::new(Queue::new(options.queue_capacity)),
            connector: connector.clone(),
            positions: positions.clone(),
            unfolded: Arc::default(),
            given_up: AtomicBool::new(false),
            turn: Arc::new(RwLock::new(())),
            news: watch::Sender::new(()),
        });
        drop(session);
        let mut workers = JoinSet::new();
        for _ in 0..options.batches.max(1) {
            let session = worker::open(&connector).await;
            let session = session.map_err(|error| unprepared(target, &error))?;
            workers.spawn(worker::supervise(shared.clone(), session));
        }
        let folding = folding::run(connector.clone(), shared.unfolded.clone());
        let readers = Readers::new(connector.clone(), options.readers);
        Ok(Self {
            folding: tokio::spawn(folding),
            shop: Shop { currency },
            shared,
            platforms: PostgresPlatforms::on(readers.clone(), positions.clone()),
            doors: PostgresAccess::on(readers.clone(), connector.clone(), positions),
            readers,
            deliveries: Readers::new(connector, DELIVERY_SESSIONS),
            workers: Mutex::new(workers),
        })
    }
}

fn unprepared(target: &Target, error: &StorageError) -> OpenError {
    match error {
        StorageError::Server(error) => explain(target, error),
        other => OpenError::Server {
            target: target.shown().to_owned(),
            reason: other.explain(),
        },
    }
}

/// How far the ids have come in this database.
async fn newest_position(session: &Session) -> Result<u64, tokio_postgres::Error> {
    let row = session.query_one(batches::NEWEST_POSITION, &[]).await?;
    // Never negative.
    Ok(u64::try_from(row.try_get::<_, i64>(0)?).unwrap_or(0))
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.shared.queue.close();
        self.folding.abort();
        // What they have begun they finish: they are tasks of the runtime.
        let workers = self
            .workers
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        workers.detach_all();
    }
}

fn refused(refused: Refused) -> Fault {
    match refused {
        Refused::Full => Fault::Overloaded,
        Refused::Closed => Fault::determinate("the database is closed; the server is stopping"),
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn execute(&self, request: Request) -> Result<Decision, Fault> {
        let (reply, answer) = Reply::expected();
        self.shared
            .queue
            .push(Job { request, reply })
            .map_err(refused)?;
        answer.await.unwrap_or_else(|_| {
            Err(Fault::indeterminate(
                "a batch stopped without an answer; restart this instance",
            ))
        })
    }

    async fn quote(&self, order: PlaceOrder) -> Result<Quote, Fault> {
        self.readers
            .read(|session| Box::pin(quote::run(session, order.clone())))
            .await
    }

    fn shop(&self) -> &Shop {
        &self.shop
    }

    async fn readiness(&self) -> Readiness {
        if self.shared.queue.is_closed() {
            return Readiness::NotReady("the server is stopping".to_owned());
        }
        // After a batch was given up, only a new session with all that a batch
        // sends shows whether orders work again.
        if self.shared.given_up.load(Ordering::Relaxed)
            && let Err(error) = worker::open(&self.shared.connector).await
        {
            return Readiness::NotReady(error.explain());
        }
        // Only a commit shows whether the server takes writes.
        let probed = self.readers.read(|session| Box::pin(probe::run(session)));
        match probed.await {
            Ok(()) => Readiness::Ready,
            Err(Fault::Determinate(cause)) => Readiness::NotReady(cause.to_string()),
            Err(fault) => Readiness::NotReady(fault.to_string()),
        }
    }

    async fn close(&self) {
        self.shared.queue.close();
        let mut workers = {
            let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *workers)
        };
        while let Some(ended) = workers.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a batch had panicked");
            }
        }
        // What it has not folded the next one does.
        self.folding.abort();
        self.readers.close();
        self.deliveries.close();
        self.doors.close();
    }
}

#[async_trait]
impl Reads for PostgresStore {
    async fn user(&self, id: UserId) -> Result<Option<User>, Fault> {
        self.readers
            .read(|session| Box::pin(reads::user(session, id)))
            .await
    }

    async fn entries(
        &self,
        user: UserId,
        page: Page<EntryId>,
    ) -> Result<Option<PageOf<Entry>>, Fault> {
        self.readers
            .read(|session| Box::pin(reads::entries(session, user, page)))
            .await
    }

    async fn coupons(
        &self,
        user: UserId,
        page: Page<CouponId>,
    ) -> Result<Option<PageOf<CouponView>>, Fault> {
        self.readers
            .read(|session| Box::pin(reads::coupons(session, user, page)))
            .await
    }

    async fn orders(
        &self,
        user: UserId,
        page: Page<OrderId>,
    ) -> Result<Option<PageOf<Arc<Order>>>, Fault> {
        self.readers
            .read(|session| Box::pin(reads::orders(session, user, page)))
            .await
    }

    async fn order(&self, id: OrderId) -> Result<Option<Arc<Order>>, Fault> {
        self.readers
            .read(|session| Box::pin(reads::order(session, id)))
            .await
    }

    async fn order_by_key(
        &self,
        user: UserId,
        key: IdempotencyKey,
    ) -> Result<Option<Arc<Order>>, Fault> {
        self.readers
            .read(|session| {
                let key = key.clone();
                Box::pin(async move { reads::order_by_key(session, user, &key).await })
            })
            .await
    }

    async fn all_orders(&self, page: Page<OrderId>) -> Result<PageOf<Arc<Order>>, Fault> {
        self.readers
            .read(|session| Box::pin(reads::all_orders(session, page)))
            .await
    }

    async fn product(&self, id: ProductId) -> Result<Option<Product>, Fault> {
        self.readers
            .read(|session| Box::pin(reads::product(session, id)))
            .await
    }

    async fn products(&self, page: Page<ProductId>) -> Result<PageOf<Product>, Fault> {
        self.readers
            .read(|session| Box::pin(reads::products(session, page)))
            .await
    }

    async fn stock_adjustments(
        &self,
        product: ProductId,
        page: Page<AdjustmentId>,
    ) -> Result<Option<PageOf<StockAdjustment>>, Fault> {
        self.readers
            .read(|session| Box::pin(reads::stock_adjustments(session, product, page)))
            .await
    }

    async fn best_sellers(&self, since: Hour, limit: usize) -> Result<Vec<BestSeller>, Fault> {
        self.readers
            .read(|session| Box::pin(reads::best_sellers(session, since, limit)))
            .await
    }

    async fn campaign(&self, id: CampaignId) -> Result<Option<Campaign>, Fault> {
        self.readers
            .read(|session| Box::pin(reads::campaign(session, id)))
            .await
    }

    async fn campaigns(&self, page: Page<CampaignId>) -> Result<PageOf<Campaign>, Fault> {
        self.readers
            .read(|session| Box::pin(reads::campaigns(session, page)))
            .await
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault> {
        self.readers
            .read(|session| Box::pin(events::events(session, after, limit)))
            .await
    }
}
