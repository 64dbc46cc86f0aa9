//! The extractors, one for each right.
//!
//! What an extractor gives is what its caller may touch: a [`Granted`] with the
//! shop and the caller's name, at once or once the user is known to be theirs.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use jumun_domain::{Actor, Order, OrderId, UserId};
use jumun_store::access::Scope;

use super::gate::Gate;
use super::principal::Principal;
use crate::app::App;
use crate::extract::PathId;
use crate::problem::Problem;

/// The shop, for a caller who may.
pub(crate) struct Granted {
    app: App,
    principal: Principal,
}

impl Granted {
    /// For an extractor that has seen that the caller may.
    pub(super) fn new(app: App, principal: Principal) -> Self {
        Self { app, principal }
    }

    /// The shop.
    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    /// Whom the history of changes names.
    pub(crate) fn actor(&self) -> Actor {
        self.principal.actor()
    }
}

/// Whoever asks. Only for what tells nothing of the shop.
pub(crate) struct Anyone;

impl FromRequestParts<Gate> for Anyone {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Problem> {
        gate.let_in_anyone(parts).map(|()| Self)
    }
}

/// Whoever asks how the server is. Supervisors and balancers ask often, and a
/// server that they cannot ask is taken for dead: it has no limit.
pub(crate) struct Probe(pub(crate) App);

impl FromRequestParts<Gate> for Probe {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, gate: &Gate) -> Result<Self, Infallible> {
        Ok(Self(gate.let_in_probe()))
    }
}

/// Whoever has a token, of a user or with any scope.
pub(crate) struct AnyToken(pub(crate) Granted);

impl FromRequestParts<Gate> for AnyToken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Problem> {
        let (app, principal) = gate.let_in(parts).await?;
        Ok(Self(Granted { app, principal }))
    }
}

macro_rules! holders {
    ($($(#[$doc:meta])* $name:ident = $scope:ident;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $name(pub(crate) Granted);

        impl FromRequestParts<Gate> for $name {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Problem> {
                let (app, principal) = gate.let_in(parts).await?;
                principal.must_hold(Scope::$scope)?;
                Ok(Self(Granted { app, principal }))
            }
        }
    )*};
}

holders! {
    /// Whoever acts for every user.
    WithOrdersActAs = OrdersActAs;
    /// Whoever changes the catalogue.
    WithCatalogWrite = CatalogWrite;
    /// Whoever pays money in.
    WithBalanceCharge = BalanceCharge;
    /// Whoever reads events.
    WithEventsRead = EventsRead;
    /// Whoever reads the server's figures.
    WithMetricsRead = MetricsRead;
    /// Operators.
    WithAdmin = Admin;
}

/// The user whom the path names, or who acts for them.
pub(crate) struct PathUser {
    pub(crate) granted: Granted,
    pub(crate) user_id: UserId,
}

impl FromRequestParts<Gate> for PathUser {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Problem> {
        let (app, principal) = gate.let_in(parts).await?;
        principal.must_act_for_someone()?;
        let PathId(user_id) = PathId::from_request_parts(parts, gate).await?;
        principal.must_act_for(user_id)?;
        Ok(Self {
            granted: Granted { app, principal },
            user_id,
        })
    }
}

/// The user whom the body or the query will name, or who acts for them. It
/// gives nothing until [`OnBehalf::of`] has heard who that is.
pub(crate) struct OnBehalf(Granted);

impl FromRequestParts<Gate> for OnBehalf {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Problem> {
        let (app, principal) = gate.let_in(parts).await?;
        principal.must_act_for_someone()?;
        Ok(Self(Granted { app, principal }))
    }
}

impl OnBehalf {
    /// # Errors
    ///
    /// `403 forbidden` where a user's token comes with another user.
    pub(crate) fn of(self, user: UserId) -> Result<Granted, Problem> {
        self.0.principal.must_act_for(user)?;
        Ok(self.0)
    }
}

/// A user who looks at an order, or who acts for them: each sees their own.
pub(crate) struct OrderReader(Granted);

impl FromRequestParts<Gate> for OrderReader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Problem> {
        let (app, principal) = gate.let_in(parts).await?;
        principal.must_act_for_someone()?;
        Ok(Self(Granted { app, principal }))
    }
}

impl OrderReader {
    /// The order, where it is the caller's to see. An order of another user is
    /// looked up in the same way as one that is not there, and is `None` as well.
    ///
    /// # Errors
    ///
    /// Where the engine cannot read.
    pub(crate) async fn order(&self, id: OrderId) -> Result<Option<Arc<Order>>, Problem> {
        let order = self.0.app.store().order(id).await?;
        Ok(order.filter(|order| match &self.0.principal {
            Principal::User(own) => order.user_id == *own,
            _ => true,
        }))
    }

    /// The shop, to show the order with.
    pub(crate) fn app(&self) -> &App {
        self.0.app()
    }
}
