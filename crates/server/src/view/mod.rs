//! What answers look like: one type for each shape of the API.

mod attempt;
mod campaign;
mod delivery;
mod event;
mod ledger;
mod list;
mod order;
mod platform;
mod product;
mod scalar;
mod user;

pub(crate) use campaign::{CampaignView, CouponView};
pub(crate) use delivery::{DeliveryView, DeliveryWithAttemptsView};
pub(crate) use event::{DATA_SCHEMA, EventList, EventView};
pub(crate) use ledger::{CreditView, EntryView, StockAdjustedView, StockAdjustmentView};
pub(crate) use list::List;
pub(crate) use order::{OrderView, QuoteView};
pub(crate) use platform::{PlatformList, PlatformView, ReplayView};
pub(crate) use product::{BestSellerList, BestSellerView, ProductView};
pub(crate) use scalar::{CurrencyCode, Id, Text, Time};
pub(crate) use user::{BalanceView, UserView};

use jumun_domain::{Order, Timestamp};
use jumun_store::{NumberedEvent, Shop};

/// The order as the API shows it, as JSON.
///
/// ```
/// use std::sync::Arc;
/// use jumun_domain::{Money, Order, OrderId, Timestamp, UserId};
/// use jumun_server::render_order;
/// use jumun_store::{Currency, Shop};
///
/// let order = Order {
///     id: OrderId("01937d5e-0000-7000-8000-000000000001".parse().unwrap()),
///     user_id: UserId::new(7).unwrap(),
///     lines: Vec::new(),
///     coupon_id: None,
///     subtotal: Money::ZERO,
///     discount: Money::ZERO,
///     total: Money::ZERO,
///     balance_after: Money::ZERO,
///     created_at: Timestamp::from_micros(0),
///     cancellation: None,
/// };
/// let json = render_order(&order, &Shop { currency: Currency::KRW });
/// assert!(json.starts_with(br#"{"orderId":"01937d5e-0000-7000-8000-000000000001","userId":7"#));
/// ```
pub fn render_order(order: &Order, shop: &Shop) -> Vec<u8> {
    // Plain structs of numbers and texts always serialise.
    serde_json::to_vec(&OrderView::of(order, shop)).unwrap_or_default()
}

/// The event in CloudEvents 1.0 structured mode, as JSON: the one encoding in
/// which the API lists it and every data platform receives it.
pub fn render_event(event: &NumberedEvent, deployment: &str, shop: &Shop) -> Vec<u8> {
    // Plain structs of numbers and texts always serialise.
    serde_json::to_vec(&EventView::of(event, deployment, shop)).unwrap_or_default()
}

/// The instant in RFC 3339, UTC, with six decimals, as the API writes times.
///
/// ```
/// use jumun_domain::Timestamp;
/// use jumun_server::render_time;
///
/// assert_eq!(render_time(Timestamp::from_micros(0)), "1970-01-01T00:00:00.000000Z");
/// ```
pub fn render_time(time: Timestamp) -> String {
    Time(time).to_string()
}
