//! Whether a platform has received what it had to.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, ensure};
use jumun_domain::Timestamp;
use uuid::Uuid;

use crate::ledger::Placed;
use crate::receiver::receipt::Receipt;

/// How many receipts were of an event that had come before.
///
/// # Errors
///
/// When an event has two orders or an order two events, or one user's orders
/// have not come in their order.
pub(crate) fn in_order(receipts: &[Receipt]) -> anyhow::Result<u64> {
    let mut events = HashMap::with_capacity(receipts.len());
    let mut orders = HashSet::with_capacity(receipts.len());
    let mut last_of_user: HashMap<u64, u64> = HashMap::new();
    let mut repeats = 0;
    for receipt in receipts {
        let Receipt {
            event,
            order,
            sequence,
            user,
            ..
        } = *receipt;
        if let Some(before) = events.insert(event, (order, sequence)) {
            ensure!(
                before == (order, sequence),
                "event {event} has come again as another"
            );
            repeats += 1;
            continue;
        }
        ensure!(orders.insert(order), "order {order} has two events");
        let last = last_of_user.insert(user, sequence).unwrap_or(0);
        ensure!(
            last < sequence,
            "event {sequence} of user {user} has come after event {last}"
        );
    }
    Ok(repeats)
}

/// For each of these orders how long after its answer its event has come, in
/// microseconds; none where the event was first.
///
/// # Errors
///
/// When the event of one has not come.
pub(crate) fn lags_us<'a>(
    placed: impl Iterator<Item = &'a Placed>,
    receipts: &[Receipt],
) -> anyhow::Result<Vec<u32>> {
    let mut came_at = HashMap::with_capacity(receipts.len());
    for receipt in receipts {
        // Of repeats the first counts.
        came_at.entry(receipt.order).or_insert(receipt.at);
    }
    placed
        .map(|placed| {
            let came_at = came_at
                .get(&placed.order)
                .with_context(|| format!("order {} was placed and never told", placed.order))?;
            let lag = came_at.as_micros() - placed.at.as_micros();
            Ok(u32::try_from(lag.max(0)).unwrap_or(u32::MAX))
        })
        .collect()
}

/// Tries the checks out on receipts as they must not be.
///
/// # Errors
///
/// When a check does not notice.
pub(crate) fn try_out() -> anyhow::Result<()> {
    let receipt = |event: u128, order: u128, sequence, user| Receipt {
        event: Uuid::from_u128(event),
        order: Uuid::from_u128(order),
        sequence,
        user,
        at: Timestamp::from_micros(0),
    };
    let (first, second) = (receipt(1, 11, 1, 7), receipt(2, 12, 2, 7));
    ensure!(
        in_order(&[first, second, first])? == 1,
        "a repeat is not counted"
    );
    let wrong: [&[Receipt]; 4] = [
        &[second, first],
        &[first, receipt(2, 11, 2, 7)],
        &[first, receipt(1, 12, 2, 7)],
        &[first, receipt(2, 12, 1, 7)],
    ];
    for receipts in wrong {
        let is_noticed = in_order(receipts).is_err();
        ensure!(is_noticed, "it is not noticed what is wrong: {receipts:?}");
    }
    let placed = [first, second].map(|it| Placed {
        order: it.order,
        at: Timestamp::from_micros(-5),
    });
    ensure!(lags_us(placed.iter(), &[first, second])? == [5, 5], "lag");
    let is_noticed = lags_us(placed.iter(), &[first]).is_err();
    ensure!(is_noticed, "a lost order is not noticed");
    Ok(())
}
