//! What the child processes do. Each ends when its stdin does, so that none
//! outlives the generator.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use jumun_store::Store;
use jumun_store_sqlite::SqliteStore;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use crate::fill::{self, FillPlan};
use crate::roofline;

/// Serves without storage.
pub(crate) fn serve_roofline() -> anyhow::Result<()> {
    runtime(all_processors())?.block_on(async {
        let listener = listen().await?;
        Ok(roofline::run(listener, stdin_ends()).await?)
    })
}

/// Serves from the embedded engine, as `jumun serve` does.
pub(crate) fn serve_jumun(database: &Path) -> anyhow::Result<()> {
    runtime(jumun_store_sqlite::worker_threads())?.block_on(async {
        let store: Arc<dyn Store> = Arc::new(open(database)?);
        let listener = listen().await?;
        let config = jumun_server::Config::default();
        let metrics = jumun_server::install_metrics();
        jumun_server::run(listener, config, Arc::clone(&store), metrics, stdin_ends()).await?;
        store.close().await;
        Ok(())
    })
}

/// Creates and fills a database.
pub(crate) fn fill(database: &Path, plan: FillPlan) -> anyhow::Result<()> {
    runtime(all_processors())?.block_on(async {
        let store: Arc<dyn Store> = Arc::new(open(database)?);
        fill::fill(Arc::clone(&store), plan).await?;
        store.close().await;
        println!("filled");
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

fn runtime(workers: usize) -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
}

/// Listens on a free port and tells the generator which.
async fn listen() -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?);
    Ok(listener)
}

async fn stdin_ends() {
    // An error on stdin is the end of it too.
    let _ = tokio::io::stdin().read_u8().await;
}
