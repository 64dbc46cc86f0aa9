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
    let user = set.users.get(&user_id)?.ok_or(Rejection::UserNotFound { user_id })?;
    let balance = user.credited(command.amount).ok_or_else(|| out_of_range("/amount"))?;

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
    set.users.update(&change.user_id, |user| user.balance = change.balance);
    set.journal.entries.push(entry.clone());
    entry
}
