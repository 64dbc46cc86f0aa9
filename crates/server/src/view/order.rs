//! Orders and quotes.

use jumun_domain::{Line, Money, Order, Quote};
use jumun_store::Shop;
use serde::Serialize;
use utoipa::ToSchema;

use super::{CurrencyCode, Id, Text, Time};
use crate::problem::RejectionView;

/// What has become of an order.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum OrderStatus {
    /// Placed and paid.
    Paid,
    /// Cancelled and refunded.
    Cancelled,
}

/// One product of an order, with name and price as they were then.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderLine)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LineView {
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 3)]
    product_id: i64,
    #[schema(value_type = String, example = "Ceramic mug")]
    name: Text,
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 3)]
    quantity: i64,
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 12900)]
    unit_price: i64,
    /// `unitPrice` × `quantity`.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 38700)]
    amount: i64,
    /// This line's share of the order's discount.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 0)]
    discount: i64,
}

impl From<&Line> for LineView {
    fn from(line: &Line) -> Self {
        Self {
            product_id: line.product_id.get(),
            name: Text(line.name.clone()),
            quantity: line.quantity.get(),
            unit_price: line.unit_price.get(),
            amount: line.amount.get(),
            discount: line.discount.get(),
        }
    }
}

/// A paid order. Nothing of it changes later but a cancel, once.
#[derive(Serialize, ToSchema)]
#[schema(as = Order)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderView {
    order_id: Id,
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 7)]
    user_id: i64,
    #[schema(inline)]
    status: OrderStatus,
    /// One line for each product, in the order in which the request first named them.
    #[schema(min_items = 1, max_items = 100)]
    items: Vec<LineView>,
    /// The coupon it used.
    #[schema(required = true)]
    coupon_id: Option<Id>,
    /// The sum of the lines' amounts.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 38700)]
    subtotal: i64,
    /// What the coupon took off.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 0)]
    discount: i64,
    /// What was paid: `subtotal` − `discount`.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 38700)]
    total: i64,
    currency: CurrencyCode,
    /// The user's balance right after the payment.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 11300)]
    balance_after: i64,
    created_at: Time,
    /// When it was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cancelled_at: Option<Time>,
    /// The reason that the cancel gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, example = "changed my mind")]
    cancel_reason: Option<Text>,
    /// Whether the cancel put the pieces back on the shelf.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    restocked: Option<bool>,
}

impl OrderView {
    pub(crate) fn of(order: &Order, shop: &Shop) -> Self {
        let cancellation = order.cancellation.as_ref();
        Self {
            order_id: Id(order.id.0),
            user_id: order.user_id.get(),
            status: match cancellation {
                Some(_) => OrderStatus::Cancelled,
                None => OrderStatus::Paid,
            },
            items: order.lines.iter().map(LineView::from).collect(),
            coupon_id: order.coupon_id.map(|id| Id(id.0)),
            subtotal: order.subtotal.get(),
            discount: order.discount.get(),
            total: order.total.get(),
            currency: CurrencyCode(shop.currency),
            balance_after: order.balance_after.get(),
            created_at: Time(order.created_at),
            cancelled_at: cancellation.map(|it| Time(it.at)),
            cancel_reason: cancellation.and_then(|it| it.reason.clone()).map(Text),
            restocked: cancellation.map(|it| it.restocked),
        }
    }
}

/// What an order would cost now. It reserves nothing. What cannot be known is `null`.
#[derive(Serialize, ToSchema)]
#[schema(as = Quote)]
pub(crate) struct QuoteView {
    #[schema(
        required = true,
        minimum = 0,
        maximum = 9007199254740991i64,
        example = 38700
    )]
    subtotal: Option<i64>,
    #[schema(
        required = true,
        minimum = 0,
        maximum = 9007199254740991i64,
        example = 0
    )]
    discount: Option<i64>,
    #[schema(
        required = true,
        minimum = 0,
        maximum = 9007199254740991i64,
        example = 38700
    )]
    total: Option<i64>,
    /// The user's balance before the payment.
    #[schema(
        required = true,
        minimum = 0,
        maximum = 9007199254740991i64,
        example = 50000
    )]
    balance: Option<i64>,
    currency: CurrencyCode,
    /// Everything that stands in the way now.
    rejections: Vec<RejectionView>,
}

impl QuoteView {
    pub(crate) fn of(quote: &Quote, shop: &Shop) -> Self {
        Self {
            subtotal: quote.subtotal.map(Money::get),
            discount: quote.discount.map(Money::get),
            total: quote.total.map(Money::get),
            balance: quote.balance.map(Money::get),
            currency: CurrencyCode(shop.currency),
            rejections: RejectionView::all(&quote.rejections),
        }
    }
}
