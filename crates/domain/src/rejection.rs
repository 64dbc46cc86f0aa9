//! What can stand in the way of a command.

use crate::amount::{Money, Units};
use crate::check::Violation;
use crate::id::{CampaignId, CouponId, OrderId, ProductId, UserId};

/// A reason for which a command changed nothing. A rejection is data, not an
/// error: it was decided under the same locks as a success.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Rejection {
    /// The request's values, or its arithmetic, cannot be accepted.
    ValidationFailed(Vec<Violation>),
    /// The key was used before, by another request.
    IdempotencyKeyReused,
    /// No such user.
    UserNotFound {
        /// The user named.
        user_id: UserId,
    },
    /// No such product.
    ProductNotFound {
        /// The product named.
        product_id: ProductId,
    },
    /// The product is not what the edit expects it to be; see
    /// [`Precondition`](crate::Precondition).
    PreconditionFailed {
        /// The product to be edited.
        product_id: ProductId,
    },
    /// The product is not `active`.
    ProductNotForSale {
        /// The product named.
        product_id: ProductId,
    },
    /// Fewer pieces on hand than asked for.
    OutOfStock {
        /// The short product.
        product_id: ProductId,
        /// Pieces asked for.
        requested: Units,
        /// Pieces on hand.
        available: Units,
    },
    /// The user would own more than the product's `max_per_user`.
    PurchaseLimitExceeded {
        /// The limited product.
        product_id: ProductId,
        /// The most a user may buy.
        limit: Units,
        /// Pieces in the user's paid orders.
        bought: Units,
        /// Pieces asked for now.
        requested: Units,
    },
    /// The coupon cannot be used, or cannot be taken now.
    InvalidCoupon {
        /// The coupon named; `None` where there is none yet.
        coupon_id: Option<CouponId>,
        /// The first reason that holds.
        reason: CouponFault,
    },
    /// The balance does not cover it.
    InsufficientBalance {
        /// What would be taken.
        required: Money,
        /// What is there.
        balance: Money,
    },
    /// The total is not the one the shopper was shown.
    PriceChanged {
        /// The total the request named.
        expected_total: Money,
        /// The total as it is now.
        total: Money,
    },
    /// No such order.
    OrderNotFound {
        /// The order named.
        order_id: OrderId,
    },
    /// The order was cancelled before.
    OrderNotCancellable {
        /// The order named.
        order_id: OrderId,
    },
    /// No such campaign.
    CampaignNotFound {
        /// The campaign named.
        campaign_id: CampaignId,
    },
    /// Every coupon of the campaign has been given out.
    CouponSoldOut {
        /// The campaign named.
        campaign_id: CampaignId,
    },
}

/// Why a coupon cannot be used; the first that holds, in this order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CouponFault {
    /// No such coupon.
    NotFound,
    /// It belongs to another user.
    NotOwner,
    /// A paid order has used it.
    AlreadyUsed,
    /// Its campaign has not begun.
    NotYetValid,
    /// Its campaign is over.
    Expired,
    /// The subtotal is below the campaign's minimum.
    MinimumNotMet,
}

impl Rejection {
    /// The stable code of the public contract.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ValidationFailed(_) => "validation-failed",
            Self::IdempotencyKeyReused => "idempotency-key-reused",
            Self::UserNotFound { .. } => "user-not-found",
            Self::ProductNotFound { .. } => "product-not-found",
            Self::PreconditionFailed { .. } => "precondition-failed",
            Self::ProductNotForSale { .. } => "product-not-for-sale",
            Self::OutOfStock { .. } => "out-of-stock",
            Self::PurchaseLimitExceeded { .. } => "purchase-limit-exceeded",
            Self::InvalidCoupon { .. } => "invalid-coupon",
            Self::InsufficientBalance { .. } => "insufficient-balance",
            Self::PriceChanged { .. } => "price-changed",
            Self::OrderNotFound { .. } => "order-not-found",
            Self::OrderNotCancellable { .. } => "order-not-cancellable",
            Self::CampaignNotFound { .. } => "campaign-not-found",
            Self::CouponSoldOut { .. } => "coupon-sold-out",
        }
    }
}

impl CouponFault {
    /// The stable name of the public contract.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::NotOwner => "NOT_OWNER",
            Self::AlreadyUsed => "ALREADY_USED",
            Self::NotYetValid => "NOT_YET_VALID",
            Self::Expired => "EXPIRED",
            Self::MinimumNotMet => "MINIMUM_NOT_MET",
        }
    }
}
