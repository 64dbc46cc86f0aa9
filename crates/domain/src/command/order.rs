//! The commands of an order's life: placed, and perhaps cancelled.

use std::sync::Arc;

use crate::amount::{Money, Units};
use crate::check::{Check, Rule, Violation};
use crate::id::{CouponId, OrderId, ProductId, UserId};
use crate::limits::{MAX_NOTE_CHARS, MAX_ORDER_LINES, MAX_SAFE_INTEGER};

/// Places and pays for an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlaceOrder {
    /// Who orders and pays.
    pub user_id: UserId,
    /// 1 to 100 lines as the request named them; lines of one product are
    /// made one when the order is decided.
    pub lines: Vec<OrderLine>,
    /// The coupon to use.
    pub coupon_id: Option<CouponId>,
    /// The total the shopper was shown; another one rejects the order.
    pub expected_total: Option<Money>,
}

/// A product and how many pieces of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OrderLine {
    /// Which product.
    pub product_id: ProductId,
    /// Pieces, at least 1.
    pub quantity: Units,
}

impl PlaceOrder {
    /// `items` are pairs of product id and quantity as the request holds them.
    ///
    /// # Errors
    ///
    /// No items or more than 100; an id, quantity or total outside its range.
    pub fn new(
        user_id: UserId,
        items: impl ExactSizeIterator<Item = (i64, i64)>,
        coupon_id: Option<CouponId>,
        expected_total: Option<i64>,
    ) -> Result<Self, Vec<Violation>> {
        let mut check = Check::default();
        if items.len() == 0 || items.len() > MAX_ORDER_LINES {
            check.fail(
                "/items",
                Rule::ItemsBetween {
                    min: 1,
                    max: MAX_ORDER_LINES,
                },
            );
        }
        let mut lines = Vec::with_capacity(items.len().min(MAX_ORDER_LINES));
        // What lies beyond the limit is not looked at, so that the answer stays short.
        for (index, (product_id, quantity)) in items.take(MAX_ORDER_LINES).enumerate() {
            match (ProductId::new(product_id), Units::new(quantity)) {
                (Some(product_id), Some(quantity)) if quantity > Units::ZERO => {
                    lines.push(OrderLine {
                        product_id,
                        quantity,
                    });
                }
                _ => {
                    // Pointers are built only for what is wrong.
                    let pointer = |member| format!("/items/{index}/{member}");
                    check.between(&pointer("productId"), product_id, 1, MAX_SAFE_INTEGER);
                    check.between(&pointer("quantity"), quantity, 1, MAX_SAFE_INTEGER);
                }
            }
        }
        let expected_total = expected_total.map(|total| check.money("/expectedTotal", total, 0));
        check.finish(Self {
            user_id,
            lines,
            coupon_id,
            expected_total,
        })
    }
}

/// Cancels an order and pays it back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CancelOrder {
    /// Which order.
    pub order_id: OrderId,
    /// Why.
    pub reason: Option<Arc<str>>,
    /// Whether the pieces go back on the shelf.
    pub restock: bool,
}

impl CancelOrder {
    /// # Errors
    ///
    /// A reason that is empty, too long or holds control characters.
    pub fn new(
        order_id: OrderId,
        reason: Option<&str>,
        restock: bool,
    ) -> Result<Self, Vec<Violation>> {
        let mut check = Check::default();
        let reason = check.optional_text("/reason", reason, MAX_NOTE_CHARS);
        check.finish(Self {
            order_id,
            reason,
            restock,
        })
    }
}
