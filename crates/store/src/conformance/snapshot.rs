//! Everything that a store lets be read, to compare before and after.

use std::collections::BTreeSet;
use std::sync::Arc;

use jumun_domain::{
    Campaign, Coupon, Entry, Hour, Order, Product, StockAdjustment, Timestamp, User, UserId,
};

use super::read_all::{read_all, there};
use crate::{BestSeller, CouponView, NumberedEvent, Store};

/// Items a page while reading a snapshot: fewer than most cases' lists hold,
/// so that most snapshots turn a page.
const PAGE: usize = 64;

/// One user and the lists that belong to it, newest first as they are read.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct UserView {
    pub(super) user: User,
    pub(super) entries: Vec<Entry>,
    pub(super) coupons: Vec<CouponView>,
    pub(super) orders: Vec<Arc<Order>>,
}

/// One product and its stock history, oldest first.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct ProductView {
    pub(super) product: Product,
    pub(super) adjustments: Vec<StockAdjustment>,
}

/// Everything that can be read of a shop at rest.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Snapshot {
    pub(super) users: Vec<UserView>,
    pub(super) products: Vec<ProductView>,
    pub(super) campaigns: Vec<Campaign>,
    /// Oldest first.
    pub(super) orders: Vec<Arc<Order>>,
    pub(super) events: Vec<NumberedEvent>,
    pub(super) best_sellers: Vec<BestSeller>,
}

impl Snapshot {
    pub(super) async fn read(store: &dyn Store, users: &BTreeSet<UserId>) -> Self {
        let mut user_views = Vec::new();
        for &id in users {
            if let Some(user) = store.user(id).await.unwrap() {
                user_views.push(user_view(store, user).await);
            }
        }
        let products = read_all(
            PAGE,
            |it: &Product| it.id,
            async |page| store.products(page).await,
        )
        .await;
        let best_sellers = store
            .best_sellers(beginning(), products.len().max(1))
            .await
            .unwrap();
        let mut product_views = Vec::new();
        for product in products {
            product_views.push(product_view(store, product).await);
        }
        let campaigns = read_all(
            PAGE,
            |it: &Campaign| it.id,
            async |page| store.campaigns(page).await,
        )
        .await;
        let orders = read_all(
            PAGE,
            |it: &Arc<Order>| it.id,
            async |page| store.all_orders(page).await,
        )
        .await;
        let events = all_events(store).await;
        Self {
            users: user_views,
            products: product_views,
            campaigns,
            orders,
            events,
            best_sellers,
        }
    }

    /// The user's part.
    pub(super) fn user(&self, id: UserId) -> &UserView {
        self.users.iter().find(|it| it.user.id == id).unwrap()
    }

    /// Every coupon, by user.
    pub(super) fn coupons(&self) -> impl Iterator<Item = &Coupon> {
        self.users
            .iter()
            .flat_map(|it| &it.coupons)
            .map(|it| &it.coupon)
    }
}

/// An hour before anything was sold.
pub(super) const fn beginning() -> Hour {
    Timestamp::from_micros(0).hour()
}

/// Every event, oldest first.
pub(super) async fn all_events(store: &dyn Store) -> Vec<NumberedEvent> {
    let mut events: Vec<NumberedEvent> = Vec::new();
    loop {
        let after = events.last().map_or(0, |it| it.sequence);
        let next = store.events(after, PAGE).await.unwrap();
        assert!(
            next.len() <= PAGE,
            "{} events where {PAGE} were asked for",
            next.len()
        );
        assert!(
            next.iter().all(|it| it.sequence > after),
            "events up to {after} come again"
        );
        if next.is_empty() {
            return events;
        }
        events.extend(next);
    }
}

async fn user_view(store: &dyn Store, user: User) -> UserView {
    let id = user.id;
    let entries = read_all(
        PAGE,
        |it: &Entry| it.id,
        async |page| there(store.entries(id, page).await),
    );
    let coupons = read_all(
        PAGE,
        |it: &CouponView| it.coupon.id,
        async |page| there(store.coupons(id, page).await),
    );
    let orders = read_all(
        PAGE,
        |it: &Arc<Order>| it.id,
        async |page| there(store.orders(id, page).await),
    );
    let (entries, coupons, orders) = tokio::join!(entries, coupons, orders);
    UserView {
        user,
        entries,
        coupons,
        orders,
    }
}

async fn product_view(store: &dyn Store, product: Product) -> ProductView {
    let id = product.id;
    let adjustments = read_all(
        PAGE,
        |it: &StockAdjustment| it.id,
        async |page| there(store.stock_adjustments(id, page).await),
    )
    .await;
    ProductView {
        product,
        adjustments,
    }
}
