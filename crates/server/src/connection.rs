//! One connection: HTTP/1.1 with a deadline on everything a client can delay.

use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tower_service::Service;

use crate::app::App;
use crate::deadline::{Deadlines, Phase, Timed};
use crate::transport::ClientAddress;

/// Bytes of a connection's buffer, which also bounds the head of a request:
/// room for long cookies and traces, little enough for ten thousand connections.
const BUFFER_BYTES: usize = 16 * 1024;

/// How long a connection that was just accepted has to bring its first head
/// once the server shuts down: its request is most likely under way.
const FRESH_GRACE: Duration = Duration::from_millis(100);

/// What all connections share.
pub(crate) struct Connections {
    app: App,
    router: Router,
    http: http1::Builder,
    closing: watch::Receiver<()>,
}

impl Connections {
    pub(crate) fn new(app: App, closing: watch::Receiver<()>) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            // Runs between requests too; within a head, `Timed` is stricter.
            .header_read_timeout(app.config().idle_deadline)
            .max_buf_size(BUFFER_BYTES)
            // A client may say that it sends no more and still read its answer.
            .half_close(true);
        let router = crate::api::router(app.clone());
        Self {
            app,
            router,
            http,
            closing,
        }
    }

    /// Serves `stream` from `peer` in a task of its own, which holds `slot` until it ends.
    pub(crate) fn spawn(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        slot: Option<OwnedSemaphorePermit>,
    ) {
        // An answer is one write; waiting to fill a packet only delays it.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "the connection is gone already");
        }
        let config = self.app.config();
        let deadlines = Deadlines {
            head: config.header_deadline,
            write: config.write_deadline,
        };
        let phase = Phase::default();
        let io = TokioIo::new(Timed::new(stream, deadlines, phase.clone()));
        let (router, at) = (self.router.clone(), phase.clone());
        let (peer, behind_proxy) = (ClientAddress::of_socket(peer), config.behind_proxy);
        let service = hyper::service::service_fn(move |mut request: http::Request<_>| {
            at.begin_request();
            let client = match behind_proxy {
                true => peer.forwarded(request.headers()),
                false => peer,
            };
            request.extensions_mut().insert(client);
            let answer = router.clone().call(request);
            let at = at.clone();
            async move {
                let answer = answer.await;
                at.end_request();
                answer
            }
        });
        let connection = self.http.serve_connection(io, service);
        let mut closing = self.closing.clone();
        let open = self.app.figures().connections.clone();
        tokio::spawn(async move {
            open.increment(1);
            let mut connection = std::pin::pin!(connection);
            let outcome = tokio::select! {
                // First, so that a request that has arrived is read before a shutdown is seen.
                biased;
                outcome = connection.as_mut() => outcome,
                // Ends when the server drops the sender.
                _ = closing.changed() => finish(connection, &phase).await,
            };
            if let Err(error) = outcome {
                tracing::debug!(%error, "a connection ended early");
            }
            open.decrement(1);
            drop(slot);
        });
    }
}

/// Answers what has been asked, and closes.
async fn finish<C>(mut connection: Pin<&mut C>, phase: &Phase) -> hyper::Result<()>
where
    C: Future<Output = hyper::Result<()>> + Closable,
{
    if phase.is_fresh()
        && let Ok(outcome) = tokio::time::timeout(FRESH_GRACE, connection.as_mut()).await
    {
        return outcome;
    }
    connection.as_mut().close();
    connection.await
}

/// A connection that can be told to end after the request it is at.
trait Closable {
    fn close(self: Pin<&mut Self>);
}

impl<I, B, S> Closable for http1::Connection<I, S>
where
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    S: hyper::service::HttpService<hyper::body::Incoming, ResBody = B>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: hyper::body::Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn close(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}
