//! What the child processes do.

use std::path::Path;
use std::sync::Arc;

use jumun_server::Services;
use jumun_store::Store;
use jumun_store_sqlite::SqliteStore;

use crate::roofline;
use crate::shared::fill::{self, FillPlan};
use crate::shared::serve::{listen, runtime, serve, stdin_ends};

/// Serves without storage.
pub(crate) fn serve_roofline() -> anyhow::Result<()> {
    runtime(all_processors())?.block_on(async {
        let listener = listen().await?;
        Ok(roofline::run(listener, stdin_ends()).await?)
    })
}

/// Serves from the embedded engine.
pub(crate) fn serve_jumun(database: &Path) -> anyhow::Result<()> {
    runtime(jumun_store_sqlite::worker_threads())?.block_on(async {
        let store = open(database)?;
        let platforms = Arc::new(store.platforms());
        let access = Arc::new(store.access());
        let store = Arc::new(store);
        serve(Services {
            store,
            platforms,
            access,
            jwt: None,
        })
        .await
    })
}

/// Creates and fills a database.
pub(crate) fn fill(database: &Path, plan: FillPlan) -> anyhow::Result<()> {
    runtime(all_processors())?.block_on(async {
        let store: Arc<dyn Store> = Arc::new(open(database)?);
        fill::fill(Arc::clone(&store), plan).await?;
        store.close().await;
        Ok(())
    })
}

fn open(database: &Path) -> anyhow::Result<SqliteStore> {
    Ok(SqliteStore::open(
        database,
        &jumun_store_sqlite::Options::default(),
    )?)
}

/// The runtime's own default.
fn all_processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
