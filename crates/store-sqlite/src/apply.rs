//! The last step of a batch: write what the working set says has changed.

use std::collections::{BTreeMap, BTreeSet};

use jumun_domain::{Coupon, UserId};
use jumun_store::access::ChangeLine;
use rusqlite::{Connection, params};

use crate::gather::Gathered;
use crate::key::StoredId;
use crate::remembered;
use crate::rows::{campaign, coupon, entry, event, line, order, product, stock_adjustment, user};
use crate::sales::SalesLog;
use crate::storage::StorageError;

/// Writes everything, each table in the order of its keys.
pub(crate) fn apply(
    connection: &Connection,
    gathered: &mut Gathered,
    sales: &mut SalesLog,
) -> Result<(), StorageError> {
    let moved = append(connection, gathered)?;
    write_users(connection, gathered, &moved)?;
    let set = &gathered.set;

    for product in sorted(set.products.inserted()).values() {
        product::insert(connection, product)?;
    }
    let mut update_stock = product::UpdateStock::prepare(connection)?;
    for (id, product) in sorted(set.products.updated()) {
        update_stock.run(product)?;
        if gathered.edited.contains(&id) {
            product::update(connection, product)?;
        }
    }
    for (_, campaign) in set.campaigns.inserted() {
        campaign::insert(connection, campaign)?;
    }
    for (_, campaign) in set.campaigns.updated() {
        campaign::update(connection, campaign)?;
    }
    for coupon in sorted(set.coupons.updated()).values() {
        coupon::update(connection, coupon)?;
    }
    write_purchases(connection, gathered)?;
    sales.append(connection, &set.journal)
}

/// Adds the new rows of the histories, each chained to its user's last one.
/// Returns the users whose chains moved.
fn append(
    connection: &Connection,
    gathered: &mut Gathered,
) -> Result<BTreeSet<UserId>, StorageError> {
    let set = &gathered.set;
    let heads = &mut gathered.heads;
    let mut moved = BTreeSet::new();
    let mut insert = order::Insert::prepare(connection)?;
    for order in &set.journal.placed {
        let head = &mut heads.entry(order.user_id).or_default().order;
        insert.run(order, *head)?;
        *head = Some(StoredId::minted(order.id.0).key);
        moved.insert(order.user_id);
    }
    for order in &set.journal.cancelled {
        order::cancel(connection, order)?;
    }
    let mut insert = entry::Insert::prepare(connection)?;
    for entry in &set.journal.entries {
        let head = &mut heads.entry(entry.user_id).or_default().entry;
        insert.run(entry, *head)?;
        *head = Some(StoredId::minted(entry.id.0).key);
        moved.insert(entry.user_id);
    }
    let coupons: BTreeMap<_, &Coupon> = sorted(set.coupons.inserted());
    for coupon in coupons.values() {
        let head = &mut heads.entry(coupon.user_id).or_default().coupon;
        coupon::insert(connection, coupon, *head)?;
        *head = Some(StoredId::minted(coupon.id.0).key);
        moved.insert(coupon.user_id);
    }
    for adjustment in &set.journal.adjustments {
        stock_adjustment::insert(connection, adjustment)?;
    }
    if !set.journal.events.is_empty() {
        let first = event::next_sequence(connection)?;
        let mut insert = event::Insert::prepare(connection)?;
        for (sequence, event) in (first..).zip(&set.journal.events) {
            insert.run(sequence, event)?;
        }
    }
    for change in &set.journal.changes {
        line::insert(connection, change.id, change.at, &ChangeLine::of(change))?;
    }
    let mut insert = remembered::Insert::prepare(connection)?;
    for (scope, key, remembered) in &set.journal.remembered {
        insert.run(*scope, key, remembered)?;
    }
    Ok(moved)
}

fn write_users(
    connection: &Connection,
    gathered: &Gathered,
    moved: &BTreeSet<UserId>,
) -> Result<(), StorageError> {
    let users = &gathered.set.users;
    let heads = |id| gathered.heads.get(id).copied().unwrap_or_default();
    let inserted = sorted(users.inserted());
    for (id, user) in &inserted {
        user::insert(connection, user, heads(id))?;
    }
    let mut changed: BTreeSet<UserId> = users.updated().map(|(id, _)| *id).collect();
    changed.extend(moved.iter().filter(|id| !inserted.contains_key(id)));
    let mut update = user::Update::prepare(connection)?;
    for id in &changed {
        if let Ok(Some(user)) = users.get(id) {
            update.run(user, heads(id))?;
        }
    }
    Ok(())
}

fn write_purchases(connection: &Connection, gathered: &Gathered) -> Result<(), StorageError> {
    let purchases = &gathered.set.purchases;
    let mut changed: BTreeSet<_> = purchases.updated().map(|(key, _)| *key).collect();
    changed.extend(gathered.counted.iter().copied());
    for key in changed {
        if let Ok(Some(quantity)) = purchases.get(&key) {
            connection
                .prepare_cached(
                    "INSERT INTO purchases (product_id, user_id, quantity) VALUES (?1, ?2, ?3)
                     ON CONFLICT DO UPDATE SET quantity = excluded.quantity",
                )?
                .execute(params![key.0.get(), key.1.get(), quantity.get()])?;
        }
    }
    Ok(())
}

fn sorted<'a, K: Ord + Copy + 'a, V: 'a>(
    rows: impl Iterator<Item = (&'a K, &'a V)>,
) -> BTreeMap<K, &'a V> {
    rows.map(|(key, row)| (*key, row)).collect()
}
