//! Orders and events as rows of CSV.

use std::io::Write;

use jumun_domain::{EventKind, Order};
use jumun_server::{render_order, render_time};
use jumun_store::{NumberedEvent, Shop};

/// The columns of an export of orders.
pub(super) const ORDER_COLUMNS: [&str; 16] = [
    "orderId",
    "userId",
    "status",
    "createdAt",
    "cancelledAt",
    "couponId",
    "subtotal",
    "discount",
    "total",
    "currency",
    "productId",
    "name",
    "quantity",
    "unitPrice",
    "amount",
    "lineDiscount",
];

/// The columns of an export of events.
pub(super) const EVENT_COLUMNS: [&str; 8] = [
    "sequence",
    "id",
    "type",
    "time",
    "source",
    "subject",
    "partitionkey",
    "data",
];

/// One row for each line of the order.
pub(super) fn write_order<W: Write>(
    rows: &mut csv::Writer<W>,
    order: &Order,
    shop: &Shop,
) -> csv::Result<()> {
    let status = if order.cancellation.is_some() {
        "CANCELLED"
    } else {
        "PAID"
    };
    let cancelled_at = order.cancellation.as_ref().map(|it| render_time(it.at));
    let head = [
        order.id.to_string(),
        order.user_id.to_string(),
        status.to_owned(),
        render_time(order.created_at),
        cancelled_at.unwrap_or_default(),
        order.coupon_id.map(|id| id.to_string()).unwrap_or_default(),
        order.subtotal.to_string(),
        order.discount.to_string(),
        order.total.to_string(),
        shop.currency.to_string(),
    ];
    for line in &order.lines {
        let tail = [
            line.product_id.to_string(),
            line.name.to_string(),
            line.quantity.to_string(),
            line.unit_price.to_string(),
            line.amount.to_string(),
            line.discount.to_string(),
        ];
        rows.write_record(head.iter().chain(&tail))?;
    }
    Ok(())
}

/// One row.
pub(super) fn write_event<W: Write>(
    rows: &mut csv::Writer<W>,
    numbered: &NumberedEvent,
    deployment: &str,
    shop: &Shop,
) -> csv::Result<()> {
    let event = &numbered.event;
    let kind = match event.kind {
        EventKind::OrderPaid => "jumun.order.paid",
        EventKind::OrderCancelled => "jumun.order.cancelled",
    };
    let data = render_order(&event.order, shop);
    rows.write_record([
        format!("{:020}", numbered.sequence).as_bytes(),
        event.id.to_string().as_bytes(),
        kind.as_bytes(),
        render_time(event.time).as_bytes(),
        format!("/jumun/{deployment}").as_bytes(),
        event.order.id.to_string().as_bytes(),
        event.order.user_id.to_string().as_bytes(),
        &data,
    ])
}
