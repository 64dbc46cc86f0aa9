mod assess;

use std::sync::Arc;

use self::assess::assess;
use super::{Stamp, Stop};
use crate::amount::Money;
use crate::answer::{Answer, Quote};
use crate::campaign::CouponUse;
use crate::command::PlaceOrder;
use crate::discount::spread;
use crate::event::{Event, EventKind};
use crate::id::{EntryId, EventId, OrderId};
use crate::ledger::{Entry, EntryKind};
use crate::order::{Line, Order};
use crate::product::Sale;
use crate::table::NotLoaded;
use crate::time::Timestamp;
use crate::working_set::WorkingSet;

/// Takes stock, uses the coupon, deducts the balance and stores the order with
/// its lines, its ledger entry and its event; or changes nothing and reports
/// everything that stood in the way.
pub(super) fn place_order(
    set: &mut WorkingSet,
    command: &PlaceOrder,
    stamp: &mut Stamp<'_>,
) -> Result<Answer, Stop> {
    let assessment = assess(set, command, stamp.now)?;
    if !assessment.rejections.is_empty() {
        return Err(Stop::Rejected(assessment.rejections));
    }
    // Without a rejection, user and products are known and so is every figure.
    let known = (
        assessment.subtotal,
        assessment.discount,
        assessment.total,
        assessment.balance,
    );
    let (Some(subtotal), Some(discount), Some(total), Some(balance)) = known else {
        return Err(NotLoaded.into());
    };
    let lines = share_discount(assessment.lines, discount);

    // From here nothing can fail: stock and balance cover the order, and what
    // was taken counts against the headroom that it came from.
    let order = Arc::new(Order {
        id: OrderId(stamp.ids.next(stamp.now)),
        user_id: command.user_id,
        lines,
        coupon_id: command.coupon_id,
        subtotal,
        discount,
        total,
        balance_after: balance.saturating_sub(total),
        created_at: stamp.now,
        cancellation: None,
    });
    take_stock(set, &order);
    if let Some(coupon_id) = order.coupon_id {
        let used = CouponUse {
            order_id: order.id,
            at: stamp.now,
        };
        set.coupons
            .update(&coupon_id, |coupon| coupon.used = Some(used));
    }
    set.users.update(&order.user_id, |user| {
        user.balance = order.balance_after;
        user.paid = user.paid.saturating_add(total);
    });
    set.journal.entries.push(Entry {
        id: EntryId(stamp.ids.next(stamp.now)),
        user_id: order.user_id,
        kind: EntryKind::Payment,
        amount: total.negated(),
        balance_after: order.balance_after,
        order_id: Some(order.id),
        reference: None,
        reason: None,
        created_at: stamp.now,
    });
    set.journal.events.push(Event {
        id: EventId(stamp.ids.next(stamp.now)),
        kind: EventKind::OrderPaid,
        order: order.clone(),
        time: stamp.now,
    });
    set.orders.insert(order.id, order.clone());
    set.journal.placed.push(order.clone());
    Ok(Answer::OrderPlaced(order))
}

/// What the order would cost now and what would stand in its way.
pub(super) fn quote(
    set: &WorkingSet,
    command: &PlaceOrder,
    now: Timestamp,
) -> Result<Quote, NotLoaded> {
    match assess(set, command, now) {
        Ok(it) => Ok(Quote {
            subtotal: it.subtotal,
            discount: it.discount,
            total: it.total,
            balance: it.balance,
            rejections: it.rejections,
        }),
        Err(Stop::Rejected(rejections)) => Ok(Quote {
            subtotal: None,
            discount: None,
            total: None,
            balance: None,
            rejections,
        }),
        Err(Stop::NotLoaded(fault)) => Err(fault),
    }
}

fn share_discount(mut lines: Vec<Line>, discount: Money) -> Vec<Line> {
    if discount == Money::ZERO {
        return lines;
    }
    let amounts: Vec<_> = lines.iter().map(|line| line.amount).collect();
    for (line, part) in lines.iter_mut().zip(spread(discount, &amounts)) {
        line.discount = part;
    }
    lines
}

fn take_stock(set: &mut WorkingSet, order: &Order) {
    for line in &order.lines {
        set.products.update(&line.product_id, |product| {
            product.stock = product.stock.saturating_sub(line.quantity);
            product.sold = product.sold.saturating_add(line.quantity);
        });
        // Present only where the product counts purchases.
        set.purchases
            .update(&(line.product_id, order.user_id), |bought| {
                *bought = bought.saturating_add(line.quantity);
            });
        let sale = Sale {
            quantity: line.quantity,
            amount: line.amount,
        };
        set.journal.add_sale(order, line.product_id, sale);
    }
}

#[cfg(test)]
mod tests;
