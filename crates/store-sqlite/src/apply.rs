//! The last step of a batch: write what the working set says has changed.

use std::collections::BTreeSet;

use jumun_domain::UserId;
use jumun_store::access::ChangeLine;
use rusqlite::{Connection, params};

use crate::gather::Gathered;
use crate::key::StoredId;
use crate::remembered;
use crate::rows::payment::{self, Payment};
use crate::rows::{campaign, coupon, entry, event, line, order, product, stock_adjustment, user};
use crate::sales::SalesLog;
use crate::states::{Changed, LoggedKey, StockState, UserState};
use crate::storage::StorageError;

/// Writes everything, each table in the order of its keys. What is returned is for
/// the log: the new states of users and stocks that exist, and the new keys.
pub(crate) fn apply(
    connection: &Connection,
    gathered: &mut Gathered,
    sales: &mut SalesLog,
) -> Result<Changed, StorageError> {
    let (moved, keys) = append(connection, gathered)?;
    let users = write_users(connection, gathered, moved)?;
    let set = &gathered.set;

    for (_, product) in sorted(set.products.inserted()) {
        product::insert(connection, product)?;
    }
    let mut stocks = Vec::new();
    for (id, product) in set.products.updated() {
        stocks.push((*id, StockState::of(product)));
        if gathered.edited.contains(id) {
            product::update(connection, product)?;
        }
    }
    for (_, campaign) in set.campaigns.inserted() {
        campaign::insert(connection, campaign)?;
    }
    for (_, campaign) in set.campaigns.updated() {
        campaign::update(connection, campaign)?;
    }
    for (_, coupon) in sorted(set.coupons.updated()) {
        coupon::update(connection, coupon)?;
    }
    write_purchases(connection, gathered)?;
    sales.append(connection, &set.journal)?;
    Ok(Changed {
        users,
        stocks,
        keys,
    })
}

/// Adds the new rows of the histories, each chained to its user's last one.
/// Returns the users whose chains moved, some more than once, and the new keys.
fn append(
    connection: &Connection,
    gathered: &mut Gathered,
) -> Result<(Vec<UserId>, Vec<LoggedKey>), StorageError> {
    let set = &gathered.set;
    let heads = &mut gathered.heads;
    let mut moved = Vec::with_capacity(set.journal.entries.len() + set.journal.placed.len());
    let mut insert = order::Insert::prepare(connection)?;
    for order in &set.journal.placed {
        let head = &mut heads.entry(order.user_id).or_default().order;
        insert.run(order, *head)?;
        *head = Some(StoredId::minted(order.id.0).key);
        moved.push(order.user_id);
    }
    for order in &set.journal.cancelled {
        order::cancel(connection, order)?;
    }
    let mut insert = entry::Insert::prepare(connection)?;
    let mut payments = Vec::with_capacity(set.journal.placed.len());
    for entry in &set.journal.entries {
        let head = &mut heads.entry(entry.user_id).or_default().entry;
        match Payment::of(entry, *head) {
            Some(payment) => payments.push(payment),
            None => insert.run(entry, *head)?,
        }
        *head = Some(StoredId::minted(entry.id.0).key);
        moved.push(entry.user_id);
    }
    payment::append(connection, &payments)?;
    for (_, coupon) in sorted(set.coupons.inserted()) {
        let head = &mut heads.entry(coupon.user_id).or_default().coupon;
        coupon::insert(connection, coupon, *head)?;
        *head = Some(StoredId::minted(coupon.id.0).key);
        moved.push(coupon.user_id);
    }
    for adjustment in &set.journal.adjustments {
        stock_adjustment::insert(connection, adjustment)?;
    }
    event::append(connection, &set.journal.events)?;
    for change in &set.journal.changes {
        line::insert(connection, change.id, change.at, &ChangeLine::of(change))?;
    }
    let mut keys = Vec::with_capacity(set.journal.remembered.len());
    for (scope, key, remembered) in &set.journal.remembered {
        let key = remembered::scoped(*scope, key);
        gathered.recent_keys.add(&key.0);
        keys.push((key, remembered::refer(remembered)?));
    }
    Ok((moved, keys))
}

fn write_users(
    connection: &Connection,
    gathered: &Gathered,
    mut moved: Vec<UserId>,
) -> Result<Vec<(UserId, UserState)>, StorageError> {
    let users = &gathered.set.users;
    let heads = |id| gathered.heads.get(&id).copied().unwrap_or_default();
    let inserted = sorted(users.inserted());
    for (id, user) in &inserted {
        user::insert(connection, user, heads(*id))?;
    }
    moved.extend(users.updated().map(|(id, _)| *id));
    moved.sort_unstable();
    moved.dedup();
    let mut states = Vec::with_capacity(moved.len());
    for id in moved {
        let new = inserted.binary_search_by_key(&id, |(id, _)| *id).is_ok();
        if !new && let Ok(Some(user)) = users.get(&id) {
            states.push((id, UserState::of(user, heads(id))));
            if gathered.registered.contains(&id) {
                user::rename(connection, user)?;
            }
        }
    }
    Ok(states)
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
) -> Vec<(K, &'a V)> {
    let mut rows: Vec<_> = rows.map(|(key, row)| (*key, row)).collect();
    rows.sort_unstable_by_key(|(key, _)| *key);
    rows
}
