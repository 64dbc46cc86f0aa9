//! The writes of the public contract. A command that exists has passed every
//! check that needs no row.

mod order;

use std::sync::Arc;

pub use self::order::{CancelOrder, OrderLine, PlaceOrder};
use crate::amount::{Money, Units};
use crate::campaign::Discount;
use crate::change::Actor;
use crate::check::{Check, Rule, Violation};
use crate::entity_tag::Precondition;
use crate::fingerprint::Fingerprint;
use crate::id::{CampaignId, ProductId, UserId};
use crate::idempotency::{Idempotency, IdempotencyKey};
use crate::limits::{MAX_NAME_CHARS, MAX_NOTE_CHARS, MAX_SAFE_INTEGER};
use crate::time::Timestamp;

/// One write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// `PUT /users/{userId}`
    RegisterUser(RegisterUser),
    /// `POST /users/{userId}/balance/charges`
    Charge(Charge),
    /// `POST /users/{userId}/balance/adjustments`
    AdjustBalance(AdjustBalance),
    /// `PUT /products/{productId}`
    PutProduct(PutProduct),
    /// `POST /products/{productId}/stock/adjustments`
    AdjustStock(AdjustStock),
    /// `POST /campaigns`
    CreateCampaign(CreateCampaign),
    /// `POST /campaigns/{campaignId}/coupons`
    IssueCoupon(IssueCoupon),
    /// `POST /orders`
    PlaceOrder(PlaceOrder),
    /// `POST /orders/{orderId}/cancel`
    CancelOrder(CancelOrder),
}

impl Command {
    /// Whether shoppers do it for themselves. The history of changes keeps what
    /// they do not: an order and a coupon are their own record.
    pub fn is_shoppers_own(&self) -> bool {
        matches!(self, Self::PlaceOrder(_) | Self::IssueCoupon(_))
    }
}

/// A command, the idempotency key it came with, and who asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// What is asked for.
    pub command: Command,
    /// The key and the command's fingerprint.
    pub idempotency: Option<Idempotency>,
    /// Whom the history of changes names, where it keeps the command at all;
    /// without one it keeps nothing.
    pub actor: Option<Actor>,
}

impl Request {
    /// A request, protected by `key` where there is one.
    pub fn new(command: Command, key: Option<IdempotencyKey>) -> Self {
        let idempotency = key.map(|key| Idempotency {
            key,
            fingerprint: Fingerprint::of(&command),
        });
        Self {
            command,
            idempotency,
            actor: None,
        }
    }

    /// The same, asked for by `actor`.
    pub fn by(mut self, actor: Actor) -> Self {
        self.actor = Some(actor);
        self
    }
}

/// Registers a user, or changes the name of one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RegisterUser {
    /// The caller's id of the user.
    pub user_id: UserId,
    /// The new name; `None` keeps what is there.
    pub name: Option<Arc<str>>,
}

impl RegisterUser {
    /// # Errors
    ///
    /// A name that is empty, longer than 200 characters or holds control characters.
    pub fn new(user_id: UserId, name: Option<&str>) -> Result<Self, Vec<Violation>> {
        let mut check = Check::default();
        let name = check.optional_text("/name", name, MAX_NAME_CHARS);
        check.finish(Self { user_id, name })
    }
}

/// Pays money in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Charge {
    /// Whose balance.
    pub user_id: UserId,
    /// How much, at least 1.
    pub amount: Money,
    /// The caller's reference, such as the id of a card payment.
    pub reference: Option<Arc<str>>,
}

impl Charge {
    /// # Errors
    ///
    /// An amount outside 1..=2^53 − 1; a reference that is empty, too long or
    /// holds control characters.
    pub fn new(
        user_id: UserId,
        amount: i64,
        reference: Option<&str>,
    ) -> Result<Self, Vec<Violation>> {
        let mut check = Check::default();
        let amount = check.money("/amount", amount, 1);
        let reference = check.optional_text("/reference", reference, MAX_NOTE_CHARS);
        check.finish(Self {
            user_id,
            amount,
            reference,
        })
    }
}

/// Corrects a balance, up or down.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AdjustBalance {
    /// Whose balance.
    pub user_id: UserId,
    /// By how much; signed, not zero.
    pub amount: Money,
    /// Why.
    pub reason: Arc<str>,
}

impl AdjustBalance {
    /// # Errors
    ///
    /// An amount of zero or outside ±(2^53 − 1); a reason that is empty, too
    /// long or holds control characters.
    pub fn new(user_id: UserId, amount: i64, reason: &str) -> Result<Self, Vec<Violation>> {
        let mut check = Check::default();
        check.not_zero("/amount", amount);
        let amount = check.money("/amount", amount, -MAX_SAFE_INTEGER);
        let reason = check.text("/reason", reason, MAX_NOTE_CHARS);
        check.finish(Self {
            user_id,
            amount,
            reason,
        })
    }
}

/// Creates a product, or replaces all of it but its stock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PutProduct {
    /// The caller's id of the product.
    pub product_id: ProductId,
    /// Its name.
    pub name: Arc<str>,
    /// Its unit price.
    pub price: Money,
    /// The opening stock; counts only when the product is created.
    pub stock: Option<Units>,
    /// Whether it can be ordered.
    pub active: bool,
    /// How many pieces one user may buy.
    pub max_per_user: Option<Units>,
    /// What must hold of the product before; otherwise nothing is changed.
    pub expected: Precondition,
}

impl PutProduct {
    /// # Errors
    ///
    /// A name that is empty, too long or holds control characters; a price or
    /// stock outside 0..=2^53 − 1; a limit outside 1..=2^53 − 1.
    pub fn new(
        product_id: ProductId,
        name: &str,
        price: i64,
        stock: Option<i64>,
        active: bool,
        max_per_user: Option<i64>,
    ) -> Result<Self, Vec<Violation>> {
        let mut check = Check::default();
        let name = check.text("/name", name, MAX_NAME_CHARS);
        let price = check.money("/price", price, 0);
        let stock = stock.map(|stock| check.units("/stock", stock, 0));
        let max_per_user = max_per_user.map(|limit| check.units("/maxPerUser", limit, 1));
        check.finish(Self {
            product_id,
            name,
            price,
            stock,
            active,
            max_per_user,
            expected: Precondition::Nothing,
        })
    }

    /// The same, done only where `expected` holds.
    pub fn expecting(mut self, expected: Precondition) -> Self {
        self.expected = expected;
        self
    }
}

/// Changes a stock by hand: a delivery, a loss, a count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AdjustStock {
    /// Whose stock.
    pub product_id: ProductId,
    /// By how many pieces; signed, not zero.
    pub delta: Units,
    /// Why.
    pub reason: Option<Arc<str>>,
}

impl AdjustStock {
    /// # Errors
    ///
    /// A delta of zero or outside ±(2^53 − 1); a reason that is empty, too
    /// long or holds control characters.
    pub fn new(
        product_id: ProductId,
        delta: i64,
        reason: Option<&str>,
    ) -> Result<Self, Vec<Violation>> {
        let mut check = Check::default();
        check.not_zero("/delta", delta);
        let delta = check.units("/delta", delta, -MAX_SAFE_INTEGER);
        let reason = check.optional_text("/reason", reason, MAX_NOTE_CHARS);
        check.finish(Self {
            product_id,
            delta,
            reason,
        })
    }
}

/// Opens a coupon campaign.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreateCampaign {
    /// Its name.
    pub name: Arc<str>,
    /// What each coupon is worth.
    pub discount: Discount,
    /// The least subtotal it applies to.
    pub minimum_subtotal: Option<Money>,
    /// From when, inclusive.
    pub valid_from: Timestamp,
    /// Until when, exclusive.
    pub valid_until: Timestamp,
    /// How many coupons there are.
    pub quantity: Units,
}

impl CreateCampaign {
    /// # Errors
    ///
    /// A name that is empty, too long or holds control characters; a number
    /// outside its range; `valid_until` not after `valid_from`.
    pub fn new(
        name: &str,
        discount: RawDiscount,
        minimum_subtotal: Option<i64>,
        valid_from: Timestamp,
        valid_until: Timestamp,
        quantity: i64,
    ) -> Result<Self, Vec<Violation>> {
        let mut check = Check::default();
        let name = check.text("/name", name, MAX_NAME_CHARS);
        let discount = discount.check(&mut check);
        let minimum_subtotal =
            minimum_subtotal.map(|amount| check.money("/minimumSubtotal", amount, 0));
        if valid_until <= valid_from {
            check.fail("/validUntil", Rule::AfterValidFrom);
        }
        let quantity = check.units("/quantity", quantity, 1);
        check.finish(Self {
            name,
            discount,
            minimum_subtotal,
            valid_from,
            valid_until,
            quantity,
        })
    }
}

/// A discount as a request names it, before its numbers are checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RawDiscount {
    /// A fixed amount.
    Fixed {
        /// Accepted from 1.
        amount: i64,
    },
    /// A share of the subtotal.
    Percent {
        /// Accepted from 1 to 100.
        percent: i64,
        /// Accepted from 1.
        max_amount: Option<i64>,
    },
}

impl RawDiscount {
    fn check(self, check: &mut Check) -> Discount {
        match self {
            Self::Fixed { amount } => Discount::Fixed {
                amount: check.money("/discount/amount", amount, 1),
            },
            Self::Percent {
                percent,
                max_amount,
            } => {
                check.between("/discount/percent", percent, 1, 100);
                let max_amount =
                    max_amount.map(|amount| check.money("/discount/maxAmount", amount, 1));
                Discount::Percent {
                    percent: u8::try_from(percent).unwrap_or(0),
                    max_amount,
                }
            }
        }
    }
}

/// Takes a coupon of a campaign for a user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IssueCoupon {
    /// Which campaign.
    pub campaign_id: CampaignId,
    /// For whom.
    pub user_id: UserId,
}

#[cfg(test)]
mod tests;
