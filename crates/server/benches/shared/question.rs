//! Single questions to a server.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use jumun_load::{Connection, Target, Writer};

/// How long the answer to a single question may take.
const LIMIT: Duration = Duration::from_secs(30);
/// The status of an answer that is there.
const OK: u16 = 200;

/// Runs a question, within a limit.
pub(crate) fn ask<T>(question: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime
        .block_on(async { tokio::time::timeout(LIMIT, question).await })
        .context("a server did not answer a single question in time; look at its log")?
}

/// What a server answers to `GET path`.
///
/// # Errors
///
/// When it does not answer in time, or with another status than 200.
pub(crate) fn get(address: SocketAddr, path: &str) -> anyhow::Result<Vec<u8>> {
    let target = Target::plain(address);
    let mut request = Vec::new();
    Writer::new(&target).get(&mut request, format_args!("{path}"));
    ask(async move {
        let mut connection = Connection::open(&target)
            .await
            .context("the server does not accept")?;
        let answer = connection.exchange(&request).await;
        let answer = answer.map_err(|loss| anyhow!("no answer to {path}: {}", loss.name()))?;
        ensure!(
            answer.status == OK,
            "the server answers {path} with {}: {}",
            answer.status,
            String::from_utf8_lossy(answer.body)
        );
        Ok(answer.body.to_vec())
    })
}
