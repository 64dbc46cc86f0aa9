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

use super::{forget, history, views, wishes};
use crate::error::OpenError;
use crate::reads;
use crate::rows::platform;
use crate::storage::StorageError;
use crate::store::SqliteStore;
use crate::way::Way;

/// Platforms as operators see them, within a server or beside one.
///
/// A lease holds here for as long as its server runs:
/// [`PlatformView::leased_until`] is then a term ahead of the moment of the look.
#[derive(Clone)]
pub struct SqlitePlatforms {
    way: Way,
}

impl SqlitePlatforms {
    /// Opens the database at `path`, which must be there and up to date, beside
    /// a running server or without one. Its methods need a tokio runtime.
    ///
    /// # Errors
    ///
    /// A file that is missing, not ours, or of another schema version.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Way::beside(path).map(|way| Self { way })
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
        self.way.read(work).await
    }
}

impl SqliteStore {
    /// Platforms as operators see them, by way of this store's own threads. It
    /// ends with the store.
    pub fn platforms(&self) -> SqlitePlatforms {
        SqlitePlatforms {
            way: Way::Server {
                readers: self.readers.clone(),
                shared: self.shared.clone(),
            },
        }
    }
}

#[async_trait]
impl Platforms for SqlitePlatforms {
    async fn platforms(&self) -> Result<Vec<PlatformView>, Fault> {
        let way = self.way.clone();
        self.way
            .read(move |it| views::all(it, way.is_served()))
            .await
    }

    async fn platform(&self, name: &str) -> Result<Option<PlatformView>, Fault> {
        let (way, name) = (self.way.clone(), name.to_owned());
        self.way
            .read(move |it| views::find(it, &name, way.is_served()))
            .await
    }

    async fn numbered_events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault> {
        self.way
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
        by: &Actor,
    ) -> Result<Result<Replay, ReplayRefused>, Fault> {
        let (name, id, by) = (name.to_owned(), Uuid::new_v4(), by.clone());
        self.way
            .write(move |it| wishes::replay(it, &name, range, id, &by))
            .await
    }

    async fn pause(&self, name: &str, by: &Actor) -> Result<bool, Fault> {
        let (name, by) = (name.to_owned(), by.clone());
        self.way
            .write(move |it| wishes::pause(it, &name, &by))
            .await
    }

    async fn resume(&self, name: &str, by: &Actor) -> Result<bool, Fault> {
        let (name, by) = (name.to_owned(), by.clone());
        self.way
            .write(move |it| wishes::resume(it, &name, &by))
            .await
    }

    async fn forget(&self, name: &str, by: &Actor) -> Result<Option<bool>, Fault> {
        let (way, name, by) = (self.way.clone(), name.to_owned(), by.clone());
        let forgotten = self
            .way
            .write(move |it| forget::forget(it, &name, &by, || way.is_served()))
            .await?;
        if forgotten == Some(true) {
            // Should this be cut short, a dispatcher that prunes goes on with it.
            while self.way.write(forget::sweep).await? {}
        }
        Ok(forgotten)
    }
}
