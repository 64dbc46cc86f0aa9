//! Accepts connections, and lets go of them in good order.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::app::App;
use crate::config::Config;
use crate::connection::Connections;
use crate::metrics::{MetricsHandle, UPKEEP_PERIOD};
use crate::services::Services;

/// How long to wait after an accept failed for want of file descriptors or
/// memory: connections end all the time, and a busy loop would help nobody.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(100);

/// Serves the API on `listener` until `shutdown` completes; then answers what
/// was accepted, closes idle connections, and returns.
///
/// The engine is the caller's: it is not closed here.
///
/// # Errors
///
/// When the listener cannot be read from at all, or when requests were still
/// unanswered at the end of [`Config::drain_deadline`].
pub async fn run(
    listener: TcpListener,
    config: Config,
    services: Services,
    metrics: MetricsHandle,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let drain_deadline = config.drain_deadline;
    let max_connections = config.max_connections;
    let app = App::new(services, config, metrics.clone());
    let slots = Arc::new(Semaphore::new(max_connections));
    // Dropping the sender tells every connection to finish.
    let (closing, watching) = watch::channel(());
    let connections = Connections::new(app, watching);

    tokio::select! {
        () = shutdown => {}
        never = accept(&listener, &slots, &connections) => match never {},
        () = keep_up(&metrics) => {}
    }

    accept_the_waiting(listener, &slots, &connections)?;
    drop(closing);
    let all = u32::try_from(max_connections).unwrap_or(u32::MAX);
    match timeout(drain_deadline, slots.acquire_many(all)).await {
        Ok(_) => Ok(()),
        Err(_) => Err(io::Error::new(
            io::ErrorKind::TimedOut,
            format!(
                "some requests were not answered within {} s of the shutdown; their clients do \
                 not know the outcome and will ask again by their idempotency keys",
                drain_deadline.as_secs()
            ),
        )),
    }
}

/// Accepts while there are slots. At the cap, new connections wait in the
/// kernel's queue, which is bounded too.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
    connections: &Connections,
) -> std::convert::Infallible {
    loop {
        let slot = free_slot(slots).await;
        match listener.accept().await {
            Ok((stream, peer)) => connections.spawn(stream, peer, slot),
            // The client's doing; the next one may be fine.
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections; raise the limit of open files");
                sleep(ACCEPT_BACKOFF).await;
            }
        }
    }
}

async fn free_slot(slots: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    if let Ok(slot) = slots.clone().try_acquire_owned() {
        return Some(slot);
    }
    tracing::warn!("all connections are taken; new ones wait until one closes");
    // The semaphore is never closed.
    slots.clone().acquire_owned().await.ok()
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

/// The kernel has completed these connections, and their clients may have sent
/// requests: closing the listener would reset them.
fn accept_the_waiting(
    listener: TcpListener,
    slots: &Arc<Semaphore>,
    connections: &Connections,
) -> io::Result<()> {
    // Asked of the kernel itself, since the runtime may not have heard of them yet.
    let listener = listener.into_std()?;
    while let (Ok(slot), Ok((stream, peer))) =
        (slots.clone().try_acquire_owned(), listener.accept())
    {
        stream.set_nonblocking(true)?;
        connections.spawn(TcpStream::from_std(stream)?, peer, Some(slot));
    }
    Ok(())
}

async fn keep_up(metrics: &MetricsHandle) {
    let mut ticks = interval(UPKEEP_PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        metrics.upkeep();
    }
}
