use super::charge::{Change, credit};
use super::{Stamp, Stop, out_of_range};
use crate::answer::Answer;
use crate::command::AdjustBalance;
use crate::ledger::EntryKind;
use crate::rejection::Rejection;
use crate::working_set::WorkingSet;

/// Corrects a balance up or down and writes an ADJUSTMENT entry. The user must
/// exist, the balance may not fall below zero, and upwards there must be
/// headroom for refunds.
pub(super) fn adjust_balance(
    set: &mut WorkingSet,
    command: &AdjustBalance,
    stamp: &mut Stamp<'_>,
) -> Result<Answer, Stop> {
    let user_id = command.user_id;
    let user = set
        .users
        .get(&user_id)?
        .ok_or(Rejection::UserNotFound { user_id })?;
    let required = command.amount.negated();
    if required > user.balance {
        return Err(Rejection::InsufficientBalance {
            required,
            balance: user.balance,
        }
        .into());
    }
    let balance = user
        .credited(command.amount)
        .ok_or_else(|| out_of_range("/amount"))?;

    // From here nothing can fail.
    let change = Change {
        user_id,
        kind: EntryKind::Adjustment,
        amount: command.amount,
        balance,
        reference: None,
        reason: Some(command.reason.clone()),
    };
    Ok(Answer::Credited(credit(set, change, stamp)))
}

#[cfg(test)]
mod tests {
    use crate::amount::Money;
    use crate::answer::Answer;
    use crate::command::AdjustBalance;
    use crate::decide::testing::*;
    use crate::ledger::EntryKind;

    fn adjust(user_id: i64, amount: i64) -> AdjustBalance {
        AdjustBalance::new(user(user_id), amount, "typing error").unwrap()
    }

    #[test]
    fn an_adjustment_goes_both_ways_and_writes_its_entry() {
        let mut shop = Shop::new();
        shop.given_user(1, 40);
        for (amount, balance) in [(2, 42), (-40, 2), (-2, 0)] {
            let Answer::Credited(entry) = shop.done(adjust(1, amount)) else {
                panic!("another answer");
            };
            assert_eq!(
                (entry.kind, entry.amount),
                (EntryKind::Adjustment, money(amount))
            );
            assert_eq!(entry.balance_after, money(balance));
            assert_eq!(
                (entry.reference, entry.reason.as_deref()),
                (None, Some("typing error"))
            );
            assert_eq!(shop.balance(1), balance);
        }
    }

    #[test]
    fn an_adjustment_never_goes_below_zero_or_beyond_the_range() {
        let max = Money::MAX.get();
        let table = [
            (adjust(9, 5), "user-not-found 9"),
            (adjust(1, -11), "insufficient-balance 11 of 10"),
            (
                adjust(1, -max),
                "insufficient-balance 9007199254740991 of 10",
            ),
            (adjust(1, max - 9), "validation-failed /amount"),
        ];
        for (command, expected) in table {
            let mut shop = Shop::new();
            shop.given_user(1, 10);
            assert_eq!(shop.rejected(command), [expected]);
        }
    }

    #[test]
    fn an_adjustment_leaves_room_for_the_refunds_that_may_come() {
        let mut shop = Shop::new();
        shop.given_user(1, 100);
        shop.given_product(1, 60, 1);
        let paid = shop.placed(order(1, &[(1, 1)]));
        let room = Money::MAX.get() - 100;
        assert_eq!(
            shop.rejected(adjust(1, room + 1)),
            ["validation-failed /amount"]
        );
        shop.done(adjust(1, room));
        shop.done(cancel(paid.id, true));
        assert_eq!(shop.balance(1), Money::MAX.get());
    }
}
