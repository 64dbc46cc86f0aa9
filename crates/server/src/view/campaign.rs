//! Campaigns and their coupons.

use jumun_domain::{Campaign, Coupon, Discount, Money};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Id, Text, Time};

/// What a coupon takes off a subtotal.
#[derive(Serialize, ToSchema)]
#[schema(as = Discount)]
#[serde(tag = "type")]
pub(crate) enum DiscountView {
    /// A fixed amount, at most the subtotal.
    #[serde(rename = "FIXED")]
    Fixed {
        #[schema(minimum = 1, maximum = 9007199254740991i64, example = 3000)]
        amount: i64,
    },
    /// A share of the subtotal, rounded down.
    #[serde(rename = "PERCENT", rename_all = "camelCase")]
    Percent {
        #[schema(minimum = 1, maximum = 100, example = 10)]
        percent: u8,
        /// The most that is taken off.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(
            nullable = false,
            minimum = 1,
            maximum = 9007199254740991i64,
            example = 5000
        )]
        max_amount: Option<i64>,
    },
}

impl From<Discount> for DiscountView {
    fn from(discount: Discount) -> Self {
        match discount {
            Discount::Fixed { amount } => Self::Fixed {
                amount: amount.get(),
            },
            Discount::Percent {
                percent,
                max_amount,
            } => Self::Percent {
                percent,
                max_amount: max_amount.map(Money::get),
            },
        }
    }
}

/// A number of coupons for whoever comes first.
#[derive(Serialize, ToSchema)]
#[schema(as = Campaign)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CampaignView {
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 1)]
    campaign_id: i64,
    #[schema(value_type = String, example = "Opening week")]
    name: Text,
    discount: DiscountView,
    /// The least subtotal that its coupons apply to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        minimum = 0,
        maximum = 9007199254740991i64,
        example = 20000
    )]
    minimum_subtotal: Option<i64>,
    /// Inclusive.
    valid_from: Time,
    /// Exclusive.
    valid_until: Time,
    /// How many coupons there are.
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 1000)]
    quantity: i64,
    /// How many have been given out.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 12)]
    issued: i64,
    created_at: Time,
}

impl CampaignView {
    pub(crate) fn of(campaign: &Campaign) -> Self {
        Self {
            campaign_id: campaign.id.get(),
            name: Text(campaign.name.clone()),
            discount: campaign.discount.into(),
            minimum_subtotal: campaign.minimum_subtotal.map(Money::get),
            valid_from: Time(campaign.valid_from),
            valid_until: Time(campaign.valid_until),
            quantity: campaign.quantity.get(),
            issued: campaign.issued.get(),
            created_at: Time(campaign.created_at),
        }
    }
}

/// Whether a coupon can still be used.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum CouponStatus {
    /// No paid order has used it.
    Available,
    /// A paid order has used it.
    Used,
}

/// One user's coupon of a campaign.
#[derive(Serialize, ToSchema)]
#[schema(as = Coupon)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CouponView {
    coupon_id: Id,
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 1)]
    campaign_id: i64,
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 7)]
    user_id: i64,
    /// 1 for the campaign's first winner.
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 12)]
    sequence: i64,
    #[schema(inline)]
    status: CouponStatus,
    /// When a paid order used it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    used_at: Option<Time>,
    /// The paid order that used it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    order_id: Option<Id>,
    /// Inclusive.
    valid_from: Time,
    /// Exclusive.
    valid_until: Time,
    created_at: Time,
}

impl CouponView {
    pub(crate) fn of(coupon: &Coupon, campaign: &Campaign) -> Self {
        let used = coupon.used.as_ref();
        Self {
            coupon_id: Id(coupon.id.0),
            campaign_id: coupon.campaign_id.get(),
            user_id: coupon.user_id.get(),
            sequence: coupon.sequence.get(),
            status: if used.is_some() {
                CouponStatus::Used
            } else {
                CouponStatus::Available
            },
            used_at: used.map(|used| Time(used.at)),
            order_id: used.map(|used| Id(used.order_id.0)),
            valid_from: Time(campaign.valid_from),
            valid_until: Time(campaign.valid_until),
            created_at: Time(coupon.created_at),
        }
    }
}
