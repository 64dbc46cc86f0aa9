//! The way to the shop.

use std::net::IpAddr;

use http::request::Parts;
use jumun_domain::Timestamp;
use jumun_store::Fault;

use super::authenticate::bearer;
use super::principal::Principal;
use super::rates::{Limits, Rates};
use super::tokens::TokenDoor;
use crate::app::App;
use crate::config::{AuthMode, Config};
use crate::problem::{Denied, Problem};
use crate::services::Services;
use crate::transport::ClientAddress;

/// What guards a shop.
pub(crate) struct Guards {
    /// `None` where nobody is asked who they are.
    tokens: Option<TokenDoor>,
    limits: Limits,
}

impl Guards {
    /// # Errors
    ///
    /// Where tokens are asked for and the database cannot be read.
    pub(crate) async fn of(services: &Services, config: &Config) -> Result<Self, Fault> {
        let tokens = match config.auth {
            AuthMode::None => None,
            AuthMode::Token => {
                let (kept, jwt) = (services.access.clone(), services.jwt.clone());
                Some(TokenDoor::open_with(kept, jwt).await?)
            }
        };
        Ok(Self {
            tokens,
            limits: Limits::new(Rates {
                // Through a proxy of this machine everybody comes from it.
                spare_loopback: config.rates.spare_loopback && !config.behind_proxy,
                ..config.rates
            }),
        })
    }

    /// What is to be done now and then.
    pub(crate) fn keep_up(&self) {
        self.limits.forget_the_quiet();
    }

    /// What is to be done before the server ends.
    pub(crate) async fn close(&self) {
        if let Some(tokens) = &self.tokens {
            tokens.close().await;
        }
    }
}

/// The router's state. It has the shop, and gives it to the extractors of
/// [`super::callers`] alone.
#[derive(Clone)]
pub(crate) struct Gate(App);

impl Gate {
    pub(crate) fn new(app: App) -> Self {
        Self(app)
    }

    /// What extractors need that tell nothing of the shop.
    pub(crate) fn config(&self) -> &Config {
        self.0.config()
    }

    /// Lets in a caller who is not asked who they are, and gets nothing of the shop.
    ///
    /// # Errors
    ///
    /// `429 too-many-requests` for an address beyond its share.
    pub(super) fn let_in_anyone(&self, parts: &Parts) -> Result<(), Problem> {
        self.0.guards().limits.of_address(address(parts))
    }

    /// The shop for who asks how it is.
    pub(super) fn let_in_probe(&self) -> App {
        self.0.clone()
    }

    /// The shop and who calls.
    ///
    /// # Errors
    ///
    /// `401 unauthenticated` without a token that is worth something;
    /// `429 too-many-requests` beyond the caller's share; `503 overloaded` where
    /// the token cannot be looked up.
    pub(super) async fn let_in(&self, parts: &Parts) -> Result<(App, Principal), Problem> {
        let known = async |tokens: &TokenDoor| match bearer(&parts.headers) {
            Ok(text) => tokens.open(text, now()).await,
            Err(denied) => Err(Problem::denied(denied)),
        };
        self.let_in_as(parts, known).await
    }

    /// The same for who signs in to the console with this token.
    pub(super) async fn let_in_with(
        &self,
        parts: &Parts,
        token: &str,
    ) -> Result<(App, Principal), Problem> {
        self.let_in_as(parts, async |tokens| tokens.open(token, now()).await)
            .await
    }

    /// The same for who has a session with the token in this cookie.
    pub(super) async fn let_in_again(
        &self,
        parts: &Parts,
        session: Option<&str>,
    ) -> Result<(App, Principal), Problem> {
        let known = async |tokens: &TokenDoor| match session {
            Some(text) => tokens.open_session(text, now()).await,
            None => Err(Problem::denied(Denied::NoToken)),
        };
        self.let_in_as(parts, known).await
    }

    async fn let_in_as(
        &self,
        parts: &Parts,
        known: impl AsyncFnOnce(&TokenDoor) -> Result<Principal, Problem>,
    ) -> Result<(App, Principal), Problem> {
        let guards = self.0.guards();
        let Some(tokens) = &guards.tokens else {
            guards.limits.of_address(address(parts))?;
            return Ok((self.0.clone(), Principal::Local));
        };
        match known(tokens).await {
            Ok(principal) => {
                guards.limits.of_principal(&principal)?;
                Ok((self.0.clone(), principal))
            }
            Err(problem) => {
                // Who guesses is slowed down by where they are. Not before the
                // look: a good token shall not pay for its neighbours.
                guards.limits.of_address(address(parts))?;
                Err(problem)
            }
        }
    }
}

/// Where a request is from; `None` in tests that call the router itself.
fn address(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ClientAddress>().map(|it| it.0)
}

fn now() -> Timestamp {
    Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        Self::denied(denied)
    }
}
