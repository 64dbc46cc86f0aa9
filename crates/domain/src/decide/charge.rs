use std::sync::Arc;

use super::{Stamp, Stop, out_of_range};
use crate::amount::Money;
use crate::answer::Answer;
use crate::command::Charge;
use crate::id::{EntryId, UserId};
use crate::ledger::{Entry, EntryKind};
use crate::rejection::Rejection;
use crate::working_set::WorkingSet;

/// Adds money to a balance and writes a CHARGE entry. The user must exist and
/// there must be headroom for every refund that may still come.
pub(super) fn charge(
    set: &mut WorkingSet,
    command: &Charge,
    stamp: &mut Stamp<'_>,
) -> Result<Answer, Stop> {
    let user_id = command.user_id;
    let user = set
        .users
        .get(&user_id)?
        .ok_or(Rejection::UserNotFound { user_id })?;
    let balance = user
        .credited(command.amount)
        .ok_or_else(|| out_of_range("/amount"))?;

    // From here nothing can fail.
    let change = Change {
        user_id,
        kind: EntryKind::Charge,
        amount: command.amount,
        balance,
        reference: command.reference.clone(),
        reason: None,
    };
    Ok(Answer::Credited(credit(set, change, stamp)))
}

/// A decided change of a balance that no order caused.
pub(super) struct Change {
    pub(super) user_id: UserId,
    pub(super) kind: EntryKind,
    pub(super) amount: Money,
    pub(super) balance: Money,
    pub(super) reference: Option<Arc<str>>,
    pub(super) reason: Option<Arc<str>>,
}

/// Writes the balance and its ledger entry.
pub(super) fn credit(set: &mut WorkingSet, change: Change, stamp: &mut Stamp<'_>) -> Entry {
    let entry = Entry {
        id: EntryId(stamp.ids.next(stamp.now)),
        user_id: change.user_id,
        kind: change.kind,
        amount: change.amount,
        balance_after: change.balance,
        order_id: None,
        reference: change.reference,
        reason: change.reason,
        created_at: stamp.now,
    };
    set.users
        .update(&change.user_id, |user| user.balance = change.balance);
    set.journal.entries.push(entry.clone());
    entry
}

#[cfg(test)]
mod tests {
    use crate::amount::Money;
    use crate::answer::Answer;
    use crate::command::Charge;
    use crate::decide::testing::*;
    use crate::ledger::EntryKind;

    #[test]
    fn a_charge_adds_to_the_balance_and_writes_its_entry() {
        let mut shop = Shop::new();
        shop.given_user(1, 40);
        let Answer::Credited(entry) = shop.done(Charge::new(user(1), 2, Some("card 7")).unwrap())
        else {
            panic!("another answer");
        };
        assert_eq!(
            (entry.kind, entry.amount, entry.balance_after),
            (EntryKind::Charge, money(2), money(42))
        );
        assert_eq!((entry.user_id, entry.order_id), (user(1), None));
        assert_eq!(
            (entry.reference.as_deref(), entry.reason),
            (Some("card 7"), None)
        );
        assert_eq!(entry.created_at, shop.now);
        assert_eq!(shop.balance(1), 42);
        assert_eq!(
            shop.set.journal.entries.last().map(|it| it.id),
            Some(entry.id)
        );
    }

    #[test]
    fn a_charge_is_rejected_for_an_unknown_user_and_beyond_the_range() {
        let mut shop = Shop::new();
        shop.given_user(1, 1);
        let table = [
            (charge(9, 5), "user-not-found 9"),
            (charge(9, Money::MAX.get()), "user-not-found 9"),
            (charge(1, Money::MAX.get()), "validation-failed /amount"),
        ];
        for (command, expected) in table {
            assert_eq!(shop.rejected(command), [expected]);
        }
        shop.done(charge(1, Money::MAX.get() - 1));
        assert_eq!(shop.balance(1), Money::MAX.get());
    }
}
