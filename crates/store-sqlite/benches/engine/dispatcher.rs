//! A dispatcher beside the orders, which records every event as delivered.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, ensure};
use jumun_domain::Timestamp;
use jumun_store::delivery::{FirstTries, FirstTry, MAX_RUN, Outbox, Progress, Recorded};
use jumun_store_sqlite::SqliteStore;
use uuid::Uuid;

use crate::engine::Run;

const TERM: Duration = Duration::from_secs(10);

/// What every event gets: a delivery within the same process would be as fast.
const DELIVERED: FirstTry = FirstTry::Delivered {
    at: Timestamp::from_micros(1_700_000_000_000_000),
    latency: Duration::from_micros(420),
    status: Some(204),
};

/// Records what is new, one record after another, until the run is over.
pub(crate) async fn dispatch(store: Arc<SqliteStore>, run: Arc<Run>) -> anyhow::Result<()> {
    let lease = store.take_lease("bench", Uuid::nil(), TERM).await?;
    let lease = lease.context("somebody else delivers")?;
    let mut news = store.news();
    while !run.over.load(Ordering::Relaxed) {
        let standing = store.keep_lease(&lease).await?.context("fenced")?;
        let new = usize::try_from(standing.newest - standing.position)?.min(MAX_RUN);
        if new == 0 {
            // Where no more comes, the run is over.
            let _ = tokio::time::timeout(TERM, news.changed()).await;
            continue;
        }
        let progress = Progress {
            number: standing.records + 1,
            position: standing.position + new as u64,
            first_tries: vec![FirstTries {
                first_sequence: standing.position + 1,
                tries: vec![DELIVERED; new],
            }],
            ..Progress::default()
        };
        let recorded = store.record(&lease, progress).await?;
        ensure!(recorded == Recorded::Durably, "fenced");
        run.records.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}
