//! Answers as JSON for whoever shows them without HTTP.

use jumun_domain::{Order, Timestamp};
use jumun_store::access::{ChangeRecord, Token};
use jumun_store::{NumberedEvent, PageOf, Shop, delivery};
use serde::Serialize;

use super::{
    ChangeView, DeliveryView, EventView, List, OrderView, PlatformList, PlatformView, Time,
    TokenView,
};
use crate::extract::Sequence;

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
    json(&OrderView::of(order, shop))
}

/// The event in CloudEvents 1.0 structured mode, as JSON: the one encoding in
/// which the API lists it and every data platform receives it.
pub fn render_event(event: &NumberedEvent, deployment: &str, shop: &Shop) -> Vec<u8> {
    json(&EventView::of(event, deployment, shop))
}

/// The platforms as `GET /platforms` answers them at this time, as JSON.
///
/// ```
/// use jumun_domain::Timestamp;
/// use jumun_server::render_platforms;
///
/// let json = render_platforms(&[], Timestamp::from_micros(0));
/// assert_eq!(json, br#"{"items":[]}"#);
/// ```
pub fn render_platforms(platforms: &[delivery::PlatformView], now: Timestamp) -> Vec<u8> {
    let view = |platform| PlatformView::of(platform, now);
    json(&PlatformList {
        items: platforms.iter().map(view).collect(),
    })
}

/// The deliveries as `GET /platforms/{name}/deliveries` answers them, as JSON.
///
/// ```
/// use jumun_server::render_deliveries;
/// use jumun_store::PageOf;
///
/// let json = render_deliveries(&PageOf { items: Vec::new(), more: false });
/// assert_eq!(json, br#"{"items":[],"nextCursor":null}"#);
/// ```
pub fn render_deliveries(page: &PageOf<delivery::DeliveryView>) -> Vec<u8> {
    let key = |delivery: &delivery::DeliveryView| Sequence::of_event(delivery.sequence);
    json(&List::of(page, key, DeliveryView::of))
}

/// The token as `GET /tokens/{tokenId}` answers it, as JSON: never its secret.
pub fn render_token(token: &Token) -> Vec<u8> {
    json(&TokenView::of(token))
}

/// The change as `GET /changes` lists it, as JSON.
pub fn render_change(change: &ChangeRecord) -> Vec<u8> {
    json(&ChangeView::of(change))
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

fn json(view: &impl Serialize) -> Vec<u8> {
    // Plain structs of numbers and texts always serialise.
    serde_json::to_vec(view).unwrap_or_default()
}
