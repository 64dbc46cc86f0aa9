//! A proxy in front of a server, for tests that cut connections.
//!
//! ```no_run
//! use jumun_test_cluster::{Cluster, Point, Proxy};
//!
//! let cluster = Cluster::shared();
//! let proxy = Proxy::start(&cluster.host_port());
//! let url = cluster.url_through(&proxy, "postgres");
//! proxy.cut_when(Point::after("COMMIT")); // it commits, and the client is not told
//! ```

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::cluster::Cluster;
use crate::database::Database;
use crate::wait;
use control::Control;

mod answers;
mod connection;
mod control;
mod message;
mod point;
mod session;
mod statements;

pub use point::Point;

/// A TCP proxy on a port of its own of 127.0.0.1.
///
/// It passes on everything until it is told otherwise. It runs on a thread of
/// its own, so tests with and without a runtime can use it; when it is dropped,
/// it closes all connections.
pub struct Proxy {
    address: SocketAddr,
    control: Arc<Control>,
    /// Both are there until the drop: what ends the thread, and the thread.
    thread: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Proxy {
    /// Starts a proxy in front of `target`, as `127.0.0.1:5432`. The target need
    /// not listen yet.
    ///
    /// # Panics
    ///
    /// If no port or no thread is to be had.
    pub fn start(target: &str) -> Self {
        let control = Arc::new(Control::default());
        let (end, ended) = oneshot::channel();
        let started = start(target.to_owned(), Arc::clone(&control), ended);
        let (address, thread) = match started {
            Ok(started) => started,
            Err(error) => panic!("a proxy does not start: {error}; are there too many?"),
        };
        Self {
            address,
            control,
            thread: Some((end, thread)),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts all connections; none of them is left when this returns. New ones
    /// are accepted.
    ///
    /// # Panics
    ///
    /// If they do not end until the deadline.
    pub fn cut_all(&self) {
        let connections = self.control.cut_all();
        if wait::until(|| (connections.receiver_count() == 0).then_some(())).is_err() {
            panic!("a proxy does not end its connections");
        }
    }

    /// Whether new connections are closed at once. Those that are open stay.
    pub fn refuse(&self, refuse: bool) {
        self.control.refuse(refuse);
    }

    /// Whether nothing is passed on in either direction, as if every packet
    /// were lost: connections stay open, new ones are accepted, and neither
    /// side learns that the other has gone. What was held back is passed on
    /// when this is switched off.
    pub fn block(&self, block: bool) {
        self.control.block(block);
    }

    /// Cuts a connection when it comes to `point`, besides the points of
    /// earlier calls.
    pub fn cut_when(&self, point: Point) {
        self.control.points().add(point);
    }

    /// How often a connection was cut at a point. A cut is counted before
    /// either side can notice it.
    pub fn fired(&self) -> usize {
        self.control.points().fired()
    }
}

impl Cluster {
    /// The same as [`Self::url`], by way of a proxy in front of this cluster.
    pub fn url_through(&self, proxy: &Proxy, database: &str) -> String {
        self.access().through(proxy.address.port()).url(database)
    }
}

impl Database {
    /// The same as [`Self::url`], by way of a proxy in front of its cluster.
    pub fn url_through(&self, proxy: &Proxy) -> String {
        self.access().through(proxy.address.port()).url(self.name())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some((end, thread)) = self.thread.take() {
            drop(end);
            // It has nothing to say about its end.
            let _ = thread.join();
        }
    }
}

/// Starts the thread, which runs until `ended`.
fn start(
    target: String,
    control: Arc<Control>,
    ended: oneshot::Receiver<()>,
) -> std::io::Result<(SocketAddr, JoinHandle<()>)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    let thread = std::thread::Builder::new()
        .name("proxy".to_owned())
        .spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = connection::accept(listener, target, control) => {}
                    _ = ended => {}
                }
            });
        })?;
    Ok((address, thread))
}
