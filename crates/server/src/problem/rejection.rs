//! What stood in the way of a command, as JSON.

use jumun_domain::{CouponFault, Rejection};
use serde::Serialize;
use utoipa::ToSchema;

use crate::view::Id;

/// One reason for which nothing was changed; `code` says which members there are.
#[derive(Serialize, ToSchema)]
#[schema(as = Rejection)]
#[serde(tag = "code")]
pub(crate) enum RejectionView {
    #[serde(rename = "idempotency-key-reused")]
    IdempotencyKeyReused,
    #[serde(rename = "user-not-found", rename_all = "camelCase")]
    UserNotFound { user_id: i64 },
    #[serde(rename = "product-not-found", rename_all = "camelCase")]
    ProductNotFound { product_id: i64 },
    #[serde(rename = "precondition-failed", rename_all = "camelCase")]
    PreconditionFailed { product_id: i64 },
    #[serde(rename = "product-not-for-sale", rename_all = "camelCase")]
    ProductNotForSale { product_id: i64 },
    #[serde(rename = "out-of-stock", rename_all = "camelCase")]
    OutOfStock {
        product_id: i64,
        requested: i64,
        available: i64,
    },
    #[serde(rename = "purchase-limit-exceeded", rename_all = "camelCase")]
    PurchaseLimitExceeded {
        product_id: i64,
        limit: i64,
        bought: i64,
        requested: i64,
    },
    #[serde(rename = "invalid-coupon", rename_all = "camelCase")]
    InvalidCoupon {
        #[schema(required = true)]
        coupon_id: Option<Id>,
        reason: CouponReason,
    },
    #[serde(rename = "insufficient-balance")]
    InsufficientBalance { required: i64, balance: i64 },
    #[serde(rename = "price-changed", rename_all = "camelCase")]
    PriceChanged { expected_total: i64, total: i64 },
    #[serde(rename = "order-not-found", rename_all = "camelCase")]
    OrderNotFound { order_id: Id },
    #[serde(rename = "order-not-cancellable", rename_all = "camelCase")]
    OrderNotCancellable { order_id: Id },
    #[serde(rename = "campaign-not-found", rename_all = "camelCase")]
    CampaignNotFound { campaign_id: i64 },
    #[serde(rename = "coupon-sold-out", rename_all = "camelCase")]
    CouponSoldOut { campaign_id: i64 },
}

/// Why a coupon cannot be used or taken: the first of these that holds.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum CouponReason {
    NotFound,
    NotOwner,
    AlreadyUsed,
    NotYetValid,
    Expired,
    MinimumNotMet,
}

impl From<CouponFault> for CouponReason {
    fn from(fault: CouponFault) -> Self {
        match fault {
            CouponFault::NotFound => Self::NotFound,
            CouponFault::NotOwner => Self::NotOwner,
            CouponFault::AlreadyUsed => Self::AlreadyUsed,
            CouponFault::NotYetValid => Self::NotYetValid,
            CouponFault::Expired => Self::Expired,
            CouponFault::MinimumNotMet => Self::MinimumNotMet,
        }
    }
}

impl RejectionView {
    /// `None` for a failed validation, which is told in `errors`.
    pub(crate) fn of(rejection: &Rejection) -> Option<Self> {
        Some(match *rejection {
            Rejection::ValidationFailed(_) => return None,
            Rejection::IdempotencyKeyReused => Self::IdempotencyKeyReused,
            Rejection::UserNotFound { user_id } => Self::UserNotFound {
                user_id: user_id.get(),
            },
            Rejection::ProductNotFound { product_id } => Self::ProductNotFound {
                product_id: product_id.get(),
            },
            Rejection::PreconditionFailed { product_id } => Self::PreconditionFailed {
                product_id: product_id.get(),
            },
            Rejection::ProductNotForSale { product_id } => Self::ProductNotForSale {
                product_id: product_id.get(),
            },
            Rejection::OutOfStock {
                product_id,
                requested,
                available,
            } => Self::OutOfStock {
                product_id: product_id.get(),
                requested: requested.get(),
                available: available.get(),
            },
            Rejection::PurchaseLimitExceeded {
                product_id,
                limit,
                bought,
                requested,
            } => Self::PurchaseLimitExceeded {
                product_id: product_id.get(),
                limit: limit.get(),
                bought: bought.get(),
                requested: requested.get(),
            },
            Rejection::InvalidCoupon { coupon_id, reason } => Self::InvalidCoupon {
                coupon_id: coupon_id.map(|id| Id(id.0)),
                reason: reason.into(),
            },
            Rejection::InsufficientBalance { required, balance } => Self::InsufficientBalance {
                required: required.get(),
                balance: balance.get(),
            },
            Rejection::PriceChanged {
                expected_total,
                total,
            } => Self::PriceChanged {
                expected_total: expected_total.get(),
                total: total.get(),
            },
            Rejection::OrderNotFound { order_id } => Self::OrderNotFound {
                order_id: Id(order_id.0),
            },
            Rejection::OrderNotCancellable { order_id } => Self::OrderNotCancellable {
                order_id: Id(order_id.0),
            },
            Rejection::CampaignNotFound { campaign_id } => Self::CampaignNotFound {
                campaign_id: campaign_id.get(),
            },
            Rejection::CouponSoldOut { campaign_id } => Self::CouponSoldOut {
                campaign_id: campaign_id.get(),
            },
        })
    }

    /// The views of all that can be listed.
    pub(crate) fn all(rejections: &[Rejection]) -> Vec<Self> {
        rejections.iter().filter_map(Self::of).collect()
    }
}
