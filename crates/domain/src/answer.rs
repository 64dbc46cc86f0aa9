//! What a command is answered.

use std::sync::Arc;

use crate::amount::Money;
use crate::campaign::{Campaign, Coupon};
use crate::ledger::{Entry, StockAdjustment};
use crate::order::Order;
use crate::product::Product;
use crate::rejection::Rejection;
use crate::user::User;

/// What a command did, with all that its answer shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// A user was registered or renamed.
    User {
        /// The user as it is now.
        user: User,
        /// Whether this was the first time.
        created: bool,
    },
    /// A balance was charged or adjusted.
    Credited(Entry),
    /// A product was created or replaced.
    Product {
        /// The product as it is now.
        product: Product,
        /// Whether this was the first time.
        created: bool,
    },
    /// A stock was adjusted.
    StockAdjusted(StockAdjustment),
    /// A campaign was created.
    CampaignCreated(Campaign),
    /// A coupon was given out, or was held already.
    Coupon {
        /// The coupon as it was when this was answered.
        coupon: Coupon,
        /// Its campaign.
        campaign: Arc<Campaign>,
        /// Whether it was given out by this request.
        created: bool,
    },
    /// An order was placed and paid.
    OrderPlaced(Arc<Order>),
    /// An order was cancelled and refunded.
    OrderCancelled(Arc<Order>),
}

/// The outcome of [`crate::decide`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decision {
    /// It was done now; the working set holds the changes.
    Done(Answer),
    /// It was done before under the same key; nothing changed now.
    Replayed(Answer),
    /// Nothing was changed. Never empty; the first names the answer.
    Rejected(Vec<Rejection>),
}

/// What an order would cost now; what cannot be known is `None`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quote {
    /// The sum of the lines.
    pub subtotal: Option<Money>,
    /// What the coupon would take off.
    pub discount: Option<Money>,
    /// What would be paid.
    pub total: Option<Money>,
    /// The user's balance before the payment.
    pub balance: Option<Money>,
    /// Everything that stands in the way now.
    pub rejections: Vec<Rejection>,
}
