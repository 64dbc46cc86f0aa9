//! One function for each command: every rule, once, for every engine.

mod adjust_balance;
mod adjust_stock;
mod cancel_order;
mod charge;
mod create_campaign;
mod issue_coupon;
mod place_order;
mod put_product;
mod record;
mod register_user;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use self::record::Attempt;
use crate::answer::{Answer, Decision, Quote};
use crate::check::{Rule, Violation};
use crate::command::{Command, PlaceOrder, Request};
use crate::id::IdSequence;
use crate::idempotency::{Idempotency, Remembered, Scope};
use crate::rejection::Rejection;
use crate::table::NotLoaded;
use crate::time::Timestamp;
use crate::working_set::WorkingSet;

/// The inputs that a decision may not fetch for itself.
#[derive(Debug)]
pub struct Stamp<'a> {
    /// The time of the decision.
    pub now: Timestamp,
    /// Where fresh ids come from.
    pub ids: &'a mut IdSequence,
}

/// Decides one request over the rows in `set`.
///
/// A key that was used before comes before every other rule. When the command
/// is done, `set` holds all of its effects; when it is rejected or replayed,
/// `set` is as it was.
///
/// # Errors
///
/// [`NotLoaded`] when a row was not gathered; the set is then as it was. Never
/// for the first request after [`crate::needs`] had nothing left to ask for.
pub fn decide(
    set: &mut WorkingSet,
    request: &Request,
    stamp: &mut Stamp<'_>,
) -> Result<Decision, NotLoaded> {
    let key = match (&request.idempotency, scope(set, &request.command)?) {
        (Some(idempotency), Some(scope)) => Some((idempotency, scope)),
        _ => None,
    };
    if let Some((idempotency, scope)) = key
        && let Some(first) = set.keys.get(&(scope, idempotency.key.clone()))?
    {
        return Ok(if first.fingerprint == idempotency.fingerprint {
            Decision::Replayed(first.answer.clone())
        } else {
            Decision::Rejected(vec![Rejection::IdempotencyKeyReused])
        });
    }

    let attempt = Attempt::of(set, request)?;
    let outcome = match &request.command {
        Command::RegisterUser(it) => register_user::register_user(set, it, stamp),
        Command::Charge(it) => charge::charge(set, it, stamp),
        Command::AdjustBalance(it) => adjust_balance::adjust_balance(set, it, stamp),
        Command::PutProduct(it) => put_product::put_product(set, it, stamp),
        Command::AdjustStock(it) => adjust_stock::adjust_stock(set, it, stamp),
        Command::CreateCampaign(it) => create_campaign::create_campaign(set, it, stamp),
        Command::IssueCoupon(it) => issue_coupon::issue_coupon(set, it, stamp),
        Command::PlaceOrder(it) => place_order::place_order(set, it, stamp),
        Command::CancelOrder(it) => cancel_order::cancel_order(set, it, stamp),
    };
    match outcome {
        Ok(answer) => {
            if let Some(attempt) = attempt {
                attempt.record(set, &request.command, stamp)?;
            }
            if let Some((idempotency, scope)) = key {
                remember(set, idempotency, scope, &answer);
            }
            Ok(Decision::Done(answer))
        }
        Err(Stop::Rejected(rejections)) => Ok(Decision::Rejected(rejections)),
        Err(Stop::NotLoaded(fault)) => Err(fault),
    }
}

/// What the order would be decided now; nothing is kept.
///
/// # Errors
///
/// [`NotLoaded`] when a row was not gathered.
pub fn quote(set: &WorkingSet, order: &PlaceOrder, now: Timestamp) -> Result<Quote, NotLoaded> {
    place_order::quote(set, order, now)
}

/// Why a command was not done.
enum Stop {
    Rejected(Vec<Rejection>),
    NotLoaded(NotLoaded),
}

impl From<Rejection> for Stop {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(vec![rejection])
    }
}

impl From<NotLoaded> for Stop {
    fn from(fault: NotLoaded) -> Self {
        Self::NotLoaded(fault)
    }
}

/// The rejection of a request whose arithmetic would leave the range.
fn out_of_range(pointer: impl Into<String>) -> Rejection {
    Rejection::ValidationFailed(vec![Violation::new(pointer, Rule::WithinSafeRange)])
}

/// Whose keys the command's key is compared with; `None` where keys mean
/// nothing, or where the order to cancel does not exist.
fn scope(set: &WorkingSet, command: &Command) -> Result<Option<Scope>, NotLoaded> {
    Ok(match command {
        Command::RegisterUser(_) | Command::PutProduct(_) => None,
        Command::Charge(it) => Some(Scope::User(it.user_id)),
        Command::AdjustBalance(it) => Some(Scope::User(it.user_id)),
        Command::AdjustStock(it) => Some(Scope::Product(it.product_id)),
        Command::CreateCampaign(_) => Some(Scope::Campaigns),
        Command::IssueCoupon(it) => Some(Scope::User(it.user_id)),
        Command::PlaceOrder(it) => Some(Scope::User(it.user_id)),
        Command::CancelOrder(it) => set
            .orders
            .get(&it.order_id)?
            .map(|order| Scope::User(order.user_id)),
    })
}

fn remember(set: &mut WorkingSet, idempotency: &Idempotency, scope: Scope, answer: &Answer) {
    let key = idempotency.key.clone();
    let remembered = Remembered {
        fingerprint: idempotency.fingerprint,
        answer: answer.clone(),
    };
    set.journal
        .remembered
        .push((scope, key.clone(), remembered.clone()));
    set.keys.insert((scope, key), remembered);
}
