//! A product and its stock.

use std::sync::Arc;

use crate::amount::{Money, Units};
use crate::entity_tag::EntityTag;
use crate::id::ProductId;
use crate::time::Timestamp;

/// Something for sale.
///
/// `stock` and `sold` together never exceed 2^53 − 1, so that what a cancel
/// puts back always fits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Product {
    /// The caller's id of the product.
    pub id: ProductId,
    /// The name as printed on orders placed from now on.
    pub name: Arc<str>,
    /// The unit price.
    pub price: Money,
    /// Pieces on hand; never below zero.
    pub stock: Units,
    /// Pieces in paid orders that were not cancelled.
    pub sold: Units,
    /// Whether it can be ordered.
    pub active: bool,
    /// How many pieces one user may buy over all paid orders.
    pub max_per_user: Option<Units>,
    /// Whether purchases are counted by user: from the first time a limit is
    /// set, and from then on, so that a limit can come and go without a gap.
    pub counts_purchases: bool,
    /// When the product was first put.
    pub created_at: Timestamp,
}

impl Product {
    /// The tag of the catalogue fields; see [`EntityTag`].
    pub fn entity_tag(&self) -> EntityTag {
        EntityTag::of(self)
    }

    /// The stock after `delta` more pieces; `None` when that would leave no
    /// headroom for the returns that may still come.
    pub fn restocked(&self, delta: Units) -> Option<Units> {
        let stock = self.stock.checked_add(delta)?;
        stock.checked_add(self.sold)?;
        Some(stock)
    }
}

/// A change of the best-seller figures of one product in one hour.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Sale {
    /// Pieces sold, less pieces of cancelled orders.
    pub quantity: Units,
    /// Money before discounts, likewise; held at ±(2^53 − 1).
    pub amount: Money,
}
