//! The last step of a batch: send what the working set says has changed.

use std::collections::{BTreeMap, BTreeSet};

use jumun_domain::{Coupon, Entry, Order, UserId};
use uuid::Uuid;

use crate::clock::Minted;
use crate::gather::Gathered;
use crate::pipeline::Pipeline;
use crate::remembered;
use crate::rows::product::Products;
use crate::rows::user::Users;
use crate::rows::{campaign, change, coupon, entry, order, purchase, stock_adjustment};
use crate::storage::StorageError;

/// Sends every write of what was decided, none where nothing changed.
/// `minted` are the batch's ids.
///
/// # Errors
///
/// Rows that cannot be written, which does not happen.
pub(crate) fn apply(
    pipeline: &mut Pipeline<'_>,
    gathered: &mut Gathered,
    minted: Minted,
) -> Result<(), StorageError> {
    let moved = append(pipeline, gathered)?;
    write_users(pipeline, gathered, &moved, minted.last);
    write_products(pipeline, gathered, minted);
    let set = &gathered.set;
    let inserted: Vec<_> = sorted(set.campaigns.inserted()).into_values().collect();
    campaign::insert(pipeline, &inserted);
    let updated: Vec<_> = sorted(set.campaigns.updated()).into_values().collect();
    campaign::update(pipeline, &updated);
    let updated: Vec<_> = sorted(set.coupons.updated()).into_values().collect();
    coupon::update(pipeline, &updated);
    write_purchases(pipeline, gathered);
    change::insert(pipeline, &set.journal.changes);
    remembered::insert(pipeline, &set.journal.remembered)
}

/// Adds the new rows of the histories, each chained to its user's last one.
/// Returns the users whose chains moved.
fn append(
    pipeline: &mut Pipeline<'_>,
    gathered: &mut Gathered,
) -> Result<BTreeSet<UserId>, StorageError> {
    let set = &gathered.set;
    let heads = &mut gathered.heads;
    let mut moved = BTreeSet::new();

    let mut orders: Vec<(&Order, Option<Uuid>)> = Vec::with_capacity(set.journal.placed.len());
    for order in &set.journal.placed {
        let head = &mut heads.entry(order.user_id).or_default().order;
        orders.push((order, head.replace(order.id.0)));
        moved.insert(order.user_id);
    }
    order::insert(pipeline, &orders)?;
    order::cancel(pipeline, &set.journal.cancelled)?;

    let mut entries: Vec<(&Entry, Option<Uuid>)> = Vec::with_capacity(set.journal.entries.len());
    for entry in &set.journal.entries {
        let head = &mut heads.entry(entry.user_id).or_default().entry;
        entries.push((entry, head.replace(entry.id.0)));
        moved.insert(entry.user_id);
    }
    entry::insert(pipeline, &entries);

    let mut coupons: Vec<(&Coupon, Option<Uuid>)> = Vec::new();
    for coupon in sorted(set.coupons.inserted()).into_values() {
        let head = &mut heads.entry(coupon.user_id).or_default().coupon;
        coupons.push((coupon, head.replace(coupon.id.0)));
        moved.insert(coupon.user_id);
    }
    coupon::insert(pipeline, &coupons);

    stock_adjustment::insert(pipeline, &set.journal.adjustments);
    Ok(moved)
}

fn write_users(
    pipeline: &mut Pipeline<'_>,
    gathered: &Gathered,
    moved: &BTreeSet<UserId>,
    position: u64,
) {
    let users = &gathered.set.users;
    let heads = |id| gathered.heads.get(id).copied().unwrap_or_default();
    let inserted = sorted(users.inserted());
    let mut to_insert = Users::default();
    for (id, user) in &inserted {
        to_insert.push(user, heads(id), position);
    }
    to_insert.insert(pipeline);

    let mut changed: BTreeSet<UserId> = users.updated().map(|(id, _)| *id).collect();
    changed.extend(moved.iter().filter(|id| !inserted.contains_key(id)));
    let mut to_update = Users::default();
    for id in &changed {
        if let Ok(Some(user)) = users.get(id) {
            to_update.push(user, heads(id), position);
        }
    }
    to_update.update(pipeline);
}

fn write_products(pipeline: &mut Pipeline<'_>, gathered: &Gathered, minted: Minted) {
    let products = &gathered.set.products;
    let mut to_insert = Products::default();
    for product in sorted(products.inserted()).values() {
        to_insert.push(product, minted);
    }
    to_insert.insert(pipeline);

    let mut to_update = Products::default();
    for product in sorted(products.updated()).values() {
        to_update.push(product, minted);
    }
    to_update.update(pipeline);
}

fn write_purchases(pipeline: &mut Pipeline<'_>, gathered: &Gathered) {
    let purchases = &gathered.set.purchases;
    let mut changed: BTreeSet<_> = purchases.updated().map(|(key, _)| *key).collect();
    changed.extend(gathered.counted.iter().copied());
    let counts: Vec<_> = changed
        .into_iter()
        .filter_map(|key| Some((key, *purchases.get(&key).ok().flatten()?)))
        .collect();
    purchase::upsert(pipeline, &counts);
}

fn sorted<'a, K: Ord + Copy + 'a, V: 'a>(
    rows: impl Iterator<Item = (&'a K, &'a V)>,
) -> BTreeMap<K, &'a V> {
    rows.map(|(key, row)| (*key, row)).collect()
}
