//! What the child processes do.

use std::path::Path;
use std::sync::Arc;

use jumun_server::Services;
use jumun_store::Store;
use jumun_store_postgres::{PostgresStore, Target};
use jumun_store_sqlite::SqliteStore;

use crate::roofline;
use crate::shared::fill::{self, FillPlan};
use crate::shared::serve::{listen, runtime, serve, stdin_ends};

/// What the URLs of PostgreSQL databases begin with.
const POSTGRES: &str = "postgres";

/// Serves without storage.
pub(crate) fn serve_roofline() -> anyhow::Result<()> {
    runtime(all_processors())?.block_on(async {
        let listener = listen().await?;
        Ok(roofline::run(listener, stdin_ends()).await?)
    })
}

/// Serves from an engine, as `jumun serve` does.
pub(crate) fn serve_jumun(database: &str) -> anyhow::Result<()> {
    runtime(worker_threads(database))?.block_on(async { serve(open(database).await?).await })
}

/// Creates and fills a database.
pub(crate) fn fill(database: &str, plan: FillPlan) -> anyhow::Result<()> {
    runtime(all_processors())?.block_on(async {
        let store: Arc<dyn Store> = open(database).await?.store;
        fill::fill(Arc::clone(&store), plan).await?;
        store.close().await;
        Ok(())
    })
}

async fn open(database: &str) -> anyhow::Result<Services> {
    if is_on_server(database) {
        let target = Target::parse(database)?;
        let options = jumun_store_postgres::Options::default();
        let store = PostgresStore::open(&target, &options).await?;
        let access = Arc::new(store.access());
        let store = Arc::new(store);
        return Ok(Services {
            platforms: store.clone(),
            store,
            access,
            jwt: None,
        });
    }
    let options = jumun_store_sqlite::Options::default();
    let store = SqliteStore::open(Path::new(database), &options)?;
    Ok(Services {
        platforms: Arc::new(store.platforms()),
        access: Arc::new(store.access()),
        store: Arc::new(store),
        jwt: None,
    })
}

fn is_on_server(database: &str) -> bool {
    database.starts_with(POSTGRES)
}

fn worker_threads(database: &str) -> usize {
    match is_on_server(database) {
        true => jumun_store_postgres::worker_threads(),
        false => jumun_store_sqlite::worker_threads(),
    }
}

/// The runtime's own default.
fn all_processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
