//! Which part of a shop's history is exported.

use jumun_domain::OrderId;
use jumun_store::Fault;
use uuid::Uuid;

use jiff::Timestamp;

use crate::database::ShopReader;

/// Milliseconds are the upper 48 bits of a UUIDv7.
const BITS_BELOW_MILLIS: u32 = 80;

/// The greatest id of the milliseconds before `since`: every order and event
/// at `since` or later has a greater one, since an id's time is never behind
/// the clock that it was minted by.
pub(super) fn last_id_before(since: Timestamp) -> Uuid {
    let millis = u128::try_from(since.as_millisecond()).unwrap_or(0);
    let first = millis << BITS_BELOW_MILLIS;
    Uuid::from_u128(first.saturating_sub(1))
}

/// The order to begin after.
pub(super) fn order_before(since: Timestamp) -> OrderId {
    OrderId(last_id_before(since))
}

/// The sequence to begin after: that of an event from before `since`, none of
/// whose predecessors is from after it. Ids rise with the sequence, but for the
/// disorder that the engine tells, so it is found by halving.
///
/// # Errors
///
/// When the database cannot be read.
pub(super) fn sequence_before(
    reader: &dyn ShopReader,
    since: Timestamp,
    last: u64,
) -> Result<u64, Fault> {
    let certain = since.checked_sub(reader.disorder());
    let bound = last_id_before(certain.unwrap_or(Timestamp::MIN));
    // Everything up to `before` is from before, everything above `after` is not.
    let (mut before, mut after) = (0, last);
    while before < after {
        let middle = before + (after - before) / 2;
        match reader.events(middle, 1)?.first() {
            Some(event) if event.event.id.0 <= bound => before = event.sequence,
            _ => after = middle,
        }
    }
    Ok(before)
}

#[cfg(test)]
mod tests {
    use jumun_domain::IdSequence;

    use super::*;

    #[test]
    fn ids_of_a_moment_and_later_are_above_the_bound_and_earlier_ones_below() {
        let since: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
        let bound = last_id_before(since);
        let id_at = |offset_micros| {
            let micros = since.as_microsecond() + offset_micros;
            IdSequence::new(None, 7).next(jumun_domain::Timestamp::from_micros(micros))
        };
        assert!(id_at(0) > bound);
        assert!(id_at(1) > bound);
        assert!(id_at(-1) < bound);
        assert!(id_at(-1_000_000) < bound);
        assert_eq!(
            last_id_before("0001-01-01T00:00:00Z".parse().unwrap()),
            Uuid::nil()
        );
    }
}
