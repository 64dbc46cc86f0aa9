//! A shopper with a prepaid balance.

use std::sync::Arc;

use crate::amount::Money;
use crate::id::UserId;
use crate::time::Timestamp;

/// A shopper and the money they hold with the shop.
///
/// `balance` and `paid` together never exceed 2^53 − 1: that is the headroom by
/// which the refund of any paid order always fits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct User {
    /// The caller's id of the user.
    pub id: UserId,
    /// A name for people to read; identity lives elsewhere.
    pub name: Option<Arc<str>>,
    /// What the user can spend; never below zero.
    pub balance: Money,
    /// The sum of the user's paid orders that were not cancelled.
    pub paid: Money,
    /// When the user was first registered.
    pub created_at: Timestamp,
}

impl User {
    /// A user with nothing on the balance.
    pub fn new(id: UserId, name: Option<Arc<str>>, created_at: Timestamp) -> Self {
        Self {
            id,
            name,
            balance: Money::ZERO,
            paid: Money::ZERO,
            created_at,
        }
    }

    /// The balance after `amount` is credited; `None` when that would leave no
    /// headroom for the refunds that may still come.
    pub fn credited(&self, amount: Money) -> Option<Money> {
        let balance = self.balance.checked_add(amount)?;
        balance.checked_add(self.paid)?;
        Some(balance)
    }
}
