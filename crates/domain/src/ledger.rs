//! The two append-only histories: of a user's money and of a product's stock.

use std::sync::Arc;

use crate::amount::{Money, Units};
use crate::id::{AdjustmentId, EntryId, OrderId, ProductId, UserId};
use crate::time::Timestamp;

/// Why a balance changed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum EntryKind {
    /// Money paid in.
    Charge,
    /// An order paid; the amount is negative or zero.
    Payment,
    /// A cancelled order paid back.
    Refund,
    /// A correction by an operator.
    Adjustment,
}

/// One change of a user's balance. A user's entries sum to the balance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Minted by the engine.
    pub id: EntryId,
    /// Whose balance.
    pub user_id: UserId,
    /// Why.
    pub kind: EntryKind,
    /// By how much; signed.
    pub amount: Money,
    /// The balance right after it.
    pub balance_after: Money,
    /// The order paid or refunded.
    pub order_id: Option<OrderId>,
    /// The caller's reference of a charge.
    pub reference: Option<Arc<str>>,
    /// The operator's reason of an adjustment.
    pub reason: Option<Arc<str>>,
    /// When.
    pub created_at: Timestamp,
}

/// One change of a product's stock by hand. The first is the opening stock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StockAdjustment {
    /// Minted by the engine.
    pub id: AdjustmentId,
    /// Whose stock.
    pub product_id: ProductId,
    /// By how many pieces; signed.
    pub delta: Units,
    /// The stock right after it.
    pub stock: Units,
    /// The operator's reason.
    pub reason: Option<Arc<str>>,
    /// Whether this is the stock the product was created with.
    pub opening: bool,
    /// When.
    pub created_at: Timestamp,
}
