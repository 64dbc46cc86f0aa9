//! Who calls.

use jumun_domain::{Actor, UserId};
use jumun_store::access::{Grant, Scope, Scopes, TokenId};

use crate::problem::{Denied, Problem};

/// Who a request is from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Principal {
    /// Whoever reaches a server that asks nobody.
    Local,
    /// A user, by a token of ours or of the shop's identity provider.
    User(UserId),
    /// A program or an operator.
    Holder(TokenId, Scopes),
}

impl Principal {
    /// Whom a token stands for, sent by a program; a session is no program's.
    pub(super) fn of(id: TokenId, grant: Grant) -> Option<Self> {
        match grant {
            Grant::User(user) => Some(Self::User(user)),
            Grant::Scopes(scopes) => Some(Self::Holder(id, scopes)),
            Grant::Session(_) => None,
        }
    }

    /// Whom the history of changes names.
    pub(crate) fn actor(&self) -> Actor {
        match self {
            Self::Local => Actor::local(),
            Self::User(user) => Actor::user(*user),
            Self::Holder(id, _) => Actor::token(id),
        }
    }

    /// Whether it holds the scope. Users hold none.
    pub(crate) fn holds(&self, scope: Scope) -> bool {
        match self {
            Self::Local => true,
            Self::User(_) => false,
            Self::Holder(_, scopes) => scopes.allow(scope),
        }
    }

    /// # Errors
    ///
    /// `403 forbidden` without the scope.
    pub(super) fn must_hold(&self, scope: Scope) -> Result<(), Problem> {
        match self.holds(scope) {
            true => Ok(()),
            false => Err(Problem::denied(Denied::Lacks(scope))),
        }
    }

    /// # Errors
    ///
    /// `403 forbidden` unless it is this user, or acts for every user.
    pub(super) fn must_act_for(&self, user: UserId) -> Result<(), Problem> {
        match self {
            Self::User(own) if *own == user => Ok(()),
            Self::User(_) => Err(Problem::denied(Denied::OtherUser)),
            _ => self.must_hold(Scope::OrdersActAs),
        }
    }

    /// # Errors
    ///
    /// `403 forbidden` unless it is a user, or acts for every user.
    pub(super) fn must_act_for_someone(&self) -> Result<(), Problem> {
        match self {
            Self::User(_) => Ok(()),
            _ => self.must_hold(Scope::OrdersActAs),
        }
    }
}
