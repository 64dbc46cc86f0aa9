use std::sync::Arc;

use super::{Stamp, Stop};
use crate::answer::Answer;
use crate::command::CancelOrder;
use crate::event::{Event, EventKind};
use crate::id::{EntryId, EventId};
use crate::ledger::{Entry, EntryKind};
use crate::order::{Cancellation, Order};
use crate::product::Sale;
use crate::rejection::Rejection;
use crate::table::NotLoaded;
use crate::working_set::WorkingSet;

/// Cancels a paid order once: the money comes back as a REFUND entry, the
/// pieces go back on the shelf if asked, the coupon is unused again, and an
/// event tells the platforms. A refund always fits, by the headroom that every
/// credit and every stock adjustment leaves.
pub(super) fn cancel_order(
    set: &mut WorkingSet,
    command: &CancelOrder,
    stamp: &mut Stamp<'_>,
) -> Result<Answer, Stop> {
    let order_id = command.order_id;
    let order = set
        .orders
        .get(&order_id)?
        .ok_or(Rejection::OrderNotFound { order_id })?;
    if order.cancellation.is_some() {
        return Err(Rejection::OrderNotCancellable { order_id }.into());
    }
    let user = set.users.get(&order.user_id)?.ok_or(NotLoaded)?;
    require_what_it_took(set, order)?;
    let balance = user.balance.saturating_add(order.total);
    let cancellation = Cancellation {
        at: stamp.now,
        reason: command.reason.clone(),
        restocked: command.restock,
    };
    let order = Arc::new(Order {
        cancellation: Some(cancellation),
        ..order.as_ref().clone()
    });

    // From here nothing can fail.
    return_pieces(set, &order, command.restock);
    if let Some(coupon_id) = order.coupon_id {
        set.coupons.update(&coupon_id, |coupon| coupon.used = None);
    }
    set.users.update(&order.user_id, |user| {
        user.balance = balance;
        user.paid = user.paid.saturating_sub(order.total);
    });
    set.journal.entries.push(Entry {
        id: EntryId(stamp.ids.next(stamp.now)),
        user_id: order.user_id,
        kind: EntryKind::Refund,
        amount: order.total,
        balance_after: balance,
        order_id: Some(order_id),
        reference: None,
        reason: command.reason.clone(),
        created_at: stamp.now,
    });
    set.journal.events.push(Event {
        id: EventId(stamp.ids.next(stamp.now)),
        kind: EventKind::OrderCancelled,
        order: order.clone(),
        time: stamp.now,
    });
    set.orders.update(&order_id, |row| *row = order.clone());
    set.journal.cancelled.push(order.clone());
    Ok(Answer::OrderCancelled(order))
}

/// Every row that the order took from must be there to give back to: an update
/// of one that was not gathered would be lost without a word.
fn require_what_it_took(set: &WorkingSet, order: &Order) -> Result<(), NotLoaded> {
    for line in &order.lines {
        let product = set.products.get(&line.product_id)?.ok_or(NotLoaded)?;
        if product.counts_purchases {
            set.purchases
                .get(&(line.product_id, order.user_id))?
                .ok_or(NotLoaded)?;
        }
    }
    if let Some(coupon_id) = order.coupon_id {
        set.coupons.get(&coupon_id)?.ok_or(NotLoaded)?;
    }
    Ok(())
}

fn return_pieces(set: &mut WorkingSet, order: &Order, restock: bool) {
    for line in &order.lines {
        set.products.update(&line.product_id, |product| {
            product.sold = product.sold.saturating_sub(line.quantity);
            if restock {
                product.stock = product.stock.saturating_add(line.quantity);
            }
        });
        set.purchases
            .update(&(line.product_id, order.user_id), |bought| {
                *bought = bought.saturating_sub(line.quantity);
            });
        let sale = Sale {
            quantity: line.quantity.negated(),
            amount: line.amount.negated(),
        };
        set.journal.add_sale(order, line.product_id, sale);
    }
}

#[cfg(test)]
mod tests;
