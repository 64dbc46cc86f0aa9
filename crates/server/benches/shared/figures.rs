//! What the server's own `/metrics` say of the writer's batches.

use std::net::SocketAddr;

use crate::shared::question;

/// Requests in each transaction.
const BATCH_SIZE: &str = "jumun_batch_size";
/// How long each transaction took, its fsync included.
const COMMIT_SECONDS: &str = "jumun_commit_duration_seconds";

/// Averages over the life of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batches {
    /// Requests in a transaction.
    pub(crate) size: f64,
    /// Milliseconds a transaction took.
    pub(crate) milliseconds: f64,
}

/// Asks a server that serves from an engine.
pub(crate) fn batches(address: SocketAddr) -> anyhow::Result<Batches> {
    let text = question::get(address, "/metrics")?;
    let text = String::from_utf8_lossy(&text);
    Ok(Batches {
        size: mean(&text, BATCH_SIZE),
        milliseconds: mean(&text, COMMIT_SECONDS) * 1e3,
    })
}

/// The mean of a histogram or summary; not a number where it is not there.
fn mean(text: &str, name: &str) -> f64 {
    let figure = |suffix: &str| -> f64 {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(suffix));
        line.and_then(|rest| rest.trim().parse().ok())
            .unwrap_or(f64::NAN)
    };
    figure("_sum") / figure("_count")
}
