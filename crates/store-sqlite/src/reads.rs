//! The look-ups, in SQL. Each runs in one snapshot.

use std::sync::Arc;

use jumun_domain::{
    AdjustmentId, Campaign, CampaignId, CouponId, Entry, EntryId, Order, OrderId, Product,
    ProductId, StockAdjustment, UserId,
};
use jumun_store::{CouponView, NumberedEvent, Page, PageOf};
use rusqlite::Connection;

use crate::key::StoredId;
use crate::rows::{
    campaign, collect, coupon, entry, event, order, product, stock_adjustment, user,
};
use crate::states::View;
use crate::storage::StorageError;

type Result<T> = std::result::Result<T, StorageError>;

/// One more than asked for, which tells whether there are more.
pub(crate) fn one_more<K>(page: &Page<K>) -> i64 {
    i64::try_from(page.limit).unwrap_or(i64::MAX - 1) + 1
}

/// Follows a chain from `head` (or from what follows `after`) for a page.
/// `find` returns a row and the key of the one before it.
fn follow<T>(
    head: Option<i64>,
    limit: usize,
    find: impl Fn(i64) -> Result<Option<(T, Option<i64>)>>,
) -> Result<PageOf<T>> {
    let mut items = Vec::new();
    let mut next = head;
    while let Some(key) = next {
        if items.len() == limit {
            return Ok(PageOf { items, more: true });
        }
        let (item, previous) =
            find(key)?.ok_or_else(|| StorageError::corrupt("users", "a chain is broken"))?;
        items.push(item);
        next = previous;
    }
    Ok(PageOf { items, more: false })
}

pub(crate) fn orders(
    view: &View<'_>,
    user_id: UserId,
    page: Page<OrderId>,
) -> Result<Option<PageOf<Arc<Order>>>> {
    let Some(user) = user::find(view, user_id)? else {
        return Ok(None);
    };
    let head = match page.after {
        None => user.heads.order,
        Some(id) => match StoredId::of(id.0) {
            Some(stored) => order::find_by_key(view, stored.key)?
                .filter(|found| found.order.id == id && found.order.user_id == user_id)
                .and_then(|found| found.previous),
            None => None,
        },
    };
    follow(head, page.limit, |key| {
        let found = order::find_by_key(view, key)?;
        Ok(found.map(|found| (Arc::new(found.order), found.previous)))
    })
    .map(Some)
}

pub(crate) fn entries(
    view: &View<'_>,
    user_id: UserId,
    page: Page<EntryId>,
) -> Result<Option<PageOf<Entry>>> {
    let Some(user) = user::find(view, user_id)? else {
        return Ok(None);
    };
    let head = match page.after {
        None => user.heads.entry,
        Some(id) => match StoredId::of(id.0) {
            Some(stored) => entry::find_by_key(view, stored.key)?
                .filter(|found| found.entry.id == id && found.entry.user_id == user_id)
                .and_then(|found| found.previous),
            None => None,
        },
    };
    follow(head, page.limit, |key| {
        let found = entry::find_by_key(view, key)?;
        Ok(found.map(|found| (found.entry, found.previous)))
    })
    .map(Some)
}

pub(crate) fn coupons(
    view: &View<'_>,
    user_id: UserId,
    page: Page<CouponId>,
) -> Result<Option<PageOf<CouponView>>> {
    let Some(user) = user::find(view, user_id)? else {
        return Ok(None);
    };
    let head = match page.after {
        None => user.heads.coupon,
        Some(id) => match StoredId::of(id.0) {
            Some(stored) => coupon::find_by_key(view, stored.key)?
                .filter(|found| found.coupon.id == id && found.coupon.user_id == user_id)
                .and_then(|found| found.previous),
            None => None,
        },
    };
    follow(head, page.limit, |key| {
        let Some(found) = coupon::find_by_key(view, key)? else {
            return Ok(None);
        };
        let campaign = campaign::find(view, found.coupon.campaign_id)?
            .ok_or_else(|| StorageError::corrupt("coupons", "its campaign is not there"))?;
        let view = CouponView {
            coupon: found.coupon,
            campaign: Arc::new(campaign),
        };
        Ok(Some((view, found.previous)))
    })
    .map(Some)
}

pub(crate) fn all_orders(
    connection: &Connection,
    page: Page<OrderId>,
) -> Result<PageOf<Arc<Order>>> {
    // The time and counter of any UUID bound the keys after it.
    let after = page.after.map_or(-1, |id| StoredId::minted(id.0).key);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {} FROM orders WHERE key > ?1 ORDER BY key LIMIT ?2",
        order::COLUMNS
    ))?;
    let items = collect(statement.query([after, one_more(&page)])?, |row| {
        Ok(Arc::new(order::decode(row)?.order))
    })?;
    Ok(PageOf::from_one_more(items, page.limit))
}

pub(crate) fn products(view: &View<'_>, page: Page<ProductId>) -> Result<PageOf<Product>> {
    let after = page.after.map_or(0, ProductId::get);
    let items = product::list(view, after, one_more(&page))?;
    Ok(PageOf::from_one_more(items, page.limit))
}

pub(crate) fn campaigns(
    connection: &Connection,
    page: Page<CampaignId>,
) -> Result<PageOf<Campaign>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {} FROM campaigns WHERE campaign_id > ?1 ORDER BY campaign_id LIMIT ?2",
        campaign::COLUMNS
    ))?;
    let after = page.after.map_or(0, CampaignId::get);
    let items = collect(statement.query([after, one_more(&page)])?, campaign::decode)?;
    Ok(PageOf::from_one_more(items, page.limit))
}

pub(crate) fn stock_adjustments(
    view: &View<'_>,
    product_id: ProductId,
    page: Page<AdjustmentId>,
) -> Result<Option<PageOf<StockAdjustment>>> {
    if product::find(view, product_id)?.is_none() {
        return Ok(None);
    }
    let after = match page.after {
        None => -1,
        Some(id) => match StoredId::of(id.0) {
            Some(stored) => match stock_adjustment::find_by_key(view, product_id, stored.key)? {
                Some(found) if found.id == id => stored.key,
                _ => i64::MAX,
            },
            None => i64::MAX,
        },
    };
    let mut statement = view.prepare_cached(&format!(
        "SELECT {} FROM stock_adjustments WHERE product_id = ?1 AND key > ?2 ORDER BY key LIMIT ?3",
        stock_adjustment::COLUMNS
    ))?;
    let rows = statement.query([product_id.get(), after, one_more(&page)])?;
    let items = collect(rows, stock_adjustment::decode)?;
    Ok(Some(PageOf::from_one_more(items, page.limit)))
}

pub(crate) fn events(
    connection: &Connection,
    after: u64,
    limit: usize,
) -> Result<Vec<NumberedEvent>> {
    let Ok(after) = i64::try_from(after) else {
        return Ok(Vec::new());
    };
    event::after(connection, after, limit)
}
