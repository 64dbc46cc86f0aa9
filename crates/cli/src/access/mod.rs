//! The options of a server that asks for tokens: whom it believes, and how many
//! requests each may send.

mod jwt;
mod rates;

use jumun_server::{AuthMode, JwtSettings, Rates};

use crate::failure::Failure;

pub(crate) use jwt::start as start_jwt;

/// The options of a server that may ask for tokens.
#[derive(Debug, clap::Args)]
pub(crate) struct AccessOptions {
    #[command(flatten)]
    rates: rates::RateOptions,
    #[command(flatten)]
    jwt: jwt::JwtOptions,
}

impl AccessOptions {
    /// How many requests a second one caller may send.
    ///
    /// # Errors
    ///
    /// A limit that counts by what no request carries.
    pub(crate) fn rates(&self, auth: AuthMode) -> Result<Rates, Failure> {
        self.rates.rates(auth)
    }

    /// Which tokens of others are believed, if any.
    ///
    /// # Errors
    ///
    /// When something that belongs to them is missing, or nobody is asked for a
    /// token.
    pub(crate) fn jwt(&self, auth: AuthMode) -> Result<Option<JwtSettings>, Failure> {
        self.jwt.settings(auth)
    }
}
