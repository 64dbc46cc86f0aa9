//! Folding the log of sales into the best-seller figures, now and then, on a
//! connection of its own: no order waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::options::{FOLD_PAUSE, FOLDED_AT_ONCE, SALES_LOG_DELTAS};
use crate::pipeline::{Pipeline, Sent};
use crate::session::{Connector, Session};
use crate::storage::StorageError;
use crate::worker::open_for;

const LOCK: &str = "SELECT singleton FROM sales_folder WHERE singleton = 1 FOR UPDATE SKIP LOCKED";

/// Takes the oldest rows of the log and adds their sums.
const FOLD: &str = "WITH taken AS (DELETE FROM sales_log WHERE batch_id = ANY(ARRAY( \
     SELECT batch_id FROM sales_log ORDER BY batch_id LIMIT $1)) \
     RETURNING hours, product_ids, quantities, amounts) \
     INSERT INTO sales (hour, product_id, quantity, amount) \
     SELECT it.hour, it.product_id, sum(it.quantity)::bigint, sum(it.amount) \
     FROM taken CROSS JOIN LATERAL unnest(taken.hours, taken.product_ids, taken.quantities, \
     taken.amounts) AS it (hour, product_id, quantity, amount) \
     GROUP BY it.hour, it.product_id \
     ON CONFLICT (hour, product_id) DO UPDATE SET quantity = sales.quantity + excluded.quantity, \
     amount = sales.amount + excluded.amount";

const ANY_LEFT: &str = "SELECT EXISTS (SELECT 1 FROM sales_log)";

/// All that folding sends.
pub(crate) const TEXTS: &[&str] = &[LOCK, FOLD, ANY_LEFT];

/// How much this instance has logged since it last folded.
#[derive(Default)]
pub(crate) struct Unfolded {
    deltas: AtomicUsize,
    many: Notify,
}

impl Unfolded {
    /// A batch was committed that logged so many deltas.
    pub(crate) fn add(&self, deltas: usize) {
        let before = self.deltas.fetch_add(deltas, Ordering::Relaxed);
        if before < SALES_LOG_DELTAS && before + deltas >= SALES_LOG_DELTAS {
            self.many.notify_one();
        }
    }
}

/// Folds whenever much was logged, and after a pause whatever was.
pub(crate) async fn run(connector: Connector, unfolded: Arc<Unfolded>) {
    let mut session = None;
    let mut pause_ends = Instant::now() + FOLD_PAUSE;
    loop {
        tokio::select! {
            () = unfolded.many.notified() => {}
            () = sleep_until(pause_ends) => {}
        }
        pause_ends = Instant::now() + FOLD_PAUSE;
        if unfolded.deltas.swap(0, Ordering::Relaxed) == 0 {
            continue;
        }
        if let Err(error) = fold(&connector, &mut session).await {
            tracing::warn!(
                cause = error.explain(),
                "best-seller figures were not folded; the next time will do"
            );
            session = None;
            // It is still there, and to be tried again.
            unfolded.deltas.fetch_add(1, Ordering::Relaxed);
        }
    }
}

async fn fold(connector: &Connector, session: &mut Option<Session>) -> Result<(), StorageError> {
    let open = match session.take().filter(|it| !it.is_closed()) {
        Some(open) => open,
        None => open_for(connector, TEXTS).await?,
    };
    let open = session.insert(open);
    while attempt(open).await? {}
    Ok(())
}

/// Folds a first lot, and tells whether there is more. Another instance that is
/// at it is left to it.
async fn attempt(session: &Session) -> Result<bool, StorageError> {
    let mut pipeline = Pipeline::new(session);
    pipeline.command("BEGIN");
    let locked = pipeline.query(LOCK, Vec::new())?;
    pipeline.finish().await?;
    let locked = !locked.answer().await?.is_empty();
    let mut pipeline = Pipeline::new(session);
    let mut left = None;
    if locked {
        pipeline.execute(FOLD, vec![Box::new(FOLDED_AT_ONCE)]);
        left = Some(pipeline.query(ANY_LEFT, Vec::new())?);
    }
    pipeline.check()?;
    let commit = Sent::send(session.batch_execute("COMMIT"));
    pipeline.finish().await?;
    commit.answer().await?;
    match left {
        None => Ok(false),
        Some(rows) => match rows.answer().await?.first() {
            Some(row) => Ok(row.try_get(0)?),
            None => Ok(false),
        },
    }
}
