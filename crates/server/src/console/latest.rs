//! The newest orders, and those of today.
//!
//! The list of all orders goes on above any id, and ids begin with their time:
//! so the orders since a moment are a page that begins at an id of that moment.

use std::sync::Arc;

use jumun_domain::{Order, OrderId, Timestamp};
use jumun_store::{Fault, Page, Store};
use uuid::Uuid;

/// The first look goes back this far, since a busy shop has many orders in it.
const FIRST_WINDOW_MILLIS: i64 = 1_000;

/// How much farther the next look goes back: after few looks, all of the past.
const WIDEN_BY: i64 = 16;

/// Rows of one read.
const ROWS: usize = 200;

/// Reads of one window, at the most: it held less than was wanted when it was a
/// sixteenth as wide, so it holds few, unless a burst came.
const MAX_READS: usize = 8;

/// The orders that are counted for a figure of one day; beyond them it says "more".
pub(super) const MAX_COUNTED: usize = 1_000;

/// The newest orders, newest first.
pub(super) async fn newest(
    store: &dyn Store,
    now: Timestamp,
    wanted: usize,
) -> Result<Vec<Arc<Order>>, Fault> {
    let mut back_millis = FIRST_WINDOW_MILLIS;
    loop {
        let since = now.as_millis() - back_millis;
        let mut orders = since_millis(store, since.max(0)).await?;
        if orders.len() >= wanted || since <= 0 {
            orders.reverse();
            orders.truncate(wanted);
            return Ok(orders);
        }
        back_millis = back_millis.saturating_mul(WIDEN_BY);
    }
}

/// How many orders there are since then; at most [`MAX_COUNTED`].
pub(super) async fn count_since(store: &dyn Store, since: Timestamp) -> Result<usize, Fault> {
    let page = Page {
        after: first_id(since.as_millis()),
        limit: MAX_COUNTED,
    };
    Ok(store.all_orders(page).await?.items.len())
}

/// Orders since then, oldest first; the last of them where there are too many.
async fn since_millis(store: &dyn Store, millis: i64) -> Result<Vec<Arc<Order>>, Fault> {
    let mut after = first_id(millis);
    let mut orders = Vec::new();
    for _ in 0..MAX_READS {
        let page = store.all_orders(Page { after, limit: ROWS }).await?;
        after = page.items.last().map(|order| order.id);
        orders.extend(page.items);
        if !page.more {
            break;
        }
    }
    Ok(orders)
}

/// The least id of this millisecond; `None` for the beginning of all.
fn first_id(millis: i64) -> Option<OrderId> {
    let millis = u128::try_from(millis).ok().filter(|millis| *millis > 0)?;
    // RFC 9562, section 5.7: 48 bits of milliseconds, then version and variant.
    let version_and_variant = (0x7 << 76) | (0b10 << 62);
    Some(OrderId(Uuid::from_u128(millis << 80 | version_and_variant)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_id_of_a_time_is_a_uuid_of_that_time() {
        let id = first_id(1_763_632_800_123).unwrap().0;
        assert_eq!(id.get_version_num(), 7);
        let seconds = id.get_timestamp().unwrap().to_unix();
        assert_eq!(seconds, (1_763_632_800, 123_000_000));
        assert_eq!((first_id(0), first_id(-1)), (None, None));
    }
}
