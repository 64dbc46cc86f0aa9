//! The engine as [`Platforms`].

use std::path::Path;

use async_trait::async_trait;
use jumun_domain::Actor;
use jumun_store::delivery::{
    Attempt, DeliveryFilter, FirstTries, Pending, PlatformView, Platforms, Replay, ReplayRange,
    ReplayRefused,
};
use jumun_store::{Fault, NumberedEvent};
use rusqlite::Connection;
use uuid::Uuid;

use super::access::Access;
use super::{forget, history, views, wishes};
use crate::error::OpenError;
use crate::rows::platform;
use crate::storage::StorageError;
use crate::store::SqliteStore;
use crate::{mint, reads};

/// Platforms as operators see them, within a server or beside one.
///
/// A lease holds here for as long as its server runs:
/// [`PlatformView::leased_until`] is then a term ahead of the moment of the look.
#[derive(Clone)]
pub struct SqlitePlatforms {
    access: Access,
}

impl SqlitePlatforms {
    /// Opens the database at `path`, which must be there and up to date, beside
    /// a running server or without one. Its methods need a tokio runtime.
    ///
    /// # Errors
    ///
    /// A file that is missing, not ours, or of another schema version.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Access::beside(path).map(|access| Self { access })
    }

    /// Reads of one platform; `default` where there is none of that name.
    async fn read_one<T: Default + Send + 'static>(
        &self,
        name: &str,
        query: impl FnOnce(&Connection, i64) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, Fault> {
        let name = name.to_owned();
        let work = move |it: &Connection| match platform::find(it, &name)? {
            Some(found) => query(it, found.platform),
            None => Ok(T::default()),
        };
        self.access.read(work).await
    }
}

impl SqliteStore {
    /// Platforms as operators see them, by way of this store's own threads. It
    /// ends with the store.
    pub fn platforms(&self) -> SqlitePlatforms {
        SqlitePlatforms {
            access: Access::Server {
                readers: self.readers.clone(),
                shared: self.shared.clone(),
            },
        }
    }
}

#[async_trait]
impl Platforms for SqlitePlatforms {
    async fn platforms(&self) -> Result<Vec<PlatformView>, Fault> {
        let access = self.access.clone();
        self.access
            .read(move |it| views::all(it, access.is_served()))
            .await
    }

    async fn platform(&self, name: &str) -> Result<Option<PlatformView>, Fault> {
        let (access, name) = (self.access.clone(), name.to_owned());
        self.access
            .read(move |it| views::find(it, &name, access.is_served()))
            .await
    }

    async fn numbered_events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault> {
        self.access
            .read(move |it| reads::events(it, after, limit))
            .await
    }

    async fn pending_below(
        &self,
        name: &str,
        filter: DeliveryFilter,
        below: u64,
        limit: usize,
    ) -> Result<Vec<Pending>, Fault> {
        self.read_one(name, move |it, platform| {
            history::pending_below(it, platform, filter, below, limit)
        })
        .await
    }

    async fn first_tries(
        &self,
        name: &str,
        first: u64,
        last: u64,
    ) -> Result<Vec<FirstTries>, Fault> {
        self.read_one(name, move |it, platform| {
            history::first_tries(it, platform, first, last)
        })
        .await
    }

    async fn attempts(
        &self,
        name: &str,
        sequences: &[u64],
        limit: usize,
    ) -> Result<Vec<Attempt>, Fault> {
        let sequences = sequences.to_vec();
        self.read_one(name, move |it, platform| {
            history::attempts(it, platform, &sequences, limit)
        })
        .await
    }

    async fn replay(
        &self,
        name: &str,
        range: ReplayRange,
        _by: &Actor,
    ) -> Result<Result<Replay, ReplayRefused>, Fault> {
        let (name, id) = (name.to_owned(), Uuid::new_v4());
        self.access
            .write(move |it| wishes::replay(it, &name, range, id, mint::now()))
            .await
    }

    async fn pause(&self, name: &str, _by: &Actor) -> Result<bool, Fault> {
        let name = name.to_owned();
        self.access
            .write(move |it| wishes::pause(it, &name, mint::now()))
            .await
    }

    async fn resume(&self, name: &str, _by: &Actor) -> Result<bool, Fault> {
        let name = name.to_owned();
        self.access.write(move |it| wishes::resume(it, &name)).await
    }

    async fn forget(&self, name: &str, _by: &Actor) -> Result<Option<bool>, Fault> {
        let (access, name) = (self.access.clone(), name.to_owned());
        let forgotten = self
            .access
            .write(move |it| forget::forget(it, &name, || access.is_served()))
            .await?;
        if forgotten == Some(true) {
            // Should this be cut short, a dispatcher that prunes goes on with it.
            while self.access.write(forget::sweep).await? {}
        }
        Ok(forgotten)
    }
}
