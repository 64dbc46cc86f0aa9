//! What the doors ask of an engine.

use async_trait::async_trait;
use jumun_domain::{Actor, Timestamp};

use super::token::{NewToken, Token, TokenId};
use crate::fault::Fault;
use crate::page::{Page, PageOf};

/// The most revocations that one look gives; who looks asks on from the last.
pub const MAX_REVOCATIONS: usize = 1_000;

/// One token that was revoked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Revocation {
    /// Rising from 1 without a gap, in the order in which they were committed.
    pub number: u64,
    /// Which.
    pub id: TokenId,
}

/// The tokens of a shop, beside a running server too: each write is one short
/// transaction, and those that make or revoke a token leave their line in the
/// history of changes within it.
#[async_trait]
pub trait Tokens: Send + Sync + 'static {
    /// Keeps a token. `false`, and nothing kept, when its id is taken.
    async fn create_token(&self, token: &NewToken, by: &Actor) -> Result<bool, Fault>;

    /// A token, a revoked or expired one too.
    async fn token(&self, id: TokenId) -> Result<Option<Token>, Fault>;

    /// All tokens, newest first.
    async fn tokens(&self, page: Page<TokenId>) -> Result<PageOf<Token>, Fault>;

    /// Makes a token worthless, for good, and gives it as it is then; `None`
    /// when there is none of that id. One that was revoked before stays as it was.
    async fn revoke_token(&self, id: TokenId, by: &Actor) -> Result<Option<Token>, Fault>;

    /// The number of the newest revocation; 0 before the first.
    async fn newest_revocation(&self) -> Result<u64, Fault>;

    /// The revocations above this number, oldest first, at most
    /// [`MAX_REVOCATIONS`]. A look that begins after [`Tokens::revoke_token`] has
    /// answered shows it, from every instance: whoever remembers a token asks
    /// here before each use.
    async fn revocations(&self, after: u64) -> Result<Vec<Revocation>, Fault>;

    /// Notes when tokens were last used; never earlier than what is noted.
    async fn tokens_used(&self, used: &[(TokenId, Timestamp)]) -> Result<(), Fault>;
}
