//! The first step of a batch: load every row that it can touch.

use std::collections::{HashMap, HashSet};

use foldhash::fast::FixedState;
use jumun_domain::{Command, Needs, ProductId, Request, Units, UserId, WorkingSet, needs};
use rusqlite::{Connection, params};

use crate::recent_keys::RecentKeys;
use crate::remembered;
use crate::rows::user::Heads;
use crate::rows::{campaign, coupon, optional, order, product, user};
use crate::states::View;
use crate::storage::StorageError;

/// The rows of a batch and of those before it, and what the engine keeps of them
/// for itself.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) set: WorkingSet,
    /// Where each loaded user's chains begin.
    pub(crate) heads: HashMap<UserId, Heads, FixedState>,
    /// Purchases that were counted from the user's orders, since no row holds
    /// them yet: written even if unchanged, so that they are counted once.
    pub(crate) counted: Vec<(ProductId, UserId)>,
    /// Products that a request edits: only theirs is more than a stock to write.
    pub(crate) edited: HashSet<ProductId>,
    /// Users whom a request registers: only theirs is more than a state to write.
    pub(crate) registered: HashSet<UserId>,
    /// Which keys need not be looked up.
    pub(crate) recent_keys: RecentKeys,
}

/// Loads everything that `requests` can touch and that is not there yet.
pub(crate) fn gather(
    view: &View<'_>,
    requests: &[Request],
    gathered: &mut Gathered,
) -> Result<(), StorageError> {
    gathered.counted.clear();
    note_edits(requests, gathered);
    loop {
        let mut missing = Needs::default();
        for request in requests {
            needs(&gathered.set, request, &mut missing);
        }
        if missing.is_empty() {
            return Ok(());
        }
        let may_name_more = missing.can_name_further_rows();
        load(view, gathered, missing)?;
        if !may_name_more {
            return Ok(());
        }
    }
}

fn note_edits(requests: &[Request], gathered: &mut Gathered) {
    gathered.edited.clear();
    gathered.registered.clear();
    for request in requests {
        match &request.command {
            Command::PutProduct(put) => drop(gathered.edited.insert(put.product_id)),
            Command::RegisterUser(register) => {
                gathered.registered.insert(register.user_id);
            }
            _ => {}
        }
    }
}

fn load(view: &View<'_>, gathered: &mut Gathered, missing: Needs) -> Result<(), StorageError> {
    let set = &mut gathered.set;
    let mut find = user::Find::prepare(view)?;
    for id in missing.users {
        let found = find.run(id)?;
        gathered.heads.insert(
            id,
            found.as_ref().map_or_else(Heads::default, |it| it.heads),
        );
        set.users.load(id, found.map(|it| it.user));
    }
    let mut find = product::Find::prepare(view)?;
    for id in missing.products {
        set.products.load(id, find.run(id)?);
    }
    for id in missing.campaigns {
        set.campaigns.load(id, campaign::find(view, id)?);
    }
    for id in missing.coupons {
        set.coupons.load(id, coupon::find(view, id)?);
    }
    for (campaign_id, user_id) in missing.holders {
        let held = coupon::find_by_holder(view, campaign_id, user_id)?;
        set.holders.load((campaign_id, user_id), held);
    }
    for id in missing.orders {
        set.orders.load(id, order::find(view, id)?);
    }
    let mut find = remembered::Find::prepare(view)?;
    for (scope, key) in missing.keys {
        let remembered = if gathered.recent_keys.is_new(&key) {
            None
        } else {
            find.run(scope, &key)?
        };
        set.keys.load((scope, key), remembered);
    }
    if missing.next_campaign {
        set.next_campaign = Some(campaign::next_id(view)?);
    }
    for (product_id, user_id) in missing.purchases {
        let bought = match stored_purchases(view, product_id, user_id)? {
            Some(bought) => bought,
            None => {
                gathered.counted.push((product_id, user_id));
                count_purchases(view, gathered, product_id, user_id)?
            }
        };
        gathered
            .set
            .purchases
            .load((product_id, user_id), Some(bought));
    }
    Ok(())
}

fn stored_purchases(
    connection: &Connection,
    product: ProductId,
    user: UserId,
) -> Result<Option<Units>, StorageError> {
    let mut statement = connection
        .prepare_cached("SELECT quantity FROM purchases WHERE product_id = ?1 AND user_id = ?2")?;
    optional(
        statement.query(params![product.get(), user.get()])?,
        |row| {
            Units::new(row.get(0)?)
                .ok_or_else(|| StorageError::corrupt("purchases", "number out of range"))
        },
    )
}

/// Follows the user's chain of orders back to when the product was created: no
/// older order can name it. Keys tell what is older, whatever the clock did;
/// the key of the opening stock is that of the creation.
fn count_purchases(
    connection: &Connection,
    gathered: &Gathered,
    product_id: ProductId,
    user_id: UserId,
) -> Result<Units, StorageError> {
    let created: Option<i64> = connection
        .prepare_cached("SELECT min(key) FROM stock_adjustments WHERE product_id = ?1")?
        .query_row([product_id.get()], |row| row.get(0))?;
    let mut bought = Units::ZERO;
    let mut next = gathered.heads.get(&user_id).and_then(|heads| heads.order);
    while let Some(key) = next.filter(|key| Some(*key) > created) {
        let found = order::find_by_key(connection, key)?
            .ok_or_else(|| StorageError::corrupt("orders", "a chain is broken"))?;
        if found.order.cancellation.is_none() {
            for line in found
                .order
                .lines
                .iter()
                .filter(|line| line.product_id == product_id)
            {
                bought = bought.saturating_add(line.quantity);
            }
        }
        next = found.previous;
    }
    Ok(bought)
}
