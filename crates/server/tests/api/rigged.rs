//! A real store whose writes can be made to fail, to panic or to wait.

use std::sync::Arc;

use async_trait::async_trait;
use jumun_domain::*;
use jumun_store::*;
use tokio::sync::{Notify, Semaphore};

/// What `execute` does instead of its work, or before it.
#[derive(Clone)]
pub(crate) enum Rig {
    Fault(Fault),
    Panic,
    /// Tells that a request has come, and waits for a permit to go on.
    Gate {
        came: Arc<Notify>,
        go_on: Arc<Semaphore>,
    },
}

pub(crate) struct Rigged {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) rig: Rig,
}

#[async_trait]
impl Store for Rigged {
    async fn execute(&self, request: Request) -> Result<Decision, Fault> {
        // What the test sets up must work.
        if matches!(
            request.command,
            Command::RegisterUser(_) | Command::PutProduct(_)
        ) {
            return self.store.execute(request).await;
        }
        match &self.rig {
            Rig::Fault(fault) => Err(fault.clone()),
            Rig::Panic => panic!("the rig panics, as it was told to"),
            Rig::Gate { came, go_on } => {
                came.notify_one();
                go_on.acquire().await.unwrap().forget();
                self.store.execute(request).await
            }
        }
    }

    async fn quote(&self, order: PlaceOrder) -> Result<Quote, Fault> {
        self.store.quote(order).await
    }

    fn shop(&self) -> &Shop {
        self.store.shop()
    }

    async fn readiness(&self) -> Readiness {
        match &self.rig {
            Rig::Fault(_) => Readiness::NotReady("the disk is full; free some space".to_owned()),
            _ => self.store.readiness().await,
        }
    }

    async fn close(&self) {
        self.store.close().await;
    }
}

type Found<T> = Result<Option<T>, Fault>;

#[async_trait]
impl Reads for Rigged {
    async fn user(&self, id: UserId) -> Found<User> {
        self.store.user(id).await
    }
    async fn entries(&self, user: UserId, page: Page<EntryId>) -> Found<PageOf<Entry>> {
        self.store.entries(user, page).await
    }
    async fn coupons(&self, user: UserId, page: Page<CouponId>) -> Found<PageOf<CouponView>> {
        self.store.coupons(user, page).await
    }
    async fn orders(&self, user: UserId, page: Page<OrderId>) -> Found<PageOf<Arc<Order>>> {
        self.store.orders(user, page).await
    }
    async fn order(&self, id: OrderId) -> Found<Arc<Order>> {
        self.store.order(id).await
    }
    async fn order_by_key(&self, user: UserId, key: IdempotencyKey) -> Found<Arc<Order>> {
        self.store.order_by_key(user, key).await
    }
    async fn all_orders(&self, page: Page<OrderId>) -> Result<PageOf<Arc<Order>>, Fault> {
        self.store.all_orders(page).await
    }
    async fn product(&self, id: ProductId) -> Found<Product> {
        self.store.product(id).await
    }
    async fn products(&self, page: Page<ProductId>) -> Result<PageOf<Product>, Fault> {
        self.store.products(page).await
    }
    async fn stock_adjustments(
        &self,
        product: ProductId,
        page: Page<AdjustmentId>,
    ) -> Found<PageOf<StockAdjustment>> {
        self.store.stock_adjustments(product, page).await
    }
    async fn best_sellers(&self, since: Hour, limit: usize) -> Result<Vec<BestSeller>, Fault> {
        self.store.best_sellers(since, limit).await
    }
    async fn campaign(&self, id: CampaignId) -> Found<Campaign> {
        self.store.campaign(id).await
    }
    async fn campaigns(&self, page: Page<CampaignId>) -> Result<PageOf<Campaign>, Fault> {
        self.store.campaigns(page).await
    }
    async fn events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault> {
        self.store.events(after, limit).await
    }
}
