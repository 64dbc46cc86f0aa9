//! Every list, in pages of every size.

use std::fmt::Debug;
use std::sync::Arc;

use jumun_domain::limits::MAX_SAFE_INTEGER;
use jumun_domain::{
    AdjustmentId, Campaign, CampaignId, CouponId, Entry, EntryId, Order, OrderId, Product,
    ProductId, StockAdjustment,
};
use uuid::Uuid;

use super::fixtures::{adjust_stock, charge};
use super::read_all::{read_all, there};
use super::trial::Trial;
use crate::{CouponView, Fault, Page, PageOf};

/// Items in each list under test: enough for pages of one, of some and of all,
/// few enough to try every size.
const ITEMS: usize = 13;

/// Reads the list in pages of every size, from its start and after each of its
/// items, and expects `expected`, in order.
async fn check<K: Copy + PartialEq, T: PartialEq + Debug>(
    name: &str,
    expected: &[T],
    key: impl Fn(&T) -> K,
    read: impl AsyncFn(Page<K>) -> Result<PageOf<T>, Fault>,
) {
    for limit in 1..=expected.len() + 1 {
        let all = read_all(limit, &key, &read).await;
        assert_eq!(all, expected, "{name} in pages of {limit}");
        for (index, item) in expected.iter().enumerate() {
            let after = Some(key(item));
            let page = read(Page { after, limit }).await.unwrap();
            let rest = &expected[index + 1..];
            assert_eq!(
                page.items,
                rest[..limit.min(rest.len())],
                "{name} after item {index}"
            );
            assert_eq!(
                page.more,
                rest.len() > limit,
                "{name}: more than {limit} after {index}"
            );
        }
    }
}

/// Expects nothing after keys that are not of the list.
async fn check_foreign<K: Copy + Debug, T: Debug>(
    name: &str,
    foreign: &[K],
    read: impl AsyncFn(Page<K>) -> Result<PageOf<T>, Fault>,
) {
    for &after in foreign {
        let page = read(Page {
            after: Some(after),
            limit: ITEMS,
        })
        .await
        .unwrap();
        assert!(
            page.items.is_empty() && !page.more,
            "{name} after {after:?}: {page:?}"
        );
    }
}

/// Expects a list of the whole shop to go on above keys that it does not hold.
async fn check_between<K: Copy + Ord + Debug, T: PartialEq + Debug>(
    name: &str,
    expected: &[T],
    foreign: &[K],
    key: impl Fn(&T) -> K,
    read: impl AsyncFn(Page<K>) -> Result<PageOf<T>, Fault>,
) {
    for &after in foreign {
        let page = read(Page {
            after: Some(after),
            limit: expected.len(),
        })
        .await
        .unwrap();
        let rest = &expected[expected.partition_point(|it| key(it) < after)..];
        assert_eq!(
            (page.items.as_slice(), page.more),
            (rest, false),
            "{name} after {after:?}"
        );
    }
}

/// An id that no engine has minted; rows with smaller and greater ids are there.
fn unknown_ids(of_another: Uuid) -> [Uuid; 4] {
    let (high, low) = of_another.as_u64_pair();
    [
        Uuid::nil(),
        Uuid::max(),
        Uuid::from_u64_pair(high, low ^ 1),
        of_another,
    ]
}

/// Runs some commands for two users and two products in turn, so that the
/// lists of one lie between the rows of the other.
async fn interleaved(trial: &Trial, users: &[jumun_domain::UserId; 2]) {
    let products = [
        trial.product(10, 1_000).await,
        trial.product(10, 1_000).await,
    ];
    for index in 0..ITEMS {
        let campaign = trial.campaign(1, 5).await;
        for (user, product) in users.iter().zip(products) {
            trial.coupon(campaign.id, *user).await;
            trial.order(*user, &[(product, 1)]).await;
            if index > 0 {
                trial.done(adjust_stock(product, 1)).await;
            }
        }
    }
}

pub(super) async fn a_user_s_lists_are_read_in_pages_of_every_size(trial: &Trial) {
    let users = [trial.user(10_000).await, trial.user(10_000).await];
    interleaved(trial, &users).await;
    let shop = trial.snapshot().await;
    let (view, other) = (shop.user(users[0]), shop.user(users[1]));
    assert_eq!(
        (view.orders.len(), view.coupons.len(), view.entries.len()),
        (ITEMS, ITEMS, ITEMS + 1)
    );
    let (store, id) = (trial.store(), users[0]);

    let foreign = unknown_ids(other.orders[ITEMS / 2].id.0).map(OrderId);
    let key = |it: &Arc<Order>| it.id;
    let read = async |page| there(store.orders(id, page).await);
    check("orders", &view.orders, key, read).await;
    check_foreign("orders", &foreign, read).await;

    let foreign = unknown_ids(other.coupons[ITEMS / 2].coupon.id.0).map(CouponId);
    let key = |it: &CouponView| it.coupon.id;
    let read = async |page| there(store.coupons(id, page).await);
    check("coupons", &view.coupons, key, read).await;
    check_foreign("coupons", &foreign, read).await;

    let foreign = unknown_ids(other.entries[ITEMS / 2].id.0).map(EntryId);
    let key = |it: &Entry| it.id;
    let read = async |page| there(store.entries(id, page).await);
    check("entries", &view.entries, key, read).await;
    check_foreign("entries", &foreign, read).await;
}

pub(super) async fn the_shop_s_lists_are_read_in_pages_of_every_size(trial: &Trial) {
    let users = [trial.user(10_000).await, trial.user(10_000).await];
    interleaved(trial, &users).await;
    let mut gaps = vec![ProductId::new(MAX_SAFE_INTEGER).unwrap()];
    for _ in 0..ITEMS {
        gaps.push(trial.fresh_product_id());
        trial.product(5, 5).await;
    }
    let shop = trial.snapshot().await;
    let store = trial.store();

    // Event ids rise between those of the orders.
    let between = shop.events.iter().map(|it| it.event.id.0);
    let between: Vec<_> = between
        .chain([Uuid::nil(), Uuid::max()])
        .map(OrderId)
        .collect();
    let key = |it: &Arc<Order>| it.id;
    let read = async |page| store.all_orders(page).await;
    check("all orders", &shop.orders, key, read).await;
    check_between("all orders", &shop.orders, &between, key, read).await;

    let products: Vec<_> = shop.products.iter().map(|it| it.product.clone()).collect();
    assert!(products.is_sorted_by(|a, b| a.id < b.id), "products by id");
    let key = |it: &Product| it.id;
    let read = async |page| store.products(page).await;
    check("products", &products, key, read).await;
    check_between("products", &products, &gaps, key, read).await;

    let by_id = shop.campaigns.is_sorted_by(|a, b| a.id < b.id);
    assert!(by_id, "campaigns by id");
    let beyond = [CampaignId::new(ITEMS as i64 + 1).unwrap()];
    let key = |it: &Campaign| it.id;
    let read = async |page| store.campaigns(page).await;
    check("campaigns", &shop.campaigns, key, read).await;
    check_between("campaigns", &shop.campaigns, &beyond, key, read).await;
}

pub(super) async fn a_stock_history_is_read_in_pages_of_every_size(trial: &Trial) {
    let users = [trial.user(10_000).await, trial.user(10_000).await];
    interleaved(trial, &users).await;
    let shop = trial.snapshot().await;
    let store = trial.store();
    let (view, other) = (&shop.products[0], &shop.products[1]);
    assert_eq!(view.adjustments.len(), ITEMS);
    let foreign = unknown_ids(other.adjustments[ITEMS / 2].id.0).map(AdjustmentId);
    let id = view.product.id;
    let key = |it: &StockAdjustment| it.id;
    let read = async |page| there(store.stock_adjustments(id, page).await);
    check("stock adjustments", &view.adjustments, key, read).await;
    check_foreign("stock adjustments", &foreign, read).await;
}

pub(super) async fn events_are_read_after_every_sequence_and_up_to_every_limit(trial: &Trial) {
    let user = trial.user(10_000).await;
    let product = trial.product(10, 1_000).await;
    for _ in 0..ITEMS {
        trial.order(user, &[(product, 1)]).await;
    }
    let events = trial.snapshot().await.events;
    let store = trial.store();
    for limit in 1..=ITEMS + 1 {
        let first = store.events(0, limit).await.unwrap();
        assert_eq!(first, events[..limit.min(ITEMS)], "the first {limit}");
        for (index, event) in events.iter().enumerate() {
            let next = store.events(event.sequence, limit).await.unwrap();
            let rest = &events[index + 1..];
            assert_eq!(
                next,
                rest[..limit.min(rest.len())],
                "{limit} after event {index}"
            );
        }
    }
    let last = events[ITEMS - 1].sequence;
    for beyond in [last, last + 1, i64::MAX as u64, u64::MAX] {
        assert_eq!(
            store.events(beyond, ITEMS).await.unwrap(),
            [],
            "after {beyond}"
        );
    }
}

pub(super) async fn a_page_after_a_key_of_an_unknown_owner_is_none(trial: &Trial) {
    let user = trial.user(100).await;
    let product = trial.product(10, 10).await;
    trial.done(charge(user, 1)).await;
    let order = trial.order(user, &[(product, 1)]).await;
    let shop = trial.snapshot().await;
    let (nobody, nothing) = (trial.fresh_user_id(), trial.fresh_product_id());
    let store = trial.store();
    let entry = shop.user(user).entries[0].id;
    let adjustment = shop.products[0].adjustments[0].id;
    let after = Page {
        after: Some(order.id),
        limit: 5,
    };
    assert_eq!(store.orders(nobody, after).await.unwrap(), None);
    let after = Page {
        after: Some(entry),
        limit: 5,
    };
    assert_eq!(store.entries(nobody, after).await.unwrap(), None);
    let after = Page {
        after: Some(adjustment),
        limit: 5,
    };
    assert_eq!(store.stock_adjustments(nothing, after).await.unwrap(), None);
    let after = Page {
        after: Some(CouponId(order.id.0)),
        limit: 5,
    };
    assert_eq!(store.coupons(nobody, after).await.unwrap(), None);
}
