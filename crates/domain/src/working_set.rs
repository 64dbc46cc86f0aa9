//! The rows a batch works on, and the history it adds.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::amount::Units;
use crate::campaign::{Campaign, Coupon};
use crate::change::Change;
use crate::event::Event;
use crate::id::{CampaignId, CouponId, OrderId, ProductId, UserId};
use crate::idempotency::{IdempotencyKey, Remembered, Scope};
use crate::ledger::{Entry, StockAdjustment};
use crate::order::Order;
use crate::product::{Product, Sale};
use crate::table::Table;
use crate::time::Hour;
use crate::user::User;

/// Every row that a batch of requests can touch, as the database holds it
/// under the batch's locks, and what the batch has made of it so far.
///
/// An engine fills it with what [`crate::needs`] asks for, calls
/// [`crate::decide`] for each request in order, and writes the inserted and
/// updated rows of each table and the whole [`Journal`] in one transaction.
///
/// Where a later request answers [`crate::NotLoaded`], the rows it needs depend
/// on what was decided before it: the engine writes that, and goes on with a
/// fresh set, or with this one once it is [settled](Self::settle), in the same
/// transaction. It must not load them before, since the database does not hold
/// yet what the batch has decided.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct WorkingSet {
    /// Users by id.
    pub users: Table<UserId, User>,
    /// Products by id.
    pub products: Table<ProductId, Product>,
    /// Campaigns by id.
    pub campaigns: Table<CampaignId, Campaign>,
    /// Coupons by id.
    pub coupons: Table<CouponId, Coupon>,
    /// Which coupon of a campaign a user holds.
    pub holders: Table<(CampaignId, UserId), CouponId>,
    /// Orders by id; a changed one was cancelled.
    pub orders: Table<OrderId, Arc<Order>>,
    /// Pieces of a product in one user's paid orders. Asked for only where the
    /// product counts purchases; an engine never loads it as absent.
    pub purchases: Table<(ProductId, UserId), Units>,
    /// What is remembered of idempotency keys.
    pub keys: Table<(Scope, IdempotencyKey), Remembered>,
    /// The id the next campaign gets; loaded when a campaign is to be created.
    pub next_campaign: Option<CampaignId>,
    /// What the batch adds to the append-only histories.
    pub journal: Journal,
}

impl WorkingSet {
    /// Goes on with the rows that orders come back to, users, products and
    /// campaigns, as the batch has left them, and forgets everything else.
    ///
    /// For an engine that has written what the batch has changed, and knows that
    /// nobody else writes before it decides again. Memory does not grow with what
    /// is decided, only with how many of those rows there are:
    /// [`kept_rows`](Self::kept_rows) tells.
    pub fn settle(&mut self) {
        self.users.settle();
        self.products.settle();
        self.campaigns.settle();
        self.coupons.clear();
        self.holders.clear();
        self.orders.clear();
        self.purchases.clear();
        self.keys.clear();
        self.next_campaign = None;
        self.journal.clear();
    }

    /// How many rows [`settle`](Self::settle) keeps.
    pub fn kept_rows(&self) -> usize {
        self.users.len() + self.products.len() + self.campaigns.len()
    }
}

/// New rows of the append-only histories, each list in the order of decision.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Journal {
    /// Orders placed, as they were then.
    pub placed: Vec<Arc<Order>>,
    /// Orders cancelled, as they were then.
    pub cancelled: Vec<Arc<Order>>,
    /// Ledger entries.
    pub entries: Vec<Entry>,
    /// Stock adjustments.
    pub adjustments: Vec<StockAdjustment>,
    /// Events, one for each order placed and each cancelled.
    pub events: Vec<Event>,
    /// What operators changed.
    pub changes: Vec<Change>,
    /// Keys used for the first time.
    pub remembered: Vec<(Scope, IdempotencyKey, Remembered)>,
    /// Changes of the best-seller figures.
    pub sales: HashMap<(Hour, ProductId), Sale, FixedState>,
}

impl Journal {
    /// Forgets everything; the lists keep their room.
    fn clear(&mut self) {
        self.placed.clear();
        self.cancelled.clear();
        self.entries.clear();
        self.adjustments.clear();
        self.events.clear();
        self.changes.clear();
        self.remembered.clear();
        self.sales.clear();
    }

    /// Adds to the best-seller figures of the hour in which `order` was placed;
    /// a cancel adds what is below zero.
    pub(crate) fn add_sale(&mut self, order: &Order, product: ProductId, sale: Sale) {
        let hour = order.created_at.hour();
        let sum = self.sales.entry((hour, product)).or_default();
        sum.quantity = sum.quantity.saturating_add(sale.quantity);
        sum.amount = sum.amount.saturating_add(sale.amount);
    }
}
