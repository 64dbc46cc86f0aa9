//! Who may do what, and what was done by whom: the engine's side of the doors.

use std::sync::Arc;

use async_trait::async_trait;
use jumun_domain::{Actor, ChangeId, Timestamp};
use jumun_store::access::{ChangeRecord, Changes, NewToken, Revocation, Token, TokenId, Tokens};
use jumun_store::{Fault, Page, PageOf};

use super::revocations::{self, Revoking};
use super::tokens::{self, Making};
use crate::clock::Positions;
use crate::error::OpenError;
use crate::history;
use crate::migrate::check_current;
use crate::options::LOOK_SESSIONS;
use crate::readers::Readers;
use crate::rows::change::Place;
use crate::session::Connector;
use crate::store::PostgresStore;
use crate::target::Target;

/// The tokens of a shop and the history of changes, beside the servers on it or
/// without any. Cheap to clone.
#[derive(Clone)]
pub struct PostgresAccess {
    sessions: Readers,
    /// For looks at revocations alone, which every request with a token waits for.
    looks: Readers,
    positions: Arc<Positions>,
}

/// Whoever opens them beside a server does one thing after the other.
const SESSIONS: usize = 1;

impl PostgresAccess {
    /// Connects to the shop, which must be there and up to date. Needs a tokio
    /// runtime around it.
    ///
    /// # Errors
    ///
    /// A server that cannot be reached, a schema without a shop or of another
    /// version.
    pub async fn open(target: &Target) -> Result<Self, OpenError> {
        let connector = Connector::new(target.clone())?;
        let session = connector.connect().await?;
        check_current(&session, target).await?;
        let sessions = Readers::new(connector.clone(), SESSIONS);
        Ok(Self::on(sessions, connector, Arc::default()))
    }

    /// With the connections of an instance for all but the looks.
    pub(crate) fn on(sessions: Readers, connector: Connector, positions: Arc<Positions>) -> Self {
        Self {
            sessions,
            looks: Readers::new(connector, LOOK_SESSIONS),
            positions,
        }
    }

    /// Lets go of the database; later looks are refused.
    pub(crate) fn close(&self) {
        self.looks.close();
    }

    async fn next_place(&self) -> Result<Place, Fault> {
        history::next_place(&self.sessions, &self.positions).await
    }
}

impl PostgresStore {
    /// The tokens and the history of this shop.
    pub fn access(&self) -> PostgresAccess {
        self.doors.clone()
    }
}

#[async_trait]
impl Tokens for PostgresAccess {
    async fn create_token(&self, token: &NewToken, by: &Actor) -> Result<bool, Fault> {
        let place = self.next_place().await?;
        let making = Making { token, by, place };
        self.sessions
            .write(&making, |session, making| {
                Box::pin(tokens::make(session, making))
            })
            .await
    }

    async fn token(&self, id: TokenId) -> Result<Option<Token>, Fault> {
        self.sessions
            .read(|session| Box::pin(tokens::find(session, id)))
            .await
    }

    async fn tokens(&self, page: Page<TokenId>) -> Result<PageOf<Token>, Fault> {
        self.sessions
            .read(|session| Box::pin(tokens::page(session, page)))
            .await
    }

    async fn revoke_token(&self, id: TokenId, by: &Actor) -> Result<Option<Token>, Fault> {
        let place = self.next_place().await?;
        let revoking = Revoking { id, by, place };
        self.sessions
            .write(&revoking, |session, revoking| {
                Box::pin(revocations::revoke(session, revoking))
            })
            .await
    }

    async fn newest_revocation(&self) -> Result<u64, Fault> {
        self.looks
            .read(|session| Box::pin(revocations::newest(session)))
            .await
    }

    async fn revocations(&self, after: u64) -> Result<Vec<Revocation>, Fault> {
        self.looks
            .read(|session| Box::pin(revocations::since(session, after)))
            .await
    }

    async fn tokens_used(&self, used: &[(TokenId, Timestamp)]) -> Result<(), Fault> {
        if used.is_empty() {
            return Ok(());
        }
        self.sessions
            .write(&used, |session, used| {
                Box::pin(tokens::note_uses(session, used))
            })
            .await
    }
}

#[async_trait]
impl Changes for PostgresAccess {
    async fn changes(&self, page: Page<ChangeId>) -> Result<PageOf<ChangeRecord>, Fault> {
        self.sessions
            .read(|session| Box::pin(history::page(session, page)))
            .await
    }
}
