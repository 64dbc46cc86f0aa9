//! Waits, each with an end.

use std::time::Duration;

/// How long anything may take before a test fails: longer than the engine tries
/// and the server waits, on a loaded machine too.
const DEADLINE: Duration = Duration::from_secs(60);

/// The pause between two looks.
pub(crate) const PAUSE: Duration = Duration::from_millis(2);

/// Looks until it is as it should be.
pub(crate) async fn eventually(what: &str, mut look: impl AsyncFnMut() -> bool) {
    in_time(what, async {
        while !look().await {
            tokio::time::sleep(PAUSE).await;
        }
    })
    .await;
}

/// What `work` returns, if it ends in time.
pub(crate) async fn in_time<T>(what: &str, work: impl Future<Output = T>) -> T {
    match tokio::time::timeout(DEADLINE, work).await {
        Ok(done) => done,
        Err(_) => panic!("not in time: {what}"),
    }
}
