//! An order as it was placed and, perhaps, cancelled.

use std::sync::Arc;

use crate::amount::{Money, Units};
use crate::id::{CouponId, OrderId, ProductId, UserId};
use crate::time::Timestamp;

/// A paid order. Nothing of it changes later but `cancellation`, once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// Minted by the engine.
    pub id: OrderId,
    /// Who ordered and paid.
    pub user_id: UserId,
    /// One line a product, in the order in which the request first named them.
    pub lines: Vec<Line>,
    /// The coupon it used.
    pub coupon_id: Option<CouponId>,
    /// The sum of the lines' amounts.
    pub subtotal: Money,
    /// What the coupon took off; never more than `subtotal`.
    pub discount: Money,
    /// What was paid: `subtotal − discount`.
    pub total: Money,
    /// The user's balance right after the payment.
    pub balance_after: Money,
    /// When it was placed and paid.
    pub created_at: Timestamp,
    /// Set once the order was cancelled and refunded.
    pub cancellation: Option<Cancellation>,
}

/// One product of an order, with name and price as they were then.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The product.
    pub product_id: ProductId,
    /// Its name when it was ordered.
    pub name: Arc<str>,
    /// Pieces, at least 1.
    pub quantity: Units,
    /// The price of one piece when it was ordered.
    pub unit_price: Money,
    /// `unit_price × quantity`.
    pub amount: Money,
    /// This line's share of the order's discount.
    pub discount: Money,
}

/// How and when an order was cancelled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cancellation {
    /// When.
    pub at: Timestamp,
    /// Why, in the operator's words.
    pub reason: Option<Arc<str>>,
    /// Whether the pieces went back on the shelf.
    pub restocked: bool,
}

impl Order {
    /// The order as it was right after the payment, whatever became of it since.
    pub fn as_placed(&self) -> Self {
        Self {
            cancellation: None,
            ..self.clone()
        }
    }
}
