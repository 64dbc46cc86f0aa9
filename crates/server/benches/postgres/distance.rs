//! A way to the server that takes time, and counts how often it is gone.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context;
use jumun_test_cluster::Database;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

/// How long everything is on its way: far longer than a client takes to send
/// all that it sends without waiting for an answer.
pub(crate) const ONE_WAY: Duration = Duration::from_millis(5);
/// Read at once: several batches.
const CHUNK_BYTES: usize = 256 * 1024;
/// Chunks on their way: more than are sent in the time of one way.
const CHUNKS: usize = 1_024;

/// A relay on a port of its own of 127.0.0.1. It ends when this is dropped.
pub(crate) struct Distance {
    address: SocketAddr,
    trips: Arc<AtomicU64>,
    /// Both are there until the drop: what ends the thread, and the thread.
    thread: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Distance {
    /// Starts a relay to `target`, as `127.0.0.1:5432`.
    pub(crate) fn start(target: String) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        let trips = Arc::new(AtomicU64::new(0));
        let (end, ended) = oneshot::channel();
        let counted = Arc::clone(&trips);
        let thread = std::thread::Builder::new().spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, target, counted) => {}
                    // An error is a sender that was dropped: the end too.
                    _ = ended => {}
                }
            });
        })?;
        Ok(Self {
            address,
            trips,
            thread: Some((end, thread)),
        })
    }

    /// The URL of a database of the server, by this way.
    pub(crate) fn url(&self, database: &Database) -> String {
        // Not even asked for TLS, so that a greeting is one trip.
        let (address, name) = (self.address, database.name());
        format!("postgres://postgres@{address}/{name}?sslmode=disable")
    }

    /// How often clients have sent something and then got an answer so far, but
    /// for the greeting of each connection.
    #[allow(clippy::cast_precision_loss, reason = "a count of a few seconds")]
    pub(crate) fn trips(&self) -> f64 {
        self.trips.load(Ordering::Relaxed) as f64
    }
}

impl Drop for Distance {
    fn drop(&mut self) {
        if let Some((end, thread)) = self.thread.take() {
            // Neither can be mended here: it has ended already, or panicked.
            let _ = end.send(());
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, target: String, trips: Arc<AtomicU64>) {
    // Whoever waits for a connection that cannot be accepted says so.
    while let Ok((client, _)) = listener.accept().await {
        let (target, trips) = (target.clone(), Arc::clone(&trips));
        // A connection that breaks is an error of its client.
        tokio::spawn(async move { relay(client, &target, &trips).await });
    }
}

async fn relay(client: TcpStream, target: &str, trips: &AtomicU64) -> anyhow::Result<()> {
    let server = TcpStream::connect(target)
        .await
        .context("the server does not accept")?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let is_asked = AtomicBool::new(false);
    let is_greeted = AtomicBool::new(false);
    let asked = || is_asked.store(true, Ordering::Relaxed);
    let answered = || {
        if is_asked.swap(false, Ordering::Relaxed) && is_greeted.swap(true, Ordering::Relaxed) {
            trips.fetch_add(1, Ordering::Relaxed);
        }
    };
    tokio::try_join!(
        pass(from_client, to_server, asked),
        pass(from_server, to_client, answered),
    )?;
    Ok(())
}

/// Passes on what comes from one side, each piece after its time.
async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    came: impl Fn(),
) -> std::io::Result<()> {
    let (sender, mut receiver) = mpsc::channel::<(Instant, Vec<u8>)>(CHUNKS);
    let read = async move {
        loop {
            let mut chunk = Vec::with_capacity(CHUNK_BYTES);
            if from.read_buf(&mut chunk).await? == 0 {
                return Ok(());
            }
            came();
            if sender
                .send((Instant::now() + ONE_WAY, chunk))
                .await
                .is_err()
            {
                return Ok(());
            }
        }
    };
    let write = async move {
        while let Some((due, chunk)) = receiver.recv().await {
            sleep_until(due).await;
            to.write_all(&chunk).await?;
        }
        to.shutdown().await
    };
    tokio::try_join!(read, write)?;
    Ok(())
}
