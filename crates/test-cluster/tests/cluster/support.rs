//! What the tests share.

use std::time::{Duration, Instant};

use rustix::process::Pid;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, Error, NoTls};

/// Far longer than anything here takes on a loaded machine.
const DEADLINE: Duration = Duration::from_secs(60);

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(5);

pub(crate) fn runtime() -> Runtime {
    Runtime::new().expect("a runtime")
}

/// A session whose connection is driven beside it.
pub(crate) async fn connect(url: &str) -> Result<Client, Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Waits until `condition` is true.
pub(crate) fn poll(mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < deadline, "it does not happen in time");
        std::thread::sleep(PAUSE);
    }
}

/// The states, as letters of `/proc`, of all processes that work in `directory`.
pub(crate) fn states_of_processes_in(directory: &str) -> Vec<char> {
    let processes = processes_in(directory).into_iter();
    processes.map(|(_, state)| state).collect()
}

/// All processes that work in `directory`, with their states.
pub(crate) fn processes_in(directory: &str) -> Vec<(Pid, char)> {
    let works_there = |process: &std::path::Path| {
        std::fs::read_link(process.join("cwd")).is_ok_and(|place| place.starts_with(directory))
    };
    std::fs::read_dir("/proc")
        .expect("Linux")
        .filter_map(|entry| {
            let process = entry.ok()?.path();
            let stat = std::fs::read_to_string(process.join("stat")).ok()?;
            let (_, rest) = stat.rsplit_once(") ")?;
            let id = process.file_name()?.to_str()?.parse().ok()?;
            works_there(&process).then_some((Pid::from_raw(id)?, rest.chars().next()?))
        })
        .collect()
}
