//! The engine, with its queue never empty.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::ensure;
use jumun_domain::{Decision, Request};
use jumun_store::Store;
use jumun_store_sqlite::{Options, SqliteStore};
use tokio::task::JoinSet;

use crate::Case;
use crate::Timing;
use crate::batches::Batches;
use crate::demand::Demand;
use crate::dispatcher;
use crate::fill::{self, PRODUCTS, USERS};

/// Enough waiting requests for full batches, far below the engine's queue.
const FILL_IN_FLIGHT: usize = 512;

/// Creates a database with users and products.
pub(crate) fn fill(database: &Path) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        let store = open(database)?;
        execute_all(&store, (1..=PRODUCTS).map(fill::product)).await?;
        execute_all(&store, (1..=USERS).map(fill::user)).await?;
        execute_all(&store, (1..=USERS).map(fill::charge)).await?;
        store.close().await;
        Ok(())
    })
}

/// What a run has shown.
pub(crate) struct Figures {
    /// Orders a second.
    pub(crate) placed: f64,
    /// How many orders a transaction held.
    pub(crate) batch: f64,
    /// Records of the dispatcher a second.
    pub(crate) records: f64,
}

/// Places orders, as many at once as the case wants.
pub(crate) fn run(
    database: &Path,
    case: Case,
    demand: Arc<Demand>,
    batches: &Batches,
    timing: Timing,
) -> anyhow::Result<Figures> {
    runtime()?.block_on(async {
        let store = open(database)?;
        let run = Arc::new(Run::default());
        let mut tasks = JoinSet::new();
        if case.dispatcher {
            let dispatching = dispatcher::dispatch(Arc::clone(&store), Arc::clone(&run));
            tasks.spawn(dispatching);
        }
        for _ in 0..case.in_flight {
            tasks.spawn(shopper(
                Arc::clone(&store),
                Arc::clone(&demand),
                Arc::clone(&run),
            ));
        }
        tokio::time::sleep(timing.warm_up).await;
        let begin = Instant::now();
        let (placed_before, batches_before) =
            (run.placed.load(Ordering::Relaxed), batches.so_far());
        let records_before = run.records.load(Ordering::Relaxed);
        tokio::time::sleep(timing.window).await;
        let placed = run.placed.load(Ordering::Relaxed) - placed_before;
        let records = run.records.load(Ordering::Relaxed) - records_before;
        let batch = batches.so_far().mean_since(batches_before);
        let seconds = begin.elapsed().as_secs_f64();
        run.over.store(true, Ordering::Relaxed);
        while let Some(finished) = tasks.join_next().await {
            finished??;
        }
        store.close().await;
        Ok(Figures {
            placed: placed as f64 / seconds,
            batch,
            records: records as f64 / seconds,
        })
    })
}

#[derive(Default)]
pub(crate) struct Run {
    placed: AtomicU64,
    pub(crate) records: AtomicU64,
    pub(crate) over: AtomicBool,
}

async fn shopper(
    store: Arc<SqliteStore>,
    demand: Arc<Demand>,
    run: Arc<Run>,
) -> anyhow::Result<()> {
    while !run.over.load(Ordering::Relaxed) {
        place(&store, demand.next_request()?).await?;
        run.placed.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

async fn place(store: &SqliteStore, request: Request) -> anyhow::Result<()> {
    let decision = store.execute(request).await?;
    ensure!(
        matches!(decision, Decision::Done(_)),
        "rejected: {decision:?}"
    );
    Ok(())
}

fn open(database: &Path) -> anyhow::Result<Arc<SqliteStore>> {
    Ok(Arc::new(SqliteStore::open(database, &Options::default())?))
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
}

/// Executes requests of which none may be rejected, many at once.
async fn execute_all(
    store: &Arc<SqliteStore>,
    requests: impl Iterator<Item = anyhow::Result<Request>> + Send + 'static,
) -> anyhow::Result<()> {
    let requests = Arc::new(Mutex::new(requests));
    let mut tasks = JoinSet::new();
    for _ in 0..FILL_IN_FLIGHT {
        let (store, requests) = (Arc::clone(store), Arc::clone(&requests));
        tasks.spawn(async move {
            loop {
                let next = requests
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .next();
                let Some(request) = next else {
                    return anyhow::Ok(());
                };
                place(&store, request?).await?;
            }
        });
    }
    while let Some(finished) = tasks.join_next().await {
        finished??;
    }
    Ok(())
}
