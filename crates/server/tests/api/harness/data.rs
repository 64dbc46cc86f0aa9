//! Where the data of a test's shop is.

use std::sync::Arc;

use jumun_store_postgres::{PostgresStore, Target};
use jumun_store_sqlite::SqliteStore;
use jumun_test_cluster::{Cluster, Database};
use tempfile::TempDir;

use super::{Engine, Sides};

/// A place for one shop's data, which goes when this is dropped.
pub(crate) enum Data {
    /// Holds the database's file. One store at a time can be open on it.
    Directory(TempDir),
    /// Any number of stores can be open on it.
    Database(Database),
}

impl Data {
    /// A place that holds nothing yet.
    pub(crate) fn new(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::Directory(tempfile::tempdir().unwrap()),
            Engine::Postgres => Self::Database(Cluster::shared().create_database()),
        }
    }

    /// Opens an engine on it.
    pub(crate) async fn open(&self) -> Sides {
        match self {
            Self::Directory(directory) => {
                let file = directory.path().join("shop.db");
                let store = SqliteStore::open(&file, &jumun_store_sqlite::Options::default());
                let store = Arc::new(store.unwrap());
                let platforms = Arc::new(store.platforms());
                let access = Arc::new(store.access());
                Sides::of(store, platforms, access)
            }
            Self::Database(database) => {
                let target = Target::parse(&database.url()).unwrap();
                let options = jumun_store_postgres::Options::default();
                let store = Arc::new(PostgresStore::open(&target, &options).await.unwrap());
                let access = Arc::new(store.access());
                Sides::of(store.clone(), store, access)
            }
        }
    }
}
