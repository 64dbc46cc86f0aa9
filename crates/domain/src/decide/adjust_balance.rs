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
    let user = set.users.get(&user_id)?.ok_or(Rejection::UserNotFound { user_id })?;
    let required = command.amount.negated();
    if required > user.balance {
        return Err(Rejection::InsufficientBalance { required, balance: user.balance }.into());
    }
    let balance = user.credited(command.amount).ok_or_else(|| out_of_range("/amount"))?;

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
