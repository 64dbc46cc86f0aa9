//! The history of changes as the contract has it: what no shopper can do leaves
//! a line, where somebody is named for it.

use crate::model::{Model, ordinal};
use crate::vocabulary::{Action, Change, Subject};

/// A change that is about to be tried: its line, but for what it leads to.
pub(crate) struct Attempt {
    actor: &'static str,
    action: &'static str,
    before: Option<Subject>,
    reason: Option<&'static str>,
}

impl Attempt {
    /// `None` where the history keeps nothing of it.
    pub(crate) fn of(model: &Model, by: Option<&'static str>, action: &Action) -> Option<Self> {
        let (name, reason) = match action {
            Action::Register { .. } => ("user.put", None),
            Action::Charge { reference, .. } => ("balance.charge", *reference),
            Action::AdjustBalance { reason, .. } => ("balance.adjust", Some(*reason)),
            Action::PutProduct { .. } => ("product.put", None),
            Action::AdjustStock { reason, .. } => ("stock.adjust", *reason),
            Action::CreateCampaign(_) => ("campaign.create", None),
            Action::CancelOrder { reason, .. } => ("order.cancel", *reason),
            Action::IssueCoupon { .. } | Action::PlaceOrder(_) | Action::Repeat(_) => return None,
        };
        let before = match action {
            // It is the next one, which is not there.
            Action::CreateCampaign(_) => None,
            _ => subject(model, action),
        };
        Some(Self {
            actor: by?,
            action: name,
            before,
            reason,
        })
    }

    /// The line, once it is done.
    pub(crate) fn done(self, model: &Model, now: i128, action: &Action) -> Change {
        Change {
            actor: self.actor.into(),
            action: self.action.into(),
            before: self.before,
            after: subject(model, action).expect("it was done"),
            reason: self.reason.map(str::to_owned),
            at: now,
        }
    }
}

/// What the action is of, as it is now.
fn subject(model: &Model, action: &Action) -> Option<Subject> {
    match action {
        Action::Register { user, .. }
        | Action::Charge { user, .. }
        | Action::AdjustBalance { user, .. } => {
            let id = i128::from(*user);
            let (name, _) = model.user(id)?;
            let balance = model.balance(id);
            Some(Subject::User { id, name, balance })
        }
        Action::PutProduct { product, .. } | Action::AdjustStock { product, .. } => {
            model.product(i128::from(*product)).map(Subject::Product)
        }
        Action::CreateCampaign(_) => model.campaigns().pop().map(Subject::Campaign),
        Action::CancelOrder { order, .. } => {
            let order = model.orders().into_iter().nth(ordinal(*order)?);
            order.map(Subject::Order)
        }
        Action::IssueCoupon { .. } | Action::PlaceOrder(_) | Action::Repeat(_) => None,
    }
}
