//! The look-ups.

use std::sync::Arc;

use async_trait::async_trait;
use jumun_domain::{
    AdjustmentId, Campaign, CampaignId, Coupon, CouponId, Entry, EntryId, Event, Hour,
    IdempotencyKey, Money, Order, OrderId, Product, ProductId, StockAdjustment, Units, User,
    UserId,
};

use crate::fault::Fault;
use crate::page::{Page, PageOf};

/// A coupon and the campaign that says what it is worth.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CouponView {
    /// The coupon as it is now.
    pub coupon: Coupon,
    /// Its campaign.
    pub campaign: Arc<Campaign>,
}

/// What was sold of a product over a while, cancelled orders left out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BestSeller {
    /// The product.
    pub product_id: ProductId,
    /// Its name now.
    pub name: Arc<str>,
    /// Pieces sold.
    pub quantity: Units,
    /// Money before discounts; held at 2^53 − 1.
    pub amount: Money,
}

/// An event and its place in the order that every reader sees.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NumberedEvent {
    /// Rising, from 1; for one user in commit order.
    pub sequence: u64,
    /// The event.
    pub event: Event,
}

/// Reads of committed state. A read never waits for writes and never holds
/// them up; it sees one consistent snapshot, no older than the last answer
/// given before it began.
///
/// Where a method returns `Option<…>`, `None` means that the user, product,
/// campaign or order named does not exist. The only faults are
/// [`Fault::Determinate`] and [`Fault::Overloaded`].
#[async_trait]
pub trait Reads: Send + Sync + 'static {
    /// A user.
    async fn user(&self, id: UserId) -> Result<Option<User>, Fault>;
    /// A user's ledger, newest first.
    async fn entries(
        &self,
        user: UserId,
        page: Page<EntryId>,
    ) -> Result<Option<PageOf<Entry>>, Fault>;
    /// A user's coupons, newest first.
    async fn coupons(
        &self,
        user: UserId,
        page: Page<CouponId>,
    ) -> Result<Option<PageOf<CouponView>>, Fault>;
    /// A user's orders, newest first.
    async fn orders(
        &self,
        user: UserId,
        page: Page<OrderId>,
    ) -> Result<Option<PageOf<Arc<Order>>>, Fault>;
    /// An order.
    async fn order(&self, id: OrderId) -> Result<Option<Arc<Order>>, Fault>;
    /// The order, as it is now, that the user placed under this key.
    async fn order_by_key(
        &self,
        user: UserId,
        key: IdempotencyKey,
    ) -> Result<Option<Arc<Order>>, Fault>;
    /// All orders, oldest first.
    async fn all_orders(&self, page: Page<OrderId>) -> Result<PageOf<Arc<Order>>, Fault>;
    /// A product.
    async fn product(&self, id: ProductId) -> Result<Option<Product>, Fault>;
    /// All products by id.
    async fn products(&self, page: Page<ProductId>) -> Result<PageOf<Product>, Fault>;
    /// A product's stock adjustments, oldest first; the opening stock is the first.
    async fn stock_adjustments(
        &self,
        product: ProductId,
        page: Page<AdjustmentId>,
    ) -> Result<Option<PageOf<StockAdjustment>>, Fault>;
    /// The best sellers from the hour `since` on: most pieces first, then the smaller id.
    async fn best_sellers(&self, since: Hour, limit: usize) -> Result<Vec<BestSeller>, Fault>;
    /// A campaign.
    async fn campaign(&self, id: CampaignId) -> Result<Option<Campaign>, Fault>;
    /// All campaigns by id.
    async fn campaigns(&self, page: Page<CampaignId>) -> Result<PageOf<Campaign>, Fault>;
    /// Events with a sequence above `after`, oldest first.
    async fn events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault>;
}
