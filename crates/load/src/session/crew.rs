//! Asks a server many things at a time, each until there is an answer for good.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, LocalOptions, LocalRuntime};
use tokio::task::JoinSet;

use super::Trouble;
use crate::driver::{Outcome, Traffic};
use crate::limits;
use crate::tally::is_doubtful;
use crate::wire::{Connection, Loss, Target};

/// Connections of the crew: enough for full batches, and fewer than a server
/// allows one address by default.
const CONNECTIONS: usize = 128;

/// Between two attempts: a server that restarts is not kept from it.
const PAUSE: Duration = Duration::from_millis(50);

/// How long something is asked again that is not answered for good: longer than
/// a restart of the server, or a failover of its database.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// Asks all that the traffic has, and blocks until all is answered. What is not
/// answered within a limit is settled with what came last.
///
/// # Errors
///
/// When the process cannot open connections.
pub(super) fn ask_all<T: Traffic>(target: &Target, traffic: T) -> Result<T, Trouble> {
    limits::allow_connections(CONNECTIONS)?;
    let runtime = runtime()?;
    let traffic = Rc::new(RefCell::new(traffic));
    runtime.block_on(async {
        let mut members = JoinSet::new();
        for _ in 0..CONNECTIONS {
            members.spawn_local(work(target.clone(), Rc::clone(&traffic)));
        }
        while members.join_next().await.is_some() {}
    });
    drop(runtime);
    // All members have ended, so nobody else has it.
    let traffic = Rc::into_inner(traffic)
        .ok_or_else(|| Trouble::Generator(io::Error::other("a connection has panicked")))?;
    Ok(traffic.into_inner())
}

/// Waits until a connection can be made, for so long.
///
/// # Errors
///
/// Why none could be made.
pub(super) fn reach(target: &Target, patience: Duration) -> Result<(), Trouble> {
    let deadline = Instant::now() + patience;
    runtime()?.block_on(async {
        loop {
            match Connection::open(target).await {
                Ok(_) => return Ok(()),
                Err(error) if Instant::now() >= deadline => {
                    return Err(Trouble::NotReachable(error));
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    })
}

fn runtime() -> Result<LocalRuntime, Trouble> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default());
    runtime.map_err(Trouble::Generator)
}

async fn work<T: Traffic>(target: Target, traffic: Rc<RefCell<T>>) {
    let mut connection = None;
    let mut request = Vec::new();
    loop {
        let next = traffic.borrow_mut().next_into(&mut request);
        let Some(ticket) = next else {
            return;
        };
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut open = match connected(&target, connection.take()).await {
                Ok(open) => open,
                Err(_) if Instant::now() < deadline => {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                Err(loss) => {
                    traffic.borrow_mut().settled(ticket, &request, &Err(loss));
                    break;
                }
            };
            let outcome = open.exchange(&request).await;
            if is_for_good(&outcome) || Instant::now() >= deadline {
                traffic.borrow_mut().settled(ticket, &request, &outcome);
                connection = Some(open);
                break;
            }
            connection = Some(open);
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn connected(target: &Target, kept: Option<Connection>) -> Result<Connection, Loss> {
    match kept.filter(|it| !it.is_spent()) {
        Some(kept) => Ok(kept),
        None => {
            let opened = Connection::open(target).await;
            opened.map_err(|_| Loss::NotConnected)
        }
    }
}

/// Whether asking again would come to the same.
fn is_for_good(outcome: &Outcome<'_>) -> bool {
    outcome.is_ok_and(|it| it.status != 429 && !is_doubtful(&it) && it.status != 503)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Answer;

    #[test]
    fn only_a_server_that_says_so_has_done_nothing() {
        let table = [
            (201, "{}", false, true),
            (400, r#"{"code":"out-of-stock"}"#, false, true),
            (429, r#"{"code":"too-many-requests"}"#, false, false),
            (503, r#"{"code":"overloaded"}"#, false, false),
            (503, r#"{"code":"outcome-unknown"}"#, true, false),
            (500, r#"{"code":"internal"}"#, true, false),
            (504, "<html>", true, false),
        ];
        for (status, body, doubtful, for_good) in table {
            let body = body.as_bytes();
            let answer = Answer { status, body };
            assert_eq!(is_doubtful(&answer), doubtful, "{status}");
            assert_eq!(is_for_good(&Ok(answer)), for_good, "{status}");
        }
        assert!(!is_for_good(&Err(Loss::Closed)));
    }
}
