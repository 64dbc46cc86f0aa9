//! Which rows a request can touch.

use std::collections::BTreeSet;

use crate::command::{Command, PlaceOrder, Request};
use crate::id::{CampaignId, CouponId, OrderId, ProductId, UserId};
use crate::idempotency::{IdempotencyKey, Scope};
use crate::working_set::WorkingSet;

/// Rows still to be loaded, each kind in the order of its keys: locks taken in
/// the order of the fields and of the keys within can never form a cycle.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Needs {
    /// Rows of [`WorkingSet::users`].
    pub users: BTreeSet<UserId>,
    /// Rows of [`WorkingSet::products`].
    pub products: BTreeSet<ProductId>,
    /// Rows of [`WorkingSet::campaigns`].
    pub campaigns: BTreeSet<CampaignId>,
    /// Rows of [`WorkingSet::coupons`].
    pub coupons: BTreeSet<CouponId>,
    /// Rows of [`WorkingSet::holders`].
    pub holders: BTreeSet<(CampaignId, UserId)>,
    /// Rows of [`WorkingSet::orders`].
    pub orders: BTreeSet<OrderId>,
    /// Rows of [`WorkingSet::purchases`].
    pub purchases: BTreeSet<(ProductId, UserId)>,
    /// Rows of [`WorkingSet::keys`].
    pub keys: BTreeSet<(Scope, IdempotencyKey)>,
    /// [`WorkingSet::next_campaign`].
    pub next_campaign: bool,
}

impl Needs {
    /// Whether everything is loaded.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether rows of these kinds can name further ones (a coupon its campaign, a
    /// product that counts its purchases those). Where not, everything is loaded once
    /// these are, and an engine need not ask again.
    pub fn can_name_further_rows(&self) -> bool {
        let Self {
            users: _,
            products,
            campaigns: _,
            coupons,
            holders,
            orders,
            purchases: _,
            keys: _,
            next_campaign: _,
        } = self;
        !(products.is_empty() && coupons.is_empty() && holders.is_empty() && orders.is_empty())
    }
}

/// Adds to `needs` what `request` can touch and `set` lacks.
///
/// Some rows name further ones (a coupon its campaign, an order its user), so
/// an engine loads and asks again until nothing is added; three rounds at most.
///
/// ```
/// use jumun_domain::{
///     Charge, Command, Decision, IdSequence, Needs, Rejection, Request, Stamp, Timestamp, UserId,
///     WorkingSet, decide, needs,
/// };
///
/// let user_id = UserId::new(7).unwrap();
/// let charge = Charge::new(user_id, 50_000, None).unwrap();
/// let request = Request::new(Command::Charge(charge), None);
///
/// let mut set = WorkingSet::default();
/// let mut missing = Needs::default();
/// needs(&set, &request, &mut missing);
/// assert!(missing.users.contains(&user_id));
///
/// // Not in the database: loaded as absent, which is not the same as not loaded.
/// set.users.load(user_id, None);
/// let mut ids = IdSequence::new(None, 42);
/// let mut stamp = Stamp { now: Timestamp::from_micros(0), ids: &mut ids };
/// assert_eq!(
///     decide(&mut set, &request, &mut stamp),
///     Ok(Decision::Rejected(vec![Rejection::UserNotFound { user_id }])),
/// );
/// ```
pub fn needs(set: &WorkingSet, request: &Request, needs: &mut Needs) {
    let scope = match &request.command {
        Command::RegisterUser(it) => {
            user(set, it.user_id, needs);
            None
        }
        Command::Charge(it) => {
            user(set, it.user_id, needs);
            Some(Scope::User(it.user_id))
        }
        Command::AdjustBalance(it) => {
            user(set, it.user_id, needs);
            Some(Scope::User(it.user_id))
        }
        Command::PutProduct(it) => {
            product(set, it.product_id, needs);
            None
        }
        Command::AdjustStock(it) => {
            product(set, it.product_id, needs);
            Some(Scope::Product(it.product_id))
        }
        Command::CreateCampaign(_) => {
            needs.next_campaign |= set.next_campaign.is_none();
            Some(Scope::Campaigns)
        }
        Command::IssueCoupon(it) => {
            user(set, it.user_id, needs);
            campaign(set, it.campaign_id, needs);
            held_coupon(set, (it.campaign_id, it.user_id), needs);
            Some(Scope::User(it.user_id))
        }
        Command::PlaceOrder(it) => {
            place_order(set, it, needs);
            Some(Scope::User(it.user_id))
        }
        Command::CancelOrder(it) => cancel_order(set, it.order_id, needs),
    };
    if let (Some(idempotency), Some(scope)) = (&request.idempotency, scope) {
        let key = (scope, idempotency.key.clone());
        if !set.keys.is_loaded(&key) {
            needs.keys.insert(key);
        }
    }
}

/// Adds to `needs` what the order can touch and `set` lacks, its key aside.
pub(crate) fn place_order(set: &WorkingSet, order: &PlaceOrder, needs: &mut Needs) {
    user(set, order.user_id, needs);
    for line in &order.lines {
        product(set, line.product_id, needs);
        purchases(set, line.product_id, order.user_id, needs);
    }
    if let Some(coupon_id) = order.coupon_id {
        coupon(set, coupon_id, needs);
    }
}

fn cancel_order(set: &WorkingSet, order_id: OrderId, needs: &mut Needs) -> Option<Scope> {
    let Ok(found) = set.orders.get(&order_id) else {
        needs.orders.insert(order_id);
        return None;
    };
    let order = found?;
    user(set, order.user_id, needs);
    for line in &order.lines {
        product(set, line.product_id, needs);
        purchases(set, line.product_id, order.user_id, needs);
    }
    // Not its campaign: whether the coupon is still in date is judged when it is next used.
    if let Some(coupon_id) = order.coupon_id
        && !set.coupons.is_loaded(&coupon_id)
    {
        needs.coupons.insert(coupon_id);
    }
    Some(Scope::User(order.user_id))
}

fn user(set: &WorkingSet, id: UserId, needs: &mut Needs) {
    if !set.users.is_loaded(&id) {
        needs.users.insert(id);
    }
}

fn product(set: &WorkingSet, id: ProductId, needs: &mut Needs) {
    if !set.products.is_loaded(&id) {
        needs.products.insert(id);
    }
}

fn campaign(set: &WorkingSet, id: CampaignId, needs: &mut Needs) {
    if !set.campaigns.is_loaded(&id) {
        needs.campaigns.insert(id);
    }
}

fn coupon(set: &WorkingSet, id: CouponId, needs: &mut Needs) {
    match set.coupons.get(&id) {
        Err(_) => {
            needs.coupons.insert(id);
        }
        Ok(Some(coupon)) => campaign(set, coupon.campaign_id, needs),
        Ok(None) => {}
    }
}

fn held_coupon(set: &WorkingSet, holder: (CampaignId, UserId), needs: &mut Needs) {
    match set.holders.get(&holder) {
        Err(_) => {
            needs.holders.insert(holder);
        }
        Ok(Some(coupon_id)) => coupon(set, *coupon_id, needs),
        Ok(None) => {}
    }
}

fn purchases(set: &WorkingSet, product_id: ProductId, user_id: UserId, needs: &mut Needs) {
    let counted = matches!(set.products.get(&product_id), Ok(Some(it)) if it.counts_purchases);
    if counted && !set.purchases.is_loaded(&(product_id, user_id)) {
        needs.purchases.insert((product_id, user_id));
    }
}
