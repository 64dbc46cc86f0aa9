//! Changes of balances and of stocks.

use jumun_domain::{Entry, EntryKind, StockAdjustment};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Id, Text, Time};

/// A charge or an adjustment that was made.
#[derive(Serialize, ToSchema)]
#[schema(as = Credit)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreditView {
    entry_id: Id,
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 7)]
    user_id: i64,
    /// By how much the balance changed; signed.
    #[schema(minimum = -9007199254740991i64, maximum = 9007199254740991i64, example = 50000)]
    amount: i64,
    /// The balance right after it.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 50000)]
    balance: i64,
}

impl CreditView {
    pub(crate) fn of(entry: &Entry) -> Self {
        Self {
            entry_id: Id(entry.id.0),
            user_id: entry.user_id.get(),
            amount: entry.amount.get(),
            balance: entry.balance_after.get(),
        }
    }
}

/// Why a balance changed.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[schema(as = EntryKind)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum EntryKindView {
    /// Money paid in.
    Charge,
    /// An order paid.
    Payment,
    /// A cancelled order paid back.
    Refund,
    /// A correction by an operator.
    Adjustment,
}

impl From<EntryKind> for EntryKindView {
    fn from(kind: EntryKind) -> Self {
        match kind {
            EntryKind::Charge => Self::Charge,
            EntryKind::Payment => Self::Payment,
            EntryKind::Refund => Self::Refund,
            EntryKind::Adjustment => Self::Adjustment,
        }
    }
}

/// A line of a user's ledger. A user's lines sum to the balance.
#[derive(Serialize, ToSchema)]
#[schema(as = Entry)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EntryView {
    entry_id: Id,
    #[schema(inline)]
    kind: EntryKindView,
    /// Signed: a payment is negative.
    #[schema(minimum = -9007199254740991i64, maximum = 9007199254740991i64, example = -38700)]
    amount: i64,
    /// The balance right after it.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 11300)]
    balance_after: i64,
    /// The order paid or refunded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    order_id: Option<Id>,
    /// The caller's reference of a charge.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, example = "card-4711")]
    reference: Option<Text>,
    /// The operator's reason of an adjustment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    reason: Option<Text>,
    created_at: Time,
}

impl EntryView {
    pub(crate) fn of(entry: &Entry) -> Self {
        Self {
            entry_id: Id(entry.id.0),
            kind: entry.kind.into(),
            amount: entry.amount.get(),
            balance_after: entry.balance_after.get(),
            order_id: entry.order_id.map(|id| Id(id.0)),
            reference: entry.reference.clone().map(Text),
            reason: entry.reason.clone().map(Text),
            created_at: Time(entry.created_at),
        }
    }
}

/// A stock adjustment that was made.
#[derive(Serialize, ToSchema)]
#[schema(as = StockAdjusted)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StockAdjustedView {
    adjustment_id: Id,
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 3)]
    product_id: i64,
    /// By how many pieces; signed.
    #[schema(minimum = -9007199254740991i64, maximum = 9007199254740991i64, example = 20)]
    delta: i64,
    /// The stock right after it.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 120)]
    stock: i64,
}

impl StockAdjustedView {
    pub(crate) fn of(adjustment: &StockAdjustment) -> Self {
        Self {
            adjustment_id: Id(adjustment.id.0),
            product_id: adjustment.product_id.get(),
            delta: adjustment.delta.get(),
            stock: adjustment.stock.get(),
        }
    }
}

/// A line of a product's stock history. The first is the opening stock.
#[derive(Serialize, ToSchema)]
#[schema(as = StockAdjustment)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StockAdjustmentView {
    #[serde(flatten)]
    made: StockAdjustedView,
    /// The operator's reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, example = "delivery 4711")]
    reason: Option<Text>,
    /// Whether this is the stock that the product was created with.
    opening: bool,
    created_at: Time,
}

impl StockAdjustmentView {
    pub(crate) fn of(adjustment: &StockAdjustment) -> Self {
        Self {
            made: StockAdjustedView::of(adjustment),
            reason: adjustment.reason.clone().map(Text),
            opening: adjustment.opening,
            created_at: Time(adjustment.created_at),
        }
    }
}
