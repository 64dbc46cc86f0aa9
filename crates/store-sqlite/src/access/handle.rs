//! The engine as [`Tokens`] and [`Changes`].

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use jumun_domain::{Actor, ChangeId, Timestamp};
use jumun_store::access::{ChangeRecord, Changes, NewToken, Revocation, Token, TokenId, Tokens};
use jumun_store::{Fault, Page, PageOf};
use rusqlite::Connection;

use super::{Glance, glance, lines, tokens};
use crate::error::OpenError;
use crate::rows::token;
use crate::storage::StorageError;
use crate::store::SqliteStore;
use crate::way::Way;

/// Tokens and the history of changes, within a server or beside one.
#[derive(Clone)]
pub struct SqliteAccess {
    way: Way,
    pub(super) glance: Arc<Glance>,
}

impl SqliteAccess {
    /// Opens the database at `path`, which must be there and up to date, beside
    /// a running server or without one. Its methods need a tokio runtime.
    ///
    /// # Errors
    ///
    /// A file that is missing, not ours, or of another schema version.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Ok(Self {
            way: Way::beside(path)?,
            glance: Arc::new(Glance::open(path)?),
        })
    }

    /// Looks at revocations on the spot, or where that would have to wait, as
    /// everything else is read.
    async fn look<T: Send + 'static>(
        &self,
        query: impl Fn(&Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, Fault> {
        match self.glance.look(&query) {
            Some(looked) => looked,
            None => self.way.read(query).await,
        }
    }
}

impl SqliteStore {
    /// Tokens and the history of changes, by way of this store's own threads.
    /// They end with the store.
    pub fn access(&self) -> SqliteAccess {
        SqliteAccess {
            way: Way::Server {
                readers: self.readers.clone(),
                shared: self.shared.clone(),
            },
            glance: self.glance.clone(),
        }
    }
}

#[async_trait]
impl Tokens for SqliteAccess {
    async fn create_token(&self, token: &NewToken, by: &Actor) -> Result<bool, Fault> {
        let (token, by) = (token.clone(), by.clone());
        self.way
            .write(move |it| tokens::create(it, &token, &by))
            .await
    }

    async fn token(&self, id: TokenId) -> Result<Option<Token>, Fault> {
        self.way.read(move |it| token::find(it, id)).await
    }

    async fn tokens(&self, page: Page<TokenId>) -> Result<PageOf<Token>, Fault> {
        self.way
            .read(move |it| tokens::newest_first(it, page))
            .await
    }

    async fn revoke_token(&self, id: TokenId, by: &Actor) -> Result<Option<Token>, Fault> {
        let by = by.clone();
        self.way.write(move |it| tokens::revoke(it, id, &by)).await
    }

    async fn newest_revocation(&self) -> Result<u64, Fault> {
        self.look(glance::newest).await
    }

    async fn revocations(&self, after: u64) -> Result<Vec<Revocation>, Fault> {
        self.look(move |it| glance::above(it, after)).await
    }

    async fn tokens_used(&self, used: &[(TokenId, Timestamp)]) -> Result<(), Fault> {
        if used.is_empty() {
            return Ok(());
        }
        let used = used.to_vec();
        self.way.write(move |it| tokens::note_uses(it, &used)).await
    }
}

#[async_trait]
impl Changes for SqliteAccess {
    async fn changes(&self, page: Page<ChangeId>) -> Result<PageOf<ChangeRecord>, Fault> {
        self.way.read(move |it| lines::newest_first(it, page)).await
    }
}
