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

/// Keeps no tokens; stands in until the engines do.
#[derive(Debug)]
pub struct NoAccess;

#[async_trait::async_trait]
impl jumun_store::access::Tokens for NoAccess {
    async fn create_token(&self, _: &jumun_store::access::NewToken, _: &jumun_domain::Actor) -> Result<bool, jumun_store::Fault> {
        Err(jumun_store::Fault::Overloaded)
    }
    async fn token(&self, _: jumun_store::access::TokenId) -> Result<Option<jumun_store::access::Token>, jumun_store::Fault> {
        Err(jumun_store::Fault::Overloaded)
    }
    async fn tokens(&self, _: jumun_store::Page<jumun_store::access::TokenId>) -> Result<jumun_store::PageOf<jumun_store::access::Token>, jumun_store::Fault> {
        Err(jumun_store::Fault::Overloaded)
    }
    async fn revoke_token(&self, _: jumun_store::access::TokenId, _: &jumun_domain::Actor) -> Result<Option<jumun_store::access::Token>, jumun_store::Fault> {
        Err(jumun_store::Fault::Overloaded)
    }
    async fn newest_revocation(&self) -> Result<u64, jumun_store::Fault> {
        Err(jumun_store::Fault::Overloaded)
    }
    async fn revocations(&self, _: u64) -> Result<Vec<jumun_store::access::Revocation>, jumun_store::Fault> {
        Err(jumun_store::Fault::Overloaded)
    }
    async fn tokens_used(&self, _: &[(jumun_store::access::TokenId, jumun_domain::Timestamp)]) -> Result<(), jumun_store::Fault> {
        Ok(())
    }
}

#[async_trait::async_trait]
impl jumun_store::access::Changes for NoAccess {
    async fn changes(&self, _: jumun_store::Page<jumun_domain::ChangeId>) -> Result<jumun_store::PageOf<jumun_store::access::ChangeRecord>, jumun_store::Fault> {
        Err(jumun_store::Fault::Overloaded)
    }
}
