//! The reads of the store in memory: whole lists, and a page cut out of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use jumun_domain::{
    AdjustmentId, Campaign, CampaignId, CouponId, Entry, EntryId, Hour, IdempotencyKey, Money,
    Order, OrderId, Product, ProductId, Sale, StockAdjustment, Units, User, UserId,
};
use jumun_store::{BestSeller, CouponView, Fault, NumberedEvent, Page, PageOf, Reads};

use crate::disk::rows;
use crate::memory::MemoryStore;
use crate::mutation::Mutation;

/// The page of a list that is read only after its own keys.
fn page<K: Copy + PartialEq, T: Clone>(
    mutation: Mutation,
    list: &[T],
    key: impl Fn(&T) -> K,
    page: Page<K>,
) -> PageOf<T> {
    let start = match page.after {
        None => 0,
        Some(after) => match list.iter().position(|it| key(it) == after) {
            Some(index) if mutation == Mutation::PagesFromTheLastItemOn => index,
            Some(index) => index + 1,
            None if mutation == Mutation::BeginsAnewAfterAForeignKey => 0,
            None => list.len(),
        },
    };
    let cut = list
        .iter()
        .skip(start)
        .take(page.limit + 1)
        .cloned()
        .collect();
    let mut page = PageOf::from_one_more(cut, page.limit);
    if mutation == Mutation::StopsAPageShort {
        page.more = false;
    }
    page
}

/// The page of a list of the whole shop, sorted by its key: it goes on above any.
fn page_above<K: Copy + Ord, T: Clone>(
    list: &[T],
    key: impl Fn(&T) -> K,
    page: Page<K>,
) -> PageOf<T> {
    let rest = list
        .iter()
        .filter(|it| page.after.is_none_or(|after| key(it) > after));
    PageOf::from_one_more(rest.take(page.limit + 1).cloned().collect(), page.limit)
}

fn newest_first<T: Clone>(oldest_first: impl DoubleEndedIterator<Item = T>) -> Vec<T> {
    oldest_first.rev().collect()
}

#[async_trait]
impl Reads for MemoryStore {
    async fn user(&self, id: UserId) -> Result<Option<User>, Fault> {
        Ok(self.disk.lock().set.users.get(&id).ok().flatten().cloned())
    }

    async fn entries(
        &self,
        user: UserId,
        wanted: Page<EntryId>,
    ) -> Result<Option<PageOf<Entry>>, Fault> {
        let known = self.user(user).await?.is_some();
        let disk = self.disk.lock();
        let own = disk.entries.iter().filter(|it| it.user_id == user).cloned();
        Ok(known.then(|| page(disk.mutation, &newest_first(own), |it| it.id, wanted)))
    }

    async fn coupons(
        &self,
        user: UserId,
        wanted: Page<CouponId>,
    ) -> Result<Option<PageOf<CouponView>>, Fault> {
        let known = self.user(user).await?.is_some();
        let disk = self.disk.lock();
        let campaigns = rows(&disk.set.campaigns);
        let own = rows(&disk.set.coupons)
            .into_iter()
            .filter(|it| it.user_id == user);
        let own = own.filter_map(|coupon| {
            let campaign = campaigns.iter().find(|it| it.id == coupon.campaign_id)?;
            Some(CouponView {
                coupon,
                campaign: Arc::new(campaign.clone()),
            })
        });
        Ok(known.then(|| page(disk.mutation, &newest_first(own), |it| it.coupon.id, wanted)))
    }

    async fn orders(
        &self,
        user: UserId,
        wanted: Page<OrderId>,
    ) -> Result<Option<PageOf<Arc<Order>>>, Fault> {
        let known = self.user(user).await?.is_some();
        let disk = self.disk.lock();
        let own = disk.orders().into_iter().filter(|it| it.user_id == user);
        Ok(known.then(|| page(disk.mutation, &newest_first(own), |it| it.id, wanted)))
    }

    async fn order(&self, id: OrderId) -> Result<Option<Arc<Order>>, Fault> {
        let disk = self.disk.lock();
        let newest = disk.orders().last().map(|it| it.id);
        if disk.mutation == Mutation::HidesTheNewestOrder && newest == Some(id) {
            return Ok(None);
        }
        Ok(disk.set.orders.get(&id).ok().flatten().cloned())
    }

    async fn order_by_key(
        &self,
        user: UserId,
        key: IdempotencyKey,
    ) -> Result<Option<Arc<Order>>, Fault> {
        let id = self.disk.lock().orders_by_key.get(&(user, key)).copied();
        match id {
            Some(id) => self.order(id).await,
            None => Ok(None),
        }
    }

    async fn all_orders(&self, wanted: Page<OrderId>) -> Result<PageOf<Arc<Order>>, Fault> {
        Ok(page_above(&self.disk.lock().orders(), |it| it.id, wanted))
    }

    async fn product(&self, id: ProductId) -> Result<Option<Product>, Fault> {
        Ok(self
            .disk
            .lock()
            .set
            .products
            .get(&id)
            .ok()
            .flatten()
            .cloned())
    }

    async fn products(&self, wanted: Page<ProductId>) -> Result<PageOf<Product>, Fault> {
        Ok(page_above(
            &rows(&self.disk.lock().set.products),
            |it| it.id,
            wanted,
        ))
    }

    async fn stock_adjustments(
        &self,
        product: ProductId,
        wanted: Page<AdjustmentId>,
    ) -> Result<Option<PageOf<StockAdjustment>>, Fault> {
        let known = self.product(product).await?.is_some();
        let disk = self.disk.lock();
        let own = disk
            .adjustments
            .iter()
            .filter(|it| it.product_id == product);
        let own: Vec<_> = own.cloned().collect();
        Ok(known.then(|| page(disk.mutation, &own, |it| it.id, wanted)))
    }

    async fn best_sellers(&self, since: Hour, limit: usize) -> Result<Vec<BestSeller>, Fault> {
        let disk = self.disk.lock();
        let mut sums: BTreeMap<ProductId, Sale> = BTreeMap::new();
        for ((hour, product), sale) in &disk.sales {
            if *hour >= since {
                let sum = sums.entry(*product).or_default();
                sum.quantity = sum.quantity.saturating_add(sale.quantity);
                sum.amount = sum.amount.saturating_add(sale.amount);
            }
        }
        let sold = |(product_id, sale): (ProductId, Sale)| {
            let product = disk.set.products.get(&product_id).ok().flatten()?;
            let name = product.name.clone();
            let amount: Money = sale.amount;
            Some(BestSeller {
                product_id,
                name,
                quantity: sale.quantity,
                amount,
            })
        };
        let sums = sums.into_iter().filter(|it| it.1.quantity > Units::ZERO);
        let mut best: Vec<_> = sums.filter_map(sold).collect();
        best.sort_by_key(|it| (std::cmp::Reverse(it.quantity), it.product_id));
        best.truncate(limit);
        Ok(best)
    }

    async fn campaign(&self, id: CampaignId) -> Result<Option<Campaign>, Fault> {
        Ok(self
            .disk
            .lock()
            .set
            .campaigns
            .get(&id)
            .ok()
            .flatten()
            .cloned())
    }

    async fn campaigns(&self, wanted: Page<CampaignId>) -> Result<PageOf<Campaign>, Fault> {
        Ok(page_above(
            &rows(&self.disk.lock().set.campaigns),
            |it| it.id,
            wanted,
        ))
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault> {
        let disk = self.disk.lock();
        let Some(first) = after.checked_add(1) else {
            return Ok(Vec::new());
        };
        let next = disk.events.range(first..).take(limit);
        let told = next.map(|(&sequence, event)| NumberedEvent {
            sequence,
            event: disk.mutation.read_event(&disk.set, event),
        });
        Ok(told.collect())
    }
}
