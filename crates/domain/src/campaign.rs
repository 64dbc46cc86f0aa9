//! Coupon campaigns and the coupons they give out.

use std::sync::Arc;

use crate::amount::{Money, Units};
use crate::id::{CampaignId, CouponId, OrderId, UserId};
use crate::time::Timestamp;

/// What a coupon takes off a subtotal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Discount {
    /// A fixed amount, at least 1.
    Fixed {
        /// The amount taken off.
        amount: Money,
    },
    /// A share of the subtotal, rounded down.
    Percent {
        /// 1 to 100.
        percent: u8,
        /// The most that is taken off.
        max_amount: Option<Money>,
    },
}

/// A number of coupons for whoever comes first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Campaign {
    /// Numbered by the engine from 1.
    pub id: CampaignId,
    /// The name people know it by.
    pub name: Arc<str>,
    /// What each coupon is worth.
    pub discount: Discount,
    /// The least subtotal it applies to; `None` where none was set.
    pub minimum_subtotal: Option<Money>,
    /// From when it can be taken and used, inclusive.
    pub valid_from: Timestamp,
    /// Until when it can be taken and used, exclusive.
    pub valid_until: Timestamp,
    /// How many coupons there are.
    pub quantity: Units,
    /// How many have been given out; never more than `quantity`.
    pub issued: Units,
    /// When the campaign was created.
    pub created_at: Timestamp,
}

/// One user's coupon of a campaign; a user has at most one of each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Coupon {
    /// Minted by the engine.
    pub id: CouponId,
    /// The campaign it belongs to.
    pub campaign_id: CampaignId,
    /// Who may use it.
    pub user_id: UserId,
    /// 1 for the campaign's first winner.
    pub sequence: Units,
    /// The paid order that used it, while there is one.
    pub used: Option<CouponUse>,
    /// When it was given out.
    pub created_at: Timestamp,
}

/// The use of a coupon by a paid order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CouponUse {
    /// The order that names the coupon.
    pub order_id: OrderId,
    /// When it was used.
    pub at: Timestamp,
}
