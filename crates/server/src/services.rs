//! The engine, by the sides that the API asks.

use std::sync::Arc;

use jumun_store::Store;
use jumun_store::access::Access;
use jumun_store::delivery::Platforms;

use crate::jwt::JwtVerifier;

/// What a server serves from. All sides are of the same shop.
#[derive(Clone)]
pub struct Services {
    /// The shop: commands and look-ups.
    pub store: Arc<dyn Store>,
    /// What became of events at the data platforms.
    pub platforms: Arc<dyn Platforms>,
    /// Tokens, and the history of changes.
    pub access: Arc<dyn Access>,
    /// Who believes the tokens of the shop's identity provider, where it has one.
    pub jwt: Option<JwtVerifier>,
}
