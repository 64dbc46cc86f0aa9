//! The history of what operators and their programs have changed.

use std::fmt;
use std::sync::Arc;

use crate::campaign::Campaign;
use crate::id::{CampaignId, ChangeId, OrderId, ProductId, UserId};
use crate::order::Order;
use crate::product::Product;
use crate::time::Timestamp;
use crate::user::User;

/// Who asked for a change: a token, a user, or whoever sat at the command line.
///
/// A kind and a name with a colon between, such as `token:0a1b2c3d4e5f6071`,
/// `user:7` or `cli:haneul`; `local` alone for a caller of an open API.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Actor(Arc<str>);

/// Characters of an actor: room for a long login name, and a bound on what a
/// row of the history holds.
const MAX_ACTOR_CHARS: usize = 100;

impl Actor {
    /// Whoever reaches an API that is open to its machine.
    pub fn local() -> Self {
        Self(Arc::from("local"))
    }

    /// The holder of the token with this public id.
    pub fn token(id: impl fmt::Display) -> Self {
        Self::named("token", id)
    }

    /// A user with a token of their own.
    pub fn user(id: UserId) -> Self {
        Self::named("user", id)
    }

    /// Somebody at the command line, by the login name. What a name should not
    /// hold is left out, and so is what is too long.
    pub fn command_line(login: &str) -> Self {
        let plain: String = login.chars().filter(|it| !it.is_control()).collect();
        Self::named("cli", plain)
    }

    fn named(kind: &str, name: impl fmt::Display) -> Self {
        let whole = format!("{kind}:{name}");
        let short: String = whole.chars().take(MAX_ACTOR_CHARS).collect();
        Self(Arc::from(short))
    }

    /// An actor as it was stored.
    pub fn stored(text: &str) -> Self {
        Self(Arc::from(text))
    }

    /// The text that is stored and shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// One change: who, what, when, before and after. It is written in the
/// transaction of what it tells of, and never changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// Rising.
    pub id: ChangeId,
    /// When it was decided.
    pub at: Timestamp,
    /// Who asked for it.
    pub actor: Actor,
    /// What was asked for.
    pub action: Action,
    /// What it was before and after.
    pub subject: Subject,
    /// Why, where the request says so.
    pub reason: Option<Arc<str>>,
}

/// The writes that leave a line in the history: all that no shopper can do for
/// themselves. What shoppers do is in their orders, coupons and ledgers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// A user was registered, or renamed.
    PutUser,
    /// Money was paid in.
    Charge,
    /// A balance was corrected.
    AdjustBalance,
    /// A product was created, or replaced.
    PutProduct,
    /// A stock was changed by hand.
    AdjustStock,
    /// A campaign was opened.
    CreateCampaign,
    /// An order was cancelled.
    CancelOrder,
}

impl Action {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PutUser => "user.put",
            Self::Charge => "balance.charge",
            Self::AdjustBalance => "balance.adjust",
            Self::PutProduct => "product.put",
            Self::AdjustStock => "stock.adjust",
            Self::CreateCampaign => "campaign.create",
            Self::CancelOrder => "order.cancel",
        }
    }
}

/// What a change is of: how it was before, where it was there, and after.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// A user with the balance.
    User(Option<User>, User),
    /// A product with the stock.
    Product(Option<Product>, Product),
    /// A campaign, which is only ever made.
    Campaign(Campaign),
    /// An order.
    Order(Arc<Order>, Arc<Order>),
}

/// The key of what a command changes.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    User(UserId),
    Product(ProductId),
    NewCampaign(Option<CampaignId>),
    Order(OrderId),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_is_one_short_line() {
        let table = [
            (Actor::local(), "local"),
            (Actor::token("0a1b"), "token:0a1b"),
            (Actor::user(UserId::new(7).unwrap()), "user:7"),
            (Actor::command_line("ha\nneul\u{7}"), "cli:haneul"),
        ];
        for (actor, text) in table {
            assert_eq!(actor.as_str(), text);
        }
        let long = Actor::command_line(&"가".repeat(500));
        assert_eq!(long.as_str().chars().count(), MAX_ACTOR_CHARS);
    }
}
